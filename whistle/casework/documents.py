"""Papers of a case: uploaded by the adviser, marked for access requests, opened one by one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from whistle.casework.acts import Done
from whistle.casework.cases import Cases, OpenedCase
from whistle.casework.filing import Filing, Place, change, file_new, strike
from whistle.casework.papers import open_filed
from whistle.domain.channel import Channel, Side
from whistle.domain.filed import Marking
from whistle.domain.logged import Logged
from whistle.domain.whistleblowing import may_be_marked
from whistle.keys.filed import Content, Document
from whistle.keys.files import ReceivedFile, content_digest, open_file
from whistle.keys.records import FileManifest


@dataclass(frozen=True, slots=True, repr=False)
class Description:
    """What somebody says of a paper. ``dated``: the day on it, if it has one."""

    title: str
    dated: date | None
    marking: Marking


@dataclass(frozen=True, slots=True, repr=False)
class DialogueFile:
    """A file that came in the dialogue, on a day; it cannot be marked otherwise."""

    file: FileManifest
    day: date
    from_reporter: bool
    marking: Marking


def must_be_marked(opened: OpenedCase) -> bool:
    """Whether every paper of a case is marked."""
    return channel_must_be_marked(opened.inbox.inbox.root.channel)


def channel_must_be_marked(channel: Channel) -> bool:
    """Whether every paper of a door's cases is marked: § 25 exempts the report alone.

    Whistleblowerloven § 25: a report is not open to access; what is gathered afterwards is.
    """
    return not may_be_marked(channel, Marking.NONE)


def dialogue_files(opened: OpenedCase) -> list[DialogueFile]:
    """Give the files of the dialogue, oldest first. What a whistleblower sent is the report."""
    return [
        DialogueFile(
            file, message.written, message.side is Side.REPORTER, _marking(opened, message.side)
        )
        for message in opened.messages
        for file in message.files
    ]


def _marking(opened: OpenedCase, side: Side) -> Marking:
    if not must_be_marked(opened):
        return Marking.NONE
    return Marking.REPORT if side is Side.REPORTER else Marking.DERIVED


def add(
    cases: Cases, case_id: bytes, form_id: bytes, file: ReceivedFile, about: Description
) -> Done:
    """File a paper. ``form_id`` names the form: the same from the same form is filed once."""
    words = f"{about.title}\0{about.dated}\0{about.marking}"
    named = content_digest(cases.here.id, form_id, words, [file])
    document = Document(about.title, file.manifest, about.marking, about.dated)
    return file_new(cases, case_id, named, document, Filing(Logged.FILED))


def correct(cases: Cases, where: Place, about: Description) -> Done:
    """Say something else of a paper; its file stays as it is."""

    def corrected(content: Content) -> Content:
        if not isinstance(content, Document):
            return content
        return replace(content, title=about.title, dated=about.dated, marking=about.marking)

    return change(cases, where, corrected, Filing(Logged.FILED_CHANGED))


def remove(cases: Cases, where: Place) -> Done:
    """Delete a paper; its file is erased with it, when it is erased."""
    return strike(cases, where, Filing(Logged.FILED_DELETED, of=(Document,)))


def open_document(
    cases: Cases, case_id: bytes, filed_id: bytes
) -> tuple[FileManifest, Iterator[bytes]] | None:
    """Open the file of a paper; none when there is none, or it was deleted."""
    found = open_filed(cases, case_id, filed_id, Document)
    if found is None:
        return None
    manifest = found[2].file
    return manifest, open_file(cases.here.id, cases.here.store, manifest)
