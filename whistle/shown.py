"""A dialogue as both doors show it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from whistle.domain.channel import Side
from whistle.domain.erasing import Erased
from whistle.keys.records import FileManifest, Message


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file as a page shows it; ``size`` in bytes."""

    name: str
    size: int
    url: str


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message as a page shows it. ``erased``: what of it is gone.

    ``line``: what it is, where it is no mere message.
    """

    from_reporter: bool
    text: str
    date: date
    files: tuple[ShownFile, ...]
    erased: tuple[Erased, ...] = ()
    line: str = ""


def show_message(message: Message, address: Callable[[str], str], line: str = "") -> ShownMessage:
    """Show a message; ``address`` gives a file's URL from its id in hexadecimal."""
    return ShownMessage(
        message.side is Side.REPORTER,
        message.text,
        message.written,
        tuple(_show_file(manifest, address) for manifest in message.files),
        message.erased,
        line,
    )


def _show_file(manifest: FileManifest, address: Callable[[str], str]) -> ShownFile:
    return ShownFile(manifest.name, manifest.length, address(manifest.attachment_id.hex()))
