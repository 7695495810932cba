"""What the trustees are asked: carried from the server to their computer, public things only.

Nothing in it is to be believed for being there. The chains of statements are verified, the papers
of the key ceremony say whose chains they are, and the newcomer's fingerprint is told by voice.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from whistle.crypto.envelope import PUBLIC_KEY_BYTES, PublicKey
from whistle.crypto.errors import ContentError, SealingError
from whistle.crypto.signing import KEY_BYTES, VerifyingKey
from whistle.domain.channel import Channel, InboxKind, InboxRoot
from whistle.domain.errors import RefusedError
from whistle.domain.fingerprint import show_spoken
from whistle.keys.canonical import (
    Json,
    as_bytes,
    as_choice,
    as_object,
    as_string,
    check_fields,
    write_bytes,
)
from whistle.keys.chain import TrustedInbox, verify_chain
from whistle.keys.fingerprints import member_fingerprint
from whistle.keys.statements import MemberKeys
from whistle.recovery.json_rows import (
    as_id,
    as_list,
    as_recovery_grant,
    as_statement,
    write_recovery_grant,
    write_statement,
)
from whistle.storage.rows import RecoveryGrantRow, StatementRow
from whistle.storage.tables import HASH_BYTES

FORMAT = "whistle-recovery-request/1"
LONGEST_NAME = 200


class RequestError(RefusedError):
    """A file is no request, or one whose chains cannot be trusted."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the database calls them; a name proves nothing."""

    username: str
    name: str


@dataclass(frozen=True, slots=True)
class CoveredInbox:
    """An inbox with all that the trustees need of it."""

    root: InboxRoot
    statements: tuple[StatementRow, ...]
    grants: tuple[RecoveryGrantRow, ...]


@dataclass(frozen=True, slots=True)
class RecoveryRequest:
    """Who asks to be let in, and into what.

    ``people``: the members by id, the newcomer among them. ``away``: the ids of those who are not
    to stay, as far as the server knows: they have left, or have lost their keys.
    """

    installation: bytes
    municipality: str
    newcomer: MemberKeys
    away: frozenset[bytes]
    people: Mapping[bytes, Person]
    inboxes: tuple[CoveredInbox, ...]

    @property
    def spoken_fingerprint(self) -> str:
        """What the newcomer's own page shows, if the request tells the truth."""
        return show_spoken(member_fingerprint(self.installation, self.newcomer))

    def trusted(self) -> list[tuple[TrustedInbox, Sequence[RecoveryGrantRow]]]:
        """Verify every chain from the root that the request names; raise `RequestError`."""
        try:
            return [
                (verify_chain(self.installation, one.root, one.statements), one.grants)
                for one in self.inboxes
            ]
        except SealingError as error:
            raise RequestError(f"the request's keys cannot be trusted: {error}") from error

    def encode(self) -> str:
        """Write the file: JSON."""
        record = {
            "format": FORMAT,
            "installation": self.installation.hex(),
            "municipality": self.municipality,
            "newcomer": {
                "id": self.newcomer.member_id.hex(),
                "public": write_bytes(self.newcomer.public.raw),
                "verifying": write_bytes(self.newcomer.verifying.raw),
            },
            "away": sorted(one.hex() for one in self.away),
            "people": {
                one.hex(): {"username": person.username, "name": person.name}
                for one, person in self.people.items()
            },
            "inboxes": [_write_inbox(one) for one in self.inboxes],
        }
        return json.dumps(record, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def decode(cls, text: str) -> Self:
        """Read what `encode` wrote, or raise `RequestError`."""
        try:
            return cls._read(as_object(json.loads(text)))
        except (ValueError, RecursionError, SealingError) as error:
            raise RequestError("this is no request for a recovery, or a damaged one") from error

    @classmethod
    def _read(cls, record: Json) -> Self:
        check_fields(
            record, "format", "installation", "municipality", "newcomer", "away", "people",
            "inboxes",
        )  # fmt: skip
        if record["format"] != FORMAT:
            raise ContentError("another format")
        keys = as_object(record["newcomer"])
        check_fields(keys, "id", "public", "verifying")
        return cls(
            as_id(record["installation"]),
            _as_name(record["municipality"]),
            MemberKeys(
                as_id(keys["id"]),
                PublicKey(as_bytes(keys["public"], PUBLIC_KEY_BYTES)),
                VerifyingKey(as_bytes(keys["verifying"], KEY_BYTES)),
            ),
            frozenset(as_id(one) for one in as_list(record["away"])),
            {
                as_id(one): _read_person(as_object(person))
                for one, person in as_object(record["people"]).items()
            },
            tuple(_read_inbox(as_object(one)) for one in as_list(record["inboxes"])),
        )


def _read_person(record: Json) -> Person:
    check_fields(record, "username", "name")
    return Person(_as_name(record["username"]), _as_name(record["name"]))


def _as_name(value: object) -> str:
    """Take a line of text that can be shown: a name must not move the cursor and hide the rest."""
    name = as_string(value)
    if not name.isprintable() or len(name) > LONGEST_NAME:
        raise ContentError("not a name")
    return name


def _write_inbox(inbox: CoveredInbox) -> Json:
    return {
        "channel": inbox.root.channel,
        "kind": inbox.root.kind,
        "id": inbox.root.inbox_id.hex(),
        "fingerprint": write_bytes(inbox.root.fingerprint),
        "statements": [write_statement(row) for row in inbox.statements],
        "grants": [write_recovery_grant(row) for row in inbox.grants],
    }


def _read_inbox(record: Json) -> CoveredInbox:
    check_fields(record, "channel", "kind", "id", "fingerprint", "statements", "grants")
    inbox_id = as_id(record["id"])
    root = InboxRoot(
        as_choice(Channel, record["channel"]),
        as_choice(InboxKind, record["kind"]),
        inbox_id,
        as_bytes(record["fingerprint"], HASH_BYTES),
    )
    return CoveredInbox(
        root,
        tuple(as_statement(inbox_id, as_object(one)) for one in as_list(record["statements"])),
        tuple(as_recovery_grant(inbox_id, as_object(one)) for one in as_list(record["grants"])),
    )
