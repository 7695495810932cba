"""A member's seed under a passkey and under a key file; and what their keys are known by."""

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.keys.people import INSTALLATION, OTHER_INSTALLATION, member
from tests.keys.shaped import IDS, KEYS
from whistle.crypto.envelope import box, unbox
from whistle.crypto.errors import (
    KeyShapeError,
    NotGrantedError,
    SealingError,
    TruncatedError,
    UnknownVersionError,
    UnreadableError,
)
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import Seed, SymmetricKey
from whistle.keys.fields import join_fields
from whistle.keys.fingerprints import member_fingerprint, offered_keys
from whistle.keys.key_files import FileKey, box_for_key_file, open_by_key_file
from whistle.keys.keyring import Keyring
from whistle.keys.passkeys import (
    PRF_SALT,
    UnlockKey,
    box_for_passkey,
    open_by_passkey,
    unlock_place,
)
from whistle.storage.rows import KeyFileRow, MemberRow, PasskeyRow

ANNE, DAY = member(), date(2026, 11, 20)
CREDENTIAL = b"credential of any length"
PASSKEY, FILE = UnlockKey(b"u" * 32), FileKey(b"f" * 32)
KEYRINGS = st.builds(Keyring, IDS, IDS, st.binary(min_size=32, max_size=32).map(Seed))


def passkey(seed_box: bytes | None, **told: Any) -> PasskeyRow:
    """Give the row of a passkey of Anne's."""
    return replace(PasskeyRow(CREDENTIAL, ANNE.member_id, b"", 0, seed_box, "", DAY), **told)


def key_file(seed_box: bytes, **told: Any) -> KeyFileRow:
    """Give the row of a key file of Anne's."""
    return replace(KeyFileRow(FILE.hash, ANNE.member_id, seed_box, "", DAY), **told)


def same(one: Keyring, other: Keyring) -> bool:
    """Say whether two keyrings are one member's."""
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("installation", "member_id", "seed", "public")
    )


# -- passkeys ----------------------------------------------------------------------------------


@given(KEYRINGS, st.binary(max_size=200), KEYS)
def test_a_passkey_opens_the_seed_of_its_member(
    keyring: Keyring, credential: bytes, key: SymmetricKey
) -> None:
    unlock = UnlockKey(key.reveal())
    boxed = box_for_passkey(keyring, credential, unlock)
    row = passkey(boxed, credential_id=credential, member_id=keyring.member_id)
    assert same(open_by_passkey(keyring.installation, row, unlock), keyring)


def test_a_passkeys_box_lies_at_the_place_of_the_specification() -> None:
    at = Place(Purpose.MEMBER_PASSKEY, INSTALLATION, ANNE.member_id, CREDENTIAL)
    assert unbox(PASSKEY, at, box_for_passkey(ANNE, CREDENTIAL, PASSKEY)) == ANNE.seed.reveal()


def test_the_browser_derives_at_the_place_of_the_specification() -> None:
    assert PRF_SALT == b"whistle/v1/member/passkey-prf"
    assert unlock_place(CREDENTIAL) == Place(Purpose.PASSKEY_UNLOCK, b"", item=CREDENTIAL)


@pytest.mark.parametrize(
    "told", [{"credential_id": b"another"}, {"credential_id": b""}, {"member_id": b"b" * 16}]
)
def test_a_seed_opens_by_no_passkey_but_its_own(told: dict[str, Any]) -> None:
    row = passkey(box_for_passkey(ANNE, CREDENTIAL, PASSKEY), **told)
    with pytest.raises(UnreadableError):
        open_by_passkey(INSTALLATION, row, PASSKEY)


def test_a_seed_opens_by_no_other_key_way_in_or_installation() -> None:
    row = passkey(box_for_passkey(ANNE, CREDENTIAL, PASSKEY))
    in_file = passkey(box_for_key_file(ANNE, FILE), credential_id=FILE.hash)
    for installation, found, key in (
        (INSTALLATION, row, UnlockKey(b"v" * 32)),
        (OTHER_INSTALLATION, row, PASSKEY),
        (INSTALLATION, in_file, UnlockKey(FILE.reveal())),
    ):
        with pytest.raises(UnreadableError):
            open_by_passkey(installation, found, key)


def test_a_passkey_without_prf_opens_nothing() -> None:
    with pytest.raises(NotGrantedError):
        open_by_passkey(INSTALLATION, passkey(None), PASSKEY)


# -- key files ---------------------------------------------------------------------------------


@given(KEYRINGS, KEYS)
def test_a_key_file_opens_the_seed_of_its_member(keyring: Keyring, key: SymmetricKey) -> None:
    file = FileKey(key.reveal())
    row = key_file(box_for_key_file(keyring, file), member_id=keyring.member_id)
    assert same(open_by_key_file(keyring.installation, row, file), keyring)


def test_a_key_files_box_lies_at_the_place_of_the_specification() -> None:
    at = Place(Purpose.MEMBER_KEY_FILE, INSTALLATION, ANNE.member_id, FILE.hash)
    assert unbox(FILE, at, box_for_key_file(ANNE, FILE)) == ANNE.seed.reveal()


def test_a_row_is_found_by_the_digest_of_what_the_file_holds() -> None:
    assert FILE.hash == hashlib.sha256(b"f" * 32).digest()


def test_a_seed_opens_by_no_key_file_but_its_own() -> None:
    row = key_file(box_for_key_file(ANNE, FILE))
    passkeys = key_file(box_for_passkey(ANNE, FILE.hash, UnlockKey(FILE.reveal())))
    for installation, found, key in (
        (INSTALLATION, row, FileKey(b"g" * 32)),
        (OTHER_INSTALLATION, row, FILE),
        (INSTALLATION, replace(row, member_id=b"b" * 16), FILE),
        (INSTALLATION, passkeys, FILE),
    ):
        with pytest.raises(UnreadableError):
            open_by_key_file(installation, found, key)


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        (b"", TruncatedError),
        (b"\1" * 28, TruncatedError),
        (b"\2" * 61, UnknownVersionError),
        (b"\1" * 61, UnreadableError),
    ],
)
def test_a_box_that_was_cut_or_changed_is_refused(
    changed: bytes, refused: type[SealingError]
) -> None:
    with pytest.raises(refused):
        open_by_key_file(INSTALLATION, key_file(changed), FILE)
    with pytest.raises(refused):
        open_by_passkey(INSTALLATION, passkey(changed), PASSKEY)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_seed_of_another_length_is_refused(size: int) -> None:
    by_passkey = Place(Purpose.MEMBER_PASSKEY, INSTALLATION, ANNE.member_id, CREDENTIAL)
    by_file = Place(Purpose.MEMBER_KEY_FILE, INSTALLATION, ANNE.member_id, FILE.hash)
    with pytest.raises(KeyShapeError):
        open_by_passkey(INSTALLATION, passkey(box(PASSKEY, by_passkey, bytes(size))), PASSKEY)
    with pytest.raises(KeyShapeError):
        open_by_key_file(INSTALLATION, key_file(box(FILE, by_file, bytes(size))), FILE)


# -- what a member's keys are known by ---------------------------------------------------------


def test_a_fingerprint_is_that_of_the_specification() -> None:
    keys = ANNE.public
    at = Place(Purpose.MEMBER_FINGERPRINT, INSTALLATION, ANNE.member_id).encode()
    told = at + join_fields([ANNE.member_id, keys.public.raw, keys.verifying.raw])
    assert member_fingerprint(INSTALLATION, keys) == hashlib.sha256(told).digest()


def test_whatever_of_a_members_keys_is_another_the_fingerprint_is_too() -> None:
    keys, other = ANNE.public, member().public
    known = {
        member_fingerprint(OTHER_INSTALLATION, keys),
        *(
            member_fingerprint(INSTALLATION, one)
            for one in (
                keys,
                replace(keys, member_id=other.member_id),
                replace(keys, public=other.public),
                replace(keys, verifying=other.verifying),
            )
        ),
    }
    assert len(known) == 5


def row_of(**told: Any) -> MemberRow:
    """Give Anne's row with the keys that she offers."""
    keys = ANNE.public
    row = MemberRow(ANNE.member_id, "anne", "Anne", "adviser", "da", b"", b"")
    offered = {"public": keys.public.raw, "verifying": keys.verifying.raw}
    return replace(row, **{**offered, **told})


def test_a_member_offers_the_keys_of_their_row() -> None:
    assert offered_keys(row_of()) == ANNE.public


@pytest.mark.parametrize("half", ["public", "verifying"])
@pytest.mark.parametrize("key", [None, b"", b"short", bytes(32), bytes(1216), b"\xff" * 1216])
def test_who_has_no_keys_or_half_of_them_or_what_is_no_key_offers_none(
    half: str, key: bytes | None
) -> None:
    assert offered_keys(row_of(**{half: key})) is None


def test_who_has_not_offered_any_keys_offers_none() -> None:
    assert offered_keys(row_of(public=None, verifying=None)) is None
