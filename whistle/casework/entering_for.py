"""A report written in for somebody who told it by telephone, on paper or at a meeting.

It becomes a sealed case as at the anonymous door, with a receipt of its own: whoever told it can
come back, check what was written, correct and approve it (directive 2019/1937, art. 18). Whoever
writes it in has seen the receipt, and so can read and write as the reporter until it is replaced.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from whistle.audit.log import Deed
from whistle.casework.cases import Cases, OpenedCase, dues_with_texts, told_by_dialogue
from whistle.casework.done import Done
from whistle.casework.entering import NewCase, Rows, inbox_to_enter, insert, rows_of
from whistle.crypto.receipt import Receipt
from whistle.domain.approval import Put, TextKind
from whistle.domain.channel import Act, Channel, Side
from whistle.domain.logged import Logged
from whistle.keys.cases import CaseItems, open_inbox_keys, seal_to_reporter
from whistle.keys.files import content_digest
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import Identity, Message
from whistle.storage.errors import DuplicateError
from whistle.storage.rows import ReceiptRow
from whistle.storage.tables import ID_BYTES

_FIRST = 1  # the version of a registration that nothing has happened to yet


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """What somebody told. ``answers``: to the door's own fields; those kept apart with `identity`.

    ``answer_by``: the day by which they are asked to check it; ``author``: who writes it in.
    """

    text: str
    author: str
    answer_by: date | None = None
    identity: Identity = Identity()  # noqa: RUF009  (it is frozen)
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def enter_for(cases: Cases, channel: Channel, new: NewCase, told: Told, receipt: Receipt) -> bool:
    """Enter a case that opens with ``receipt``; false when this case, or receipt, was there before.

    The receipt is stored nowhere. Raises `NotGrantedError` when this member's keys do not open the
    door's main inbox.
    """
    inbox = inbox_to_enter(cases, channel)
    rows = _rows(cases, inbox, new, told, receipt)
    about = {"case": new.case_id.hex(), "receipt": 1}
    try:
        with cases.log.write(Deed(Logged.CASE_ENTERED, about, inbox)) as db:
            insert(db, inbox, [rows])
    except DuplicateError:
        return False
    return True


def may_show_again(cases: Cases, new: NewCase, told: Told, receipt: Receipt) -> bool:
    """Whether a form that is sent a second time may show its receipt a second time.

    So it is for a double click: the case is the one that was entered, word for word, it opens with
    this receipt, and nothing has happened to it since.
    """

    def look(opened: OpenedCase) -> bool:
        if opened.version != _FIRST or len(opened.messages) != 1:
            return False
        first, reporter = opened.messages[0], opened.items.keys.reporter
        mine = receipt.key_pair(cases.here.id).public
        same = first.digest == _digest(cases, new, told) and reporter == mine
        return same and opened.case.received == new.received

    return cases.attempt(new.case_id, look) or False


def has_receipt_to_give(opened: OpenedCase) -> bool:
    """Whether a case was written in for somebody, and nobody has said yet that they got it."""
    return opened.version == _FIRST and _is_written_in(opened)


def give_receipt(cases: Cases, case_id: bytes) -> Done:
    """Note that the receipt was printed or written down; from then on no page shows it again."""

    def step(opened: OpenedCase) -> Done:
        if not has_receipt_to_give(opened):
            return Done.ALREADY
        done = Deed(Logged.RECEIPT_GIVEN, {"case": case_id.hex()}, opened.inbox)
        with cases.writing(opened, told_by_dialogue(opened), done):
            return Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU


def _is_written_in(opened: OpenedCase) -> bool:
    return bool(opened.messages) and opened.messages[0].act is Act.WROTE_IN


def _digest(cases: Cases, new: NewCase, told: Told) -> bytes:
    said = told.identity.encode() + repr(sorted(told.answers.items())).encode()
    return content_digest(cases.here.id, new.case_id + said, told.text, ())


def _rows(cases: Cases, inbox: InboxKeys, new: NewCase, told: Told, receipt: Receipt) -> Rows:
    here = cases.here
    message = Message(
        Side.CASEWORK,
        here.clock.today(),
        position=0,
        text=told.text,
        digest=_digest(cases, new, told),
        identity_given=told.identity.is_given,
        act=Act.WROTE_IN,
        answers=told.answers,
        kept_apart=bool(told.identity.answers),
        author=told.author,
        put=Put(secrets.token_bytes(ID_BYTES), TextKind.REPORT, told.answer_by),
    )
    registration = replace(new.registration, seen=1, due=dues_with_texts((), [message]))
    pair = receipt.key_pair(here.id)
    rows = rows_of(cases, inbox, replace(new, registration=registration), pair.public)
    keys = open_inbox_keys(inbox, rows.keys).keys
    items = CaseItems(here.id, new.case_id, keys)
    return rows._replace(
        receipt=ReceiptRow(receipt.lookup(here.id), new.case_id),
        reporter_keys=seal_to_reporter(here.id, new.case_id, keys, keys.newest),
        dialogue=(
            items.message(message, item_id=secrets.token_bytes(ID_BYTES)),
            items.identity(told.identity),
        ),
    )
