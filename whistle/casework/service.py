"""What an adviser does with the cases their keys open. Knows no request and no response.

Reading and answering stand here, everything else in a module of its own: `listing`, `acts`,
`notes`, `identity`. They all work on `Cases`, which this service is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial

from whistle.audit.log import deed
from whistle.casework import listing
from whistle.casework.acts import Undoable, mark
from whistle.casework.cases import Cases, OpenedCase, told_by_dialogue
from whistle.casework.duties import Duty, DutyKind
from whistle.casework.listing import ListedCase
from whistle.domain.channel import Side
from whistle.domain.logged import Logged
from whistle.keys.directory import TrustedInbox
from whistle.keys.files import ReceivedFile, content_digest, open_file
from whistle.keys.records import FileManifest, Message
from whistle.storage import casework as queries
from whistle.storage import members
from whistle.storage.errors import DuplicateError
from whistle.storage.tables import ID_BYTES

__all__ = [
    "CaseworkService",
    "Duty",
    "DutyKind",
    "ListedCase",
    "OpenedCase",
    "OpenedInbox",
    "Written",
]


class Written(Enum):
    """What became of an answer."""

    YES = "yes"
    AGAIN = "the same content from the same form had been written before"
    CLOSED_TO_YOU = "this member's keys do not open the case"


@dataclass(frozen=True, slots=True)
class OpenedInbox:
    """An inbox that this member's keys open, what presses most first."""

    inbox: TrustedInbox
    cases: Sequence[ListedCase]


class CaseworkService(Cases):
    """The acts of one unlocked member."""

    def inboxes(self) -> list[OpenedInbox]:
        """List every inbox this member's keys open, with all its cases; pages list by filters."""
        opened = []
        for inbox in self.inboxes_opened():
            everything = listing.Wanted(inbox_ids=(inbox.inbox.inbox_id,), page_size=None)
            opened.append(OpenedInbox(inbox.inbox, listing.list_cases(self, everything).cases))
        return opened

    def open(self, case_id: bytes) -> OpenedCase | None:
        """Open a case; none when there is none, or when this member's keys do not open it."""
        return self.attempt(case_id, partial(self._opened, Logged.CASE_OPENED))

    def answer(
        self,
        case_id: bytes,
        form_id: bytes,
        text: str,
        files: Sequence[ReceivedFile],
        *,
        is_feedback: bool,
    ) -> Written:
        """Write to the reporter; the first answer acknowledges, feedback ends the clock.

        ``form_id`` names the form, so that a double click writes once.
        """
        digest = content_digest(self.here.id, form_id, text, files)

        def write(opened: OpenedCase) -> Written:
            self._write_answer(opened, digest, text, files, is_feedback=is_feedback)
            return Written.YES

        try:
            return self.attempt(case_id, write) or Written.CLOSED_TO_YOU
        except DuplicateError:
            if is_feedback:  # sent before without the tick, and now with it
                mark(self, case_id, Undoable.FEEDBACK)
            return Written.AGAIN

    def file(
        self, case_id: bytes, attachment_id: bytes
    ) -> tuple[FileManifest, Iterator[bytes]] | None:
        """Open a file of a case's dialogue; none when this member has no such file."""

        def find(opened: OpenedCase) -> FileManifest | None:
            files = (manifest for message in opened.messages for manifest in message.files)
            found = next((one for one in files if one.attachment_id == attachment_id), None)
            if found is not None:
                about = {"case": case_id, "item": attachment_id}
                self.looking(opened, deed(Logged.FILE_OPENED, opened.inbox, **about))
            return found

        manifest = self.attempt(case_id, find)
        if manifest is None:
            return None
        return manifest, open_file(self.here.id, self.here.store, manifest)

    def readers(self, inbox: TrustedInbox) -> list[str]:
        """Name everybody whose keys open an inbox."""
        names = self.names()
        return [names.get(member.member_id, "?") for member in inbox.current.members]

    def names(self) -> Mapping[bytes, str]:
        """Say what members are called, by their id."""
        with self.here.store.read() as db:
            return members.names(db)

    def version(self, case_id: bytes) -> int:
        """Give the number of a case's newest registration. Nothing of it is shown, or logged."""
        return self.attempt(case_id, lambda opened: opened.version) or 0

    def inbox_of(self, case_id: bytes) -> TrustedInbox | None:
        """Say where a case lies that this member's keys open. Nothing of it is shown, or logged."""
        return self.attempt(case_id, lambda opened: opened.inbox.inbox)

    # -- inside --------------------------------------------------------------------------------

    def _opened(self, act: Logged, opened: OpenedCase) -> OpenedCase:
        return self.seen_by_now(opened, deed(act, opened.inbox, case=opened.case.id))

    def _write_answer(
        self,
        opened: OpenedCase,
        digest: bytes,
        text: str,
        files: Sequence[ReceivedFile],
        *,
        is_feedback: bool,
    ) -> None:
        today = self.here.clock.today()
        message = Message(
            Side.CASEWORK,
            today,
            position=len(opened.messages),
            text=text,
            files=tuple(file.manifest for file in files),
            digest=digest,
        )
        known = told_by_dialogue(opened)
        registration = replace(
            known,
            seen=known.seen + 1,
            acknowledged=known.acknowledged or today,
            feedback=known.feedback or (today if is_feedback else None),
        )
        item_id = digest[:ID_BYTES]
        done = deed(Logged.ANSWERED, opened.inbox, case=opened.case.id, item=item_id)
        with self.writing(opened, registration, done) as db:
            queries.insert_message(
                db,
                opened.items.message(message, item_id=item_id),
                [manifest.attachment_id for manifest in message.files],
            )
