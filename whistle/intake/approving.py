"""What a reporter answers to a text that is put before them: approve it, or correct it.

`whistle.domain.approval` has the rules. An answer is about the version that was on the page, and is
stored only while that one is the newest: nobody approves what they did not see.
"""

import hashlib
from dataclasses import dataclass, replace

from whistle.crypto.receipt import Receipt
from whistle.domain.approval import About, Put, PutText, TextKind, find_text
from whistle.domain.channel import Act, Side
from whistle.domain.dialogue import identity_is_given
from whistle.intake.dialogue import MOST_TRIES, DialogueService, Outcome, is_full
from whistle.keys.canonical import dump
from whistle.keys.fields import join_fields
from whistle.keys.files import content_digest
from whistle.keys.records import Message
from whistle.keys.shapes import to_json
from whistle.storage import intake as queries
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.tables import ID_BYTES


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page showed. ``text``: 16 bytes; ``version``: the fingerprint of the newest then."""

    text: bytes
    version: bytes


class ApprovalService(DialogueService):
    """The acts of the dialogue, and these two.

    ``form_id`` names the form, so that a double click is `AGAIN`. `Outcome.CHANGED` when the text
    has another version by now, or is over.
    """

    def approve(
        self, receipt: Receipt, form_id: bytes, shown: Shown, *, with_name: bool = False
    ) -> Outcome:
        """Approve the version that was shown; ``with_name``: it may bear the reporter's name.

        That is a complaint's, and only of somebody who has said who they are: else `CHANGED`.
        """
        about = About(shown.version, with_name=with_name)
        return self._answer(receipt, shown, self._reply(Act.APPROVED, form_id, about))

    def correct(self, receipt: Receipt, form_id: bytes, shown: Shown, words: str) -> Outcome:
        """Put another version in the place of the one that was shown.

        An approval of an earlier one is over with that.
        """
        # What it is a version of is filled in from the version that it corrects.
        unnamed = Put(shown.text, TextKind.REPORT)
        return self._answer(
            receipt, shown, self._reply(Act.CORRECTED, form_id + shown.version, unnamed, words)
        )

    # -- inside --------------------------------------------------------------------------------

    def _reply(self, act: Act, form_id: bytes, what: Put | About, text: str = "") -> Message:
        """Make a message, known again by its form and content."""
        named = hashlib.sha256(join_fields([form_id, act.encode(), dump(to_json(what))])).digest()
        return Message(
            Side.REPORTER,
            self._here.clock.today(),
            position=0,
            text=text,
            digest=content_digest(self._here.id, named, text, ()),
            act=act,
            put=what if isinstance(what, Put) else None,
            about=what if isinstance(what, About) else None,
        )

    def _answer(self, receipt: Receipt, shown: Shown, message: Message) -> Outcome:
        """Write an answer at the end, as long as nothing else was written since it was checked."""
        for _ in range(MOST_TRIES):
            opened = self._open(receipt)
            if opened is None:
                return Outcome.NO_REPORT
            stored, items = opened
            known = {item.id for item in stored.items}
            messages = items.dialogue(stored.items)
            refused = _refused(messages, known, shown, message)
            if refused:
                return refused
            row = items.message(_placed(messages, message), item_id=message.digest[:ID_BYTES])
            if is_full([*stored.items, row], message.act):
                return Outcome.FULL
            try:
                with self._place(), self._here.store.write() as db:
                    queries.insert_message(db, row, items.keys.newest)
                    queries.check_follows(db, items.case_id, len(messages))
            except DuplicateError:
                return Outcome.AGAIN
            except ConflictError:
                continue
            return Outcome.RECEIVED
        raise ConflictError("the dialogue keeps changing")


def _refused(
    messages: list[Message], known: set[bytes], shown: Shown, message: Message
) -> Outcome | None:
    """Say why an answer is not written, if it is not. ``known``: the ids of what is stored."""
    text = find_text(messages, shown.text)
    if text is None or (message.act is Act.APPROVED and text.newest.fingerprint != shown.version):
        return Outcome.CHANGED
    if _says_nothing_new(text, message):
        return Outcome.AGAIN
    if message.digest[:ID_BYTES] in known:
        # An approval that was sent before, and that stands no longer, is told as none.
        return Outcome.CHANGED if message.act is Act.APPROVED else Outcome.AGAIN
    return None if _is_right(text, shown, message, messages) else Outcome.CHANGED


def _placed(messages: list[Message], message: Message) -> Message:
    """Give an answer its place, and a correction what it is a version of."""
    text = find_text(messages, message.put.text) if message.put else None
    return replace(message, position=len(messages), put=text.newest.put if text else None)


def _says_nothing_new(text: PutText, message: Message) -> bool:
    if message.act is Act.APPROVED:
        return text.approved is not None and text.approved.about == message.about
    return text.newest.text == message.text


def _is_right(text: PutText, shown: Shown, message: Message, messages: list[Message]) -> bool:
    """Whether an answer is about the newest version, and bears no name that nobody knows."""
    if text.is_over or text.newest.fingerprint != shown.version:
        return False
    with_name = message.about is not None and message.about.with_name
    return not with_name or (text.kind is TextKind.COMPLAINT and identity_is_given(messages))
