"""Vectors of the steps of a chain: what may follow, and who may sign it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeAlias

from tests.vectors.book import INSTALLATION, Book, made
from tests.vectors.directory import (
    ANNE,
    BO,
    CARL,
    FIRST,
    FOURTH,
    SECOND,
    STRANGER_SECRET,
    THIRD,
    TRUSTEES,
    member,
    root_json,
    row,
    row_json,
)
from whistle.crypto import errors
from whistle.crypto.secret import Seed
from whistle.keys.directory import Statement
from whistle.keys.inbox_secret import InboxSecret
from whistle.keys.keyring import Keyring
from whistle.keys.recovery import RecoveryKeyring, RecoverySeed

THIRD_SECRET = InboxSecret(made("third inbox secret", 64))
FOURTH_SECRET = InboxSecret(made("fourth inbox secret", 64))
OTHER_TRUSTEES = RecoveryKeyring(INSTALLATION, RecoverySeed(made("other recovery seed", 32)))
NEW_BO = Keyring(INSTALLATION, BO.member_id, Seed(made("new seed of Bo", 32)))
NEW_ANNE = Keyring(INSTALLATION, ANNE.member_id, Seed(made("new seed of Anne", 32)))
DORA = member("Dora")


def after(before: Statement, **changes: Any) -> Statement:
    """Give the statement that follows one, with these changes."""
    follows = replace(before, epoch=before.epoch + 1, previous=before.digest)
    return replace(follows, **changes)


NEW_KEY = THIRD_SECRET.pair.public
RENEWAL = after(FOURTH, public=NEW_KEY, members=(NEW_BO.public,))
REPLACED = after(RENEWAL, public=FOURTH_SECRET.pair.public, recovery=OTHER_TRUSTEES.public)
ROTATION = after(SECOND, public=NEW_KEY)
KEPT = after(THIRD, public=NEW_KEY, recovery=OTHER_TRUSTEES.public)
RECOVERY = replace(KEPT, members=(DORA.public,))
Signer: TypeAlias = Keyring | RecoveryKeyring


def books() -> Iterator[Book]:
    """Give the file of steps."""
    book = Book("steps", "What may follow a statement, and who may sign it.")
    signed = ((FIRST, ANNE), (SECOND, ANNE), (THIRD, ANNE), (FOURTH, BO))
    chain = [book.value(f"epoch {one.epoch}", row_json(row(one, by))) for one, by in signed]
    renewed = [*chain, book.value("renewal", row_json(row(RENEWAL, BO)))]
    for name, rows in (
        ("an admission", chain[:2]),
        ("a first recovery key", chain[:3]),
        ("a rotation that leaves somebody out", chain),
        ("a renewal", renewed),
        ("a rotation that replaces the recovery key", [*renewed, _row(REPLACED, NEW_BO)]),
        ("a rotation that leaves nobody out", [*chain[:2], _row(ROTATION, BO)]),
        ("a recovery", [*chain[:3], _row(RECOVERY, TRUSTEES)]),
        ("a recovery that keeps everybody", [*chain[:3], _row(KEPT, TRUSTEES)]),
    ):
        book.expect(name, "verify_chain", len(rows), root=root_json(), rows=rows)
    refused = {errors.DirectoryChainError: _shapes(), errors.DirectorySignatureError: _signers()}
    for error, steps in refused.items():
        for name, told, signer in steps:
            rows = [*renewed[: told.epoch - 1], _row(told, signer)]
            book.error(name, "verify_chain", error, root=root_json(), rows=rows)
    yield book


def _row(statement: Statement, signer: Signer) -> dict[str, Any]:
    return row_json(statement.sign(signer.signing))


def _shapes() -> Iterator[tuple[str, Statement, Signer]]:
    """Steps that nobody may take."""
    kept, rotated, third = after(SECOND), ROTATION, after(THIRD)
    everybody = (ANNE.public, BO.public, CARL.public)
    swapped = replace(BO.public, public=CARL.pair.public)
    half = replace(BO.public, verifying=NEW_BO.public.verifying)
    renamed = Keyring(INSTALLATION, CARL.member_id, NEW_BO.seed).public
    renewed = (ANNE.public, NEW_BO.public)
    hybrid = replace(TRUSTEES.public, public=OTHER_TRUSTEES.pair.public)
    signing = replace(TRUSTEES.public, verifying=OTHER_TRUSTEES.signing.verifying)
    other = OTHER_TRUSTEES.public
    for name, before, changes, signer in (
        ("somebody left, old key", kept, {"members": (BO.public,)}, BO),
        ("keys exchanged, old key", kept, {"members": (ANNE.public, swapped)}, BO),
        ("renewed, old key", kept, {"members": renewed}, BO),
        ("admission and recovery key", kept, {"members": everybody, "recovery": other}, ANNE),
        ("recovery key replaced, old key", third, {"recovery": other}, ANNE),
        ("recovery key gone, old key", third, {"recovery": None}, ANNE),
        ("new key and somebody new", rotated, {"members": (BO.public, CARL.public)}, BO),
        ("new key and first recovery key", rotated, {"recovery": other}, BO),
        ("new key and no recovery key", third, {"public": NEW_KEY, "recovery": None}, BO),
        ("two renewed at once", rotated, {"members": (NEW_ANNE.public, NEW_BO.public)}, BO),
        ("half renewed", rotated, {"members": (ANNE.public, half)}, BO),
        ("renewed under another id", rotated, {"members": (ANNE.public, renamed)}, BO),
        ("renewed and somebody left", rotated, {"members": (NEW_BO.public,)}, BO),
        ("renewed and somebody new", rotated, {"members": (*renewed, CARL.public)}, BO),
        ("renewed and recovery key replaced", KEPT, {"members": renewed}, BO),
        ("recovery that keeps its key", RECOVERY, {"recovery": TRUSTEES.public}, TRUSTEES),
        ("recovery that keeps its hybrid key", RECOVERY, {"recovery": signing}, TRUSTEES),
        ("recovery that keeps its verifying key", RECOVERY, {"recovery": hybrid}, TRUSTEES),
        ("recovery that leaves none", RECOVERY, {"recovery": None}, TRUSTEES),
        ("recovery that keeps the inbox key", RECOVERY, {"public": THIRD.public}, TRUSTEES),
        ("admission by the recovery key", third, {"members": everybody}, TRUSTEES),
        ("recovery by a member", RECOVERY, {}, ANNE),
        ("a key that was given up", after(RENEWAL), {"public": FIRST.public}, NEW_BO),
    ):
        yield name, replace(before, **changes), signer


def _signers() -> Iterator[tuple[str, Statement, Signer]]:
    """Steps that somebody else may take."""
    admission = after(THIRD, members=(*THIRD.members, CARL.public))
    renewal = replace(ROTATION, members=(ANNE.public, NEW_BO.public))
    yield "admission by who comes in", admission, CARL
    yield "first recovery key by itself", after(SECOND, recovery=TRUSTEES.public), TRUSTEES
    yield "rotation by a stranger", ROTATION, CARL
    yield "rotation by who leaves", replace(ROTATION, members=(BO.public,)), ANNE
    yield "a stranger's inbox key", after(THIRD, public=STRANGER_SECRET.pair.public), CARL
    yield "renewed by somebody else", renewal, ANNE
    yield "renewed by the new keys", renewal, NEW_BO
    yield "recovery by the new recovery key", RECOVERY, OTHER_TRUSTEES
    yield "recovery by who comes in", RECOVERY, DORA
    yield "recovery without a recovery key", replace(ROTATION, members=(DORA.public,)), TRUSTEES
    yield "a member who has left", after(FOURTH, public=NEW_KEY), ANNE
    yield "keys that were renewed", after(RENEWAL, public=FOURTH_SECRET.pair.public), BO
