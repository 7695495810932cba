"""The municipality profile: everything local, from one TOML file. No code per municipality."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import cast

from whistle.domain.channel import Channel
from whistle.domain.errors import RefusedError
from whistle.domain.legal_clock import Deadlines

LANGUAGES = ("da", "en")


class ProfileError(RefusedError):
    """A profile cannot be used; the message names the place in the file and the mend."""


@dataclass(frozen=True, slots=True)
class ChannelText:
    """What a channel is called and how it is explained, in one language."""

    title: str
    summary: str
    audience: str
    intro: str
    text_label: str
    text_hint: str


@dataclass(frozen=True, slots=True)
class ChannelProfile:
    """One open channel: its deadlines, and its texts by language code.

    ``automatic_acknowledgement``: a report is acknowledged as it is received; else the adviser's
    first answer does so.
    """

    channel: Channel
    deadlines: Deadlines
    automatic_acknowledgement: bool
    text: Mapping[str, ChannelText]


@dataclass(frozen=True, slots=True)
class Profile:
    """A municipality: its name, how the adviser is reached, and the channels that are open."""

    id: str
    municipality: str
    phone: str
    email: str
    address: str
    channels: Mapping[Channel, ChannelProfile]


def load_profile(name_or_file: str) -> Profile:
    """Load a profile that comes with the project by its name, or any by its file (``.toml``)."""
    if name_or_file.endswith(".toml"):
        path = Path(name_or_file)
        if not path.is_file():
            raise ProfileError(f"{name_or_file}: there is no such file")
        content = path.read_bytes()
    else:
        bundled = resources.files("whistle.profiles").joinpath(f"{name_or_file}.toml")
        if not name_or_file.isidentifier() or not bundled.is_file():
            raise ProfileError(f"{name_or_file}: no such profile; give a name or a .toml file")
        content = bundled.read_bytes()
    return read_profile(content, name_or_file)


def read_profile(content: bytes, source: str) -> Profile:
    """Read a profile from TOML bytes (UTF-8); ``source`` is named in errors."""
    try:
        root = _Table(tomllib.loads(content.decode()), source)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileError(f"{source}: not TOML in UTF-8: {error}") from error
    contact = root.table("contact")
    channels = root.table("channels")
    unknown = set(channels) - {channel.value for channel in Channel}
    if unknown:
        raise ProfileError(
            f"{channels.place}: unknown channel {', '.join(sorted(unknown))}; "
            f"the channels are {', '.join(Channel)}"
        )
    return Profile(
        id=root.text("id"),
        municipality=root.text("municipality"),
        phone=contact.text("phone"),
        email=contact.text("email"),
        address=contact.text("address"),
        channels={
            channel: _channel(channel, channels.table(channel.value))
            for channel in Channel
            if channel.value in channels
        },
    )


def _channel(channel: Channel, table: "_Table") -> ChannelProfile:
    texts = table.table("text")
    return ChannelProfile(
        channel=channel,
        deadlines=Deadlines(table.number("acknowledge_days"), table.number("feedback_months")),
        automatic_acknowledgement=table.truth("automatic_acknowledgement"),
        text={
            language: ChannelText(
                **{field: texts.table(language).text(field) for field in ChannelText.__slots__}
            )
            for language in LANGUAGES
        },
    )


class _Table:
    """A TOML table that knows its place in the file, so that errors can name it."""

    def __init__(self, values: Mapping[str, object], place: str) -> None:
        self._values = values
        self.place = place

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def table(self, name: str) -> "_Table":
        value = self._get(name)
        if not isinstance(value, dict):
            raise ProfileError(f"{self.place}, {name}: should be a table, [{name}]")
        return _Table(cast("dict[str, object]", value), f"{self.place}, {name}")

    def text(self, name: str) -> str:
        value = self._get(name)
        if not isinstance(value, str) or not value.strip():
            raise ProfileError(f'{self.place}, {name}: should be a text in quotes, {name} = "…"')
        return value.strip()

    def number(self, name: str) -> int:
        value = self._get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ProfileError(f"{self.place}, {name}: should be a whole number from 1 up")
        return value

    def truth(self, name: str) -> bool:
        value = self._get(name)
        if not isinstance(value, bool):
            raise ProfileError(f"{self.place}, {name}: should be true or false")
        return value

    def _get(self, name: str) -> object:
        if name not in self._values:
            raise ProfileError(f"{self.place}: {name} is missing; add it")
        return self._values[name]
