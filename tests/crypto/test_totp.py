"""Codes of authenticator apps: RFC 6238's own figures, and what a clock may be off."""

from datetime import UTC, datetime, timedelta

import pytest

from whistle.crypto.errors import KeyShapeError
from whistle.crypto.totp import TotpSecret, step_at

RFC = TotpSecret(b"12345678901234567890")  # RFC 6238, appendix B
NOON = datetime(2026, 11, 20, 12)  # noqa: DTZ001  (moments are UTC without zone)


@pytest.mark.parametrize(
    ("seconds", "eight_digits"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_are_those_of_rfc_6238(seconds: int, eight_digits: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    assert RFC.code(step_at(moment)) == eight_digits[-6:]


@pytest.mark.parametrize("off", [-30, 0, 30])
def test_a_clock_may_be_half_a_minute_off(off: int) -> None:
    step = step_at(NOON + timedelta(seconds=off))
    assert step in list(RFC.steps_of(RFC.code(step), NOON))


@pytest.mark.parametrize("off", [-90, -60, 60, 90])
def test_a_code_of_another_minute_is_none(off: int) -> None:
    assert not list(RFC.steps_of(RFC.code(step_at(NOON + timedelta(seconds=off))), NOON))


@pytest.mark.parametrize("code", ["", "1", "000000", "0" * 400, "æøå", "12345\uff16", "\0"])
def test_what_is_no_code_of_now_has_no_step(code: str) -> None:
    assert not list(RFC.steps_of(code, NOON))


def test_a_secret_is_read_as_it_is_written_and_never_printed() -> None:
    secret = TotpSecret.random()
    assert TotpSecret.parse(secret.show()) == secret
    assert "".join(secret.groups()) == secret.show()
    assert secret.show() not in repr(secret)


@pytest.mark.parametrize("text", ["", "A", "A" * 31, "A" * 33, "a" * 32, "1" * 32, "Æ" * 32])
def test_what_is_no_secret_is_refused(text: str) -> None:
    with pytest.raises(KeyShapeError):
        TotpSecret.parse(text)
