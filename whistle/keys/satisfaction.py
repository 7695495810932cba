"""Answers to the three questions, sealed to an inbox: three bytes each, so all are of one size.

An answer lies under an id by chance and for the epoch at which the inbox's newest key began, as the
inbox's records do, so that nothing tells which came before which.
"""

from dataclasses import replace

from whistle.crypto.envelope import open_seal, seal
from whistle.crypto.errors import ContentError
from whistle.crypto.place import Place, Purpose
from whistle.domain.satisfaction import CHOICES, Answer, Question
from whistle.keys.directory import TrustedInbox
from whistle.keys.keyring import InboxKeys
from whistle.storage.rows import SatisfactionAnswerRow


def seal_answer(inbox: TrustedInbox, answer_id: bytes, answer: Answer) -> SatisfactionAnswerRow:
    """Seal an answer to an inbox; ``answer_id``: 16 random bytes."""
    row = SatisfactionAnswerRow(answer_id, inbox.inbox_id, inbox.key_epoch, sealed=b"")
    content = bytes(CHOICES.index(one) for one in answer)
    return replace(row, sealed=seal(inbox.current.public, _place(inbox, row), content))


def open_answer(inbox: InboxKeys, row: SatisfactionAnswerRow) -> Answer:
    """Open an answer, or raise a `SealingError`."""
    content = open_seal(inbox.pair(row.epoch), _place(inbox.inbox, row), row.sealed)
    if len(content) != len(Question) or any(one >= len(CHOICES) for one in content):
        raise ContentError("not an answer to the three questions")
    return tuple(CHOICES[one] for one in content)


def renew_answer(inbox: InboxKeys, row: SatisfactionAnswerRow) -> SatisfactionAnswerRow:
    """Seal an answer to the inbox's newest key, or raise a `SealingError`."""
    return seal_answer(inbox.inbox, row.id, open_answer(inbox, row))


def _place(inbox: TrustedInbox, row: SatisfactionAnswerRow) -> Place:
    return Place(
        Purpose.SATISFACTION,
        inbox.current.installation,
        owner=inbox.inbox_id,
        item=row.id,
        generation=row.epoch,
    )
