"""Second factors as they are kept: bound to one member's seed."""

import pytest

from tests.keys.people import OTHER_INSTALLATION, member
from whistle.crypto.errors import SealingError
from whistle.crypto.totp import TotpSecret
from whistle.keys.factors import (
    BACKUP_CODES,
    backup_code_digest,
    box_totp,
    draw_backup_codes,
    looks_like_backup_code,
    unbox_totp,
)
from whistle.keys.keyring import Keyring

ANNE, BO = member(), member()


def test_the_app_s_secret_opens_for_its_member_alone() -> None:
    secret = TotpSecret.random()
    boxed = box_totp(ANNE, secret)
    assert secret.reveal() not in boxed
    assert unbox_totp(ANNE, boxed) == secret
    elsewhere = Keyring(OTHER_INSTALLATION, ANNE.member_id, ANNE.seed)
    under_another_id = Keyring(ANNE.installation, BO.member_id, ANNE.seed)
    for other in (BO, elsewhere, under_another_id):
        with pytest.raises(SealingError):
            unbox_totp(other, boxed)


def test_backup_codes_are_ten_and_different() -> None:
    codes = draw_backup_codes()
    assert len(set(codes)) == BACKUP_CODES == len(codes)
    assert all(looks_like_backup_code(code) for code in codes)
    assert not looks_like_backup_code("123456")
    assert not looks_like_backup_code("123 456")


def test_a_backup_code_is_read_as_people_type_it() -> None:
    assert backup_code_digest(ANNE, "0I1OL-ABCDE") == backup_code_digest(ANNE, " 01 10 1abcde\t")


def test_a_digest_says_nothing_without_the_member_s_seed() -> None:
    [code, *_] = draw_backup_codes()
    elsewhere = Keyring(OTHER_INSTALLATION, ANNE.member_id, ANNE.seed)
    digests = {backup_code_digest(who, code) for who in (ANNE, BO, elsewhere)}
    assert len(digests) == 3
