"""Vectors of the key directory: statements, chains, grants, member keys."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from tests.vectors.book import INSTALLATION, Book, Seals, flipped, made, place
from whistle.crypto import errors
from whistle.crypto.place import Purpose
from whistle.crypto.secret import Seed
from whistle.domain.channel import Channel, InboxKind
from whistle.keys.directory import MemberKeys, Statement
from whistle.keys.fields import join_fields, split_fields
from whistle.keys.inbox_secret import InboxSecret
from whistle.keys.keyring import Keyring
from whistle.keys.recovery import RecoveryKeyring, RecoverySeed
from whistle.storage.rows import StatementRow

INBOX = made("inbox")
SECRET = InboxSecret(made("inbox secret", 64))
ROTATED = InboxSecret(made("rotated inbox secret", 64))
STRANGER_SECRET = InboxSecret(made("stranger's inbox secret", 64))


def member(name: str) -> Keyring:
    """Give a member of the vectors' installation."""
    return Keyring(INSTALLATION, made(f"member {name}"), Seed(made(f"seed of {name}", 32)))


ANNE, BO, CARL = member("Anne"), member("Bo"), member("Carl")


def first_statement(**changes: Any) -> Statement:
    """Give the vectors' first statement, or one that differs."""
    given: dict[str, Any] = {
        "installation": INSTALLATION,
        "inbox_id": INBOX,
        "channel": Channel.CITIZEN,
        "kind": InboxKind.MAIN,
        "epoch": 1,
        "public": SECRET.pair.public,
        "recovery": None,
        "previous": bytes(32),
        "members": (ANNE.public,),
    }
    return Statement(**{**given, **changes})


FIRST = first_statement()
SECOND = replace(FIRST, epoch=2, previous=FIRST.digest, members=(ANNE.public, BO.public))
TRUSTEES = RecoveryKeyring(INSTALLATION, RecoverySeed(made("recovery seed", 32)))
THIRD = replace(SECOND, epoch=3, previous=SECOND.digest, recovery=TRUSTEES.public)
FOURTH = replace(
    THIRD, epoch=4, previous=THIRD.digest, members=(BO.public,), public=ROTATED.pair.public
)


def books(seals: Seals) -> Iterator[Book]:
    """Give the files of the directory."""
    yield _statement()
    yield _directory()
    yield _grant(seals)


def row(statement: Statement, signer: Keyring, **changes: Any) -> StatementRow:
    """Sign a statement."""
    return replace(statement.sign(signer.signing), **changes)


def row_json(told: StatementRow) -> dict[str, Any]:
    """Write a row of the directory."""
    return {
        "inbox_id": told.inbox_id.hex(),
        "epoch": told.epoch,
        "body": told.body.hex(),
        "signature": told.signature.hex(),
    }


def _statement() -> Book:
    book = Book("statement", "The canonical bytes of directory statements.")
    body = FOURTH.encode()
    told_as = {"first": FIRST, "second": SECOND, "third": THIRD, "fourth": FOURTH}
    for name, statement in told_as.items():
        told = {
            "inbox_id": statement.inbox_id,
            "channel": statement.channel,
            "kind": statement.kind,
            "epoch": statement.epoch,
            "public": statement.public.raw,
            "recovery": statement.recovery.encode() if statement.recovery else b"",
            "previous": statement.previous,
            "members": [_member_json(one) for one in statement.members],
            "digest": statement.digest,
        }
        book.expect(
            f"the {name} statement",
            "statement_decode",
            told,
            body=book.value(name, statement.encode()),
        )
    fields = split_fields(body)
    twice = [*fields, *fields[8:11]]
    alias = [*fields, made("another id"), *fields[9:11]]
    for name, changed in (
        ("nothing", b""),
        ("cut short", body[:-1]),
        ("a byte too many", body + b"\0"),
        ("a field too many", body + bytes(4)),
        ("an epoch in four bytes", _with(fields, 4, (4).to_bytes(4, "big"))),
        ("an epoch in nine bytes", _with(fields, 4, (4).to_bytes(9, "big"))),
        ("epoch 0", _with(fields, 4, bytes(8))),
        ("the largest u64 as epoch", _with(fields, 4, b"\xff" * 8)),
        ("an installation of another length", _with(fields, 0, fields[0] + b"\0")),
        ("an inbox of another length", _with(fields, 1, b"")),
        ("an unknown channel", _with(fields, 2, b"mayor")),
        ("a channel in capitals", _with(fields, 2, b"CITIZEN")),
        ("a channel that is no UTF-8", _with(fields, 2, b"\xff")),
        ("an unknown kind", _with(fields, 3, b"spare")),
        ("an inbox key that is none", _with(fields, 5, bytes(1216))),
        ("a recovery key that is none", _with(fields, 6, b"\0")),
        ("a recovery key without a verifying key", _with(fields, 6, fields[6][:1216])),
        ("a recovery key a byte too long", _with(fields, 6, fields[6] + b"\0")),
        ("a recovery key that is a member's", _with(fields, 6, fields[9] + fields[6][1216:])),
        ("a recovery that a member signs", _with(fields, 6, fields[6][:1216] + fields[10])),
        ("a digest of another length", _with(fields, 7, bytes(31))),
        ("no member", join_fields(fields[:8])),
        ("a member without a verifying key", join_fields(fields[:-1])),
        ("a member whose id has another length", _with(fields, 8, b"anne")),
        ("a member with a key that is none", _with(fields, 9, bytes(1216))),
        ("a member with a verifying key of small order", _with(fields, 10, bytes(32))),
        ("a member twice", join_fields(twice)),
        ("one member's keys under two ids", join_fields(alias)),
    ):
        book.error(name, "statement_decode", errors.DirectoryStatementError, body=changed)
    return book


def _with(fields: Sequence[bytes], position: int, value: bytes) -> bytes:
    return join_fields([*fields[:position], value, *fields[position + 1 :]])


def _member_json(told: MemberKeys) -> dict[str, bytes]:
    return {"id": told.member_id, "public": told.public.raw, "verifying": told.verifying.raw}


def _directory() -> Book:
    book = Book("directory", "Chains of statements, verified from the configuration's root.")
    rows = {
        "first": row(FIRST, ANNE),
        "second": row(SECOND, ANNE),
        "third": row(THIRD, ANNE),
        "fourth": row(FOURTH, BO),
    }
    refs = {name: book.value(name, row_json(told)) for name, told in rows.items()}
    good: dict[str, Any] = {"root": root_json(), "rows": list(refs.values())}
    book.expect("one statement", "verify_chain", 1, root=root_json(), rows=[refs["first"]])
    book.expect("somebody admitted", "verify_chain", 2, root=root_json(), rows=good["rows"][:2])
    book.expect("a first recovery key", "verify_chain", 3, root=root_json(), rows=good["rows"][:3])
    book.expect("a new key, somebody left", "verify_chain", 4, **good)
    _root_failures(book, good)
    _chain_failures(book, rows, refs)
    _signature_failures(book, rows, refs)
    known = {"root": root_json(), "rows": [refs["first"]]}
    book.expect("an inbox of the configuration", "find_inbox", 1, inbox_id=INBOX, **known)
    book.error(
        "an inbox that only the database has",
        "find_inbox",
        errors.DirectoryInboxError,
        inbox_id=made("other inbox"),
        **known,
    )
    return book


def root_json(**changes: Any) -> dict[str, Any]:
    """Write what the configuration says of the vectors' inbox."""
    root = {
        "installation": INSTALLATION.hex(),
        "channel": "citizen",
        "kind": "main",
        "inbox_id": INBOX.hex(),
        "fingerprint": FIRST.digest.hex(),
        "lowest_epoch": 1,
    }
    return {**root, **changes}


def _root_failures(book: Book, good: dict[str, Any]) -> None:
    usurped = row_json(row(first_statement(public=STRANGER_SECRET.pair.public), ANNE))
    changed = row_json(row(first_statement(members=(CARL.public,)), CARL))
    for name, rows in (
        ("no statement", []),
        ("another inbox key", [usurped]),
        ("another first member", [changed]),
        ("the first statement missing", good["rows"][1:]),
    ):
        book.error(name, "verify_chain", errors.DirectoryRootError, root=root_json(), rows=rows)
    for name, changes in (
        ("in another installation", {"installation": made("other installation").hex()}),
        ("as another channel", {"channel": "council"}),
        ("as the reserve", {"kind": "reserve"}),
        ("as another inbox", {"inbox_id": made("other inbox").hex()}),
    ):
        book.error(
            name,
            "verify_chain",
            errors.DirectoryChainError,
            root=root_json(**changes),
            rows=good["rows"],
        )
    book.error(
        "rolled back below the lowest epoch",
        "verify_chain",
        errors.DirectoryRollbackError,
        root=root_json(lowest_epoch=3, lowest_digest=THIRD.digest.hex()),
        rows=good["rows"][:2],
    )
    _anchors(book, good)


def _anchors(book: Book, good: dict[str, Any]) -> None:
    third = root_json(lowest_epoch=3, lowest_digest=THIRD.digest.hex())
    book.expect("at the anchor", "verify_chain", 3, root=third, rows=good["rows"][:3])
    book.expect("beyond the anchor", "verify_chain", 4, root=third, rows=good["rows"])
    forked = row(replace(THIRD, members=(*THIRD.members, CARL.public), recovery=None), ANNE)
    second = root_json(lowest_epoch=2, lowest_digest=SECOND.digest.hex())
    fork = [*good["rows"][:2], row_json(forked)]
    book.expect("a fork beyond the anchor", "verify_chain", 3, root=second, rows=fork)
    for name, root in (
        ("a fork before the anchor", third),
        (
            "the anchor of another epoch",
            root_json(lowest_epoch=3, lowest_digest=FIRST.digest.hex()),
        ),
    ):
        book.error(name, "verify_chain", errors.DirectoryForkError, root=root, rows=fork)


def _chain_failures(book: Book, rows: dict[str, StatementRow], refs: dict[str, str]) -> None:
    first, second, third = refs["first"], refs["second"], refs["third"]
    other = row(replace(SECOND, inbox_id=made("other inbox")), ANNE)
    forked = row(replace(SECOND, members=(ANNE.public, CARL.public)), ANNE)
    channel = row(replace(SECOND, channel=Channel.COUNCIL), ANNE)
    for name, chain in (
        ("a statement missing", [first, third]),
        ("a statement repeated", [first, second, second]),
        ("out of order", [first, third, second]),
        ("a row under another epoch", [first, row_json(replace(rows["second"], epoch=9))]),
        ("a statement of another inbox", [first, row_json(other)]),
        ("a statement of another channel", [first, row_json(channel)]),
        ("a statement after another one", [first, row_json(forked), third]),
    ):
        book.error(name, "verify_chain", errors.DirectoryChainError, root=root_json(), rows=chain)


def _after(statement: Statement) -> dict[str, Any]:
    return {"epoch": statement.epoch + 1, "previous": statement.digest}


def _signature_failures(book: Book, rows: dict[str, StatementRow], refs: dict[str, str]) -> None:
    first, second = refs["first"], refs["second"]
    signature = rows["second"].signature
    for name, chain in (
        ("forged by nobody", [first, row_json(replace(rows["second"], signature=bytes(64)))]),
        (
            "a bit of the signature flipped",
            [first, row_json(replace(rows["second"], signature=flipped(signature, 0)))],
        ),
        ("signed by the newcomer", [first, row_json(row(SECOND, BO))]),
        ("signed by a stranger", [first, row_json(row(SECOND, CARL))]),
        ("the first signed by a stranger", [row_json(row(FIRST, CARL))]),
        (
            "the signature of the statement before",
            [first, row_json(replace(rows["second"], signature=rows["first"].signature))],
        ),
        (
            "signed by a member who came in only now",
            [first, second, row_json(row(_admission(), CARL))],
        ),
    ):
        book.error(
            name, "verify_chain", errors.DirectorySignatureError, root=root_json(), rows=chain
        )
    broken = row_json(replace(rows["second"], body=rows["second"].body[:-1]))
    book.error(
        "a statement that is cut short",
        "verify_chain",
        errors.DirectoryStatementError,
        root=root_json(),
        rows=[first, broken],
    )


def _admission() -> Statement:
    return replace(SECOND, members=(*SECOND.members, CARL.public), **_after(SECOND))


def grant_place(told: Keyring, epoch: int = 1, inbox_id: bytes = INBOX) -> Any:
    """Give the place of a grant."""
    return place(Purpose.INBOX_GRANT, owner=inbox_id, item=told.member_id, generation=epoch)


def _grant(seals: Seals) -> Book:
    book = Book("grant", "A member's keys, and the inbox secret that is sealed to a member.")
    for name, keyring in (("Anne", ANNE), ("Bo", BO)):
        book.expect(
            f"the keys of {name}",
            "member_keys",
            _member_json(keyring.public),
            installation=INSTALLATION,
            member_id=keyring.member_id,
            seed=keyring.seed.reveal(),
        )
    book.value("first", row_json(row(FIRST, ANNE)))
    book.value("second", row_json(row(SECOND, ANNE)))
    chain = {"root": root_json(), "rows": ["@first", "@second"]}
    own = seals.seal("grant", ANNE.pair, grant_place(ANNE), SECRET.reveal())
    other = seals.seal("grant of another", ANNE.pair, grant_place(ANNE), STRANGER_SECRET.reveal())
    short = seals.seal("grant cut short", ANNE.pair, grant_place(ANNE), SECRET.reveal()[:-1])
    elsewhere = grant_place(ANNE, inbox_id=made("other inbox"))
    moved = seals.seal("grant of another door", ANNE.pair, elsewhere, SECRET.reveal())
    for name, keyring, epoch, sealed, outcome in (
        ("a grant", ANNE, 1, own, None),
        ("a grant of a secret that makes another key", ANNE, 1, other, errors.DirectoryMemberError),
        ("a secret of another length", ANNE, 1, short, errors.KeyShapeError),
        ("as another member", BO, 1, own, errors.UnreadableError),
        ("in another epoch", ANNE, 2, own, errors.UnreadableError),
        ("moved from another door", ANNE, 1, moved, errors.UnreadableError),
        ("a bit flipped", ANNE, 1, flipped(own, -1), errors.UnreadableError),
        ("cut short", ANNE, 1, own[:100], errors.TruncatedError),
    ):
        given = {
            **chain,
            "member_id": keyring.member_id,
            "seed": keyring.seed.reveal(),
            "epoch": epoch,
            "sealed": sealed,
        }
        if outcome is None:
            book.expect(name, "open_grant", SECRET.reveal(), **given)
        else:
            book.error(name, "open_grant", outcome, **given)
    unknown = seals.seal("grant of epoch 9", ANNE.pair, grant_place(ANNE, 9), SECRET.reveal())
    book.error(
        "an epoch that the directory does not have",
        "open_grant",
        errors.DirectoryChainError,
        **chain,
        member_id=ANNE.member_id,
        seed=ANNE.seed.reveal(),
        epoch=9,
        sealed=unknown,
    )
    return book
