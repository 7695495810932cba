"""What a case that is taken out consists of: gathered once, for the paper and for the manifest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from whistle.casework.cases import OpenedCase
from whistle.domain.approval import TextKind
from whistle.domain.channel import Channel, Side
from whistle.domain.clock import day_in_denmark
from whistle.domain.file_name import clean_file_name
from whistle.domain.filed import Marking
from whistle.domain.office import Office
from whistle.domain.profile import ChannelProfile, Profile
from whistle.keys.filed import Document, KeptFiled
from whistle.keys.records import FileManifest, Identity, Message

NAMELESS = "fil"
# Of what is filed: who a letter says it is, and which names were masked. Only with who it is.
TELLS_WHO = ("person", "terms")


@dataclass(frozen=True, slots=True, repr=False)
class TakenFile:
    """A file of a case, and what it is called where the case is taken out.

    ``path``: within the archive; ``day``: when it came or was written.
    """

    path: str
    file: FileManifest
    day: date
    marking: Marking


@dataclass(frozen=True, slots=True, repr=False)
class Taken:
    """A case to take out. ``names``: members'.

    ``profile`` and ``door``, the one it came by: as they stood when it was received.

    ``identity`` and ``apart``: who the reporter is and what is kept apart, if it was asked for.
    """

    opened: OpenedCase
    profile: Profile
    door: ChannelProfile
    names: Mapping[bytes, str]
    files: Sequence[TakenFile]
    identity: Identity | None = None
    apart: Mapping[str, tuple[str, ...]] | None = None

    @property
    def channel(self) -> Channel:
        """The door it came by."""
        return self.opened.inbox.inbox.root.channel

    @property
    def office(self) -> Office:
        """What is registered by."""
        return self.profile.office

    @property
    def filed(self) -> list[KeptFiled]:
        """What is filed on it, oldest first, without what was deleted."""
        kept = [one for one in self.opened.notebook.all_filed if not one.newest.deleted]
        return sorted(kept, key=lambda one: one.versions[0].written)

    def path_of(self, file: FileManifest) -> str:
        """Say what a file is called in the archive."""
        return next(one.path for one in self.files if one.file is file)


def marking_of(channel: Channel, side: Side) -> Marking:
    """Say what a message is: a whistleblower's own words are the report (§ 25), the rest is not."""
    if channel is not Channel.WHISTLEBLOWER:
        return Marking.NONE
    return Marking.REPORT if side is Side.REPORTER else Marking.DERIVED


def marking_of_message(channel: Channel, message: Message) -> Marking:
    """Say what a message is; the minutes of a report are the report, whoever wrote them down."""
    is_report = message.put is not None and message.put.kind is TextKind.REPORT
    return marking_of(channel, Side.REPORTER if is_report else message.side)


def files_of(opened: OpenedCase) -> list[TakenFile]:
    """Give every file of a case under a name that is safe, and no other file's."""
    found = list(_dialogue_files(opened))
    for one in opened.notebook.all_filed:
        if isinstance(one.content, Document) and not one.newest.deleted:
            document = one.content
            day = document.dated or day_in_denmark(one.versions[0].written)
            found.append((document.file, day, document.marking))
    return [
        TakenFile(f"files/{number:02}-{clean_file_name(file.name) or NAMELESS}", file, day, marking)
        for number, (file, day, marking) in enumerate(found, start=1)
    ]


def _dialogue_files(opened: OpenedCase) -> Iterator[tuple[FileManifest, date, Marking]]:
    channel = opened.inbox.inbox.root.channel
    for message in opened.messages:
        for file in message.files:
            yield file, message.written, marking_of_message(channel, message)
