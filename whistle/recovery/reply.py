"""What the trustees hand back: new statements and grants, signed as a whole by the recovery key.

It holds no secret but what is sealed. A changed byte is noticed: the old recovery key, which the
directory names, has signed everything.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from whistle.crypto.errors import ContentError, SealingError
from whistle.crypto.place import Place, Purpose
from whistle.crypto.signing import VerifyingKey
from whistle.domain.errors import RefusedError
from whistle.keys.canonical import Json, as_object, check_fields, write_bytes
from whistle.keys.chain import TrustedInbox
from whistle.keys.fields import join_fields
from whistle.keys.recovery import RecoveryKeyring, RecoveryKeys
from whistle.keys.statements import MemberKeys, Statement
from whistle.keys.steps import Step, recover
from whistle.recovery.json_rows import (
    as_any_bytes,
    as_grant,
    as_id,
    as_list,
    as_recovery_grant,
    as_statement,
    write_grant,
    write_recovery_grant,
    write_statement,
)
from whistle.storage.rows import RecoveryGrantRow

FORMAT = "whistle-recovery-reply/1"


class ReplyError(RefusedError):
    """A file is no reply, or not the one that the trustees made, or it comes too late."""


@dataclass(frozen=True, slots=True)
class RecoveryReply:
    """One step for each inbox. ``newcomer``: the id of the member who is let in."""

    installation: bytes
    newcomer: bytes
    steps: tuple[Step, ...]
    signature: bytes = b""

    def sign(self, trustees: RecoveryKeyring) -> Self:
        """Sign everything with the recovery key that was put together."""
        signature = trustees.signing.sign(self._place, self._content())
        return type(self)(self.installation, self.newcomer, self.steps, signature)

    def is_signed_by(self, key: VerifyingKey) -> bool:
        """Say whether nothing has changed since ``key`` signed it."""
        return key.verifies(self._place, self._content(), self.signature)

    @property
    def statements(self) -> list[Statement]:
        """The new statements; `DirectoryStatementError` where one is none."""
        return [Statement.decode(step.statement.body) for step in self.steps]

    @property
    def _place(self) -> Place:
        return Place(Purpose.RECOVERY_REPLY, self.installation, item=self.newcomer)

    def _content(self) -> bytes:
        return join_fields(
            [json.dumps(_write_step(step), sort_keys=True).encode() for step in self.steps]
        )

    def encode(self) -> str:
        """Write the file: JSON."""
        record = {
            "format": FORMAT,
            "installation": self.installation.hex(),
            "newcomer": self.newcomer.hex(),
            "inboxes": [_write_step(step) for step in self.steps],
            "signature": write_bytes(self.signature),
        }
        return json.dumps(record, indent=1) + "\n"

    @classmethod
    def decode(cls, text: str) -> Self:
        """Read what `encode` wrote, or raise `ReplyError`."""
        try:
            record = as_object(json.loads(text))
            check_fields(record, "format", "installation", "newcomer", "inboxes", "signature")
            if record["format"] != FORMAT:
                raise ContentError("another format")
            return cls(
                as_id(record["installation"]),
                as_id(record["newcomer"]),
                tuple(_read_step(as_object(one)) for one in as_list(record["inboxes"])),
                as_any_bytes(record["signature"]),
            )
        except (ValueError, RecursionError, SealingError) as error:
            raise ReplyError("this is no reply of the trustees, or a damaged one") from error


def _write_step(step: Step) -> Json:
    return {
        "id": step.statement.inbox_id.hex(),
        "statement": write_statement(step.statement),
        "grants": [write_grant(row) for row in step.grants],
        "recovery_grants": [write_recovery_grant(row) for row in step.recovery_grants],
    }


def _read_step(record: Json) -> Step:
    check_fields(record, "id", "statement", "grants", "recovery_grants")
    inbox_id = as_id(record["id"])
    row = as_statement(inbox_id, as_object(record["statement"]))
    members = Statement.decode(row.body).members
    return Step(
        row,
        [member.member_id for member in members],
        [as_grant(inbox_id, as_object(one)) for one in as_list(record["grants"])],
        [as_recovery_grant(inbox_id, as_object(one)) for one in as_list(record["recovery_grants"])],
    )


def hand_over(
    trustees: RecoveryKeyring,
    inboxes: Sequence[tuple[TrustedInbox, Sequence[RecoveryGrantRow]]],
    newcomer: MemberKeys,
    leaving: frozenset[bytes],
    recovery: RecoveryKeys,
) -> RecoveryReply:
    """Open inboxes with the trustees' key: for ``newcomer``, and for all who are not ``leaving``.

    ``inboxes``: those that the key covers, with its grants; ``recovery``: the key that takes its
    place. Raises a `SealingError` for a grant that does not open, or is not the inbox's.
    """
    steps = []
    for inbox, grants in inboxes:
        stay = [one for one in inbox.current.members if one.member_id not in leaving]
        members = stay if newcomer in stay else [*stay, newcomer]
        steps.append(recover(trustees, inbox, grants, members, recovery))
    reply = RecoveryReply(trustees.installation, newcomer.member_id, tuple(steps))
    return reply.sign(trustees)
