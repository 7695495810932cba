"""Codes of authenticator apps: RFC 6238's own figures, and what a clock may be off."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

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


@pytest.fixture
def in_denmark(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have a server whose clock is set to Danish time."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Copenhagen")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_denmark")
def test_a_servers_time_zone_makes_no_difference() -> None:
    assert step_at(datetime(1970, 1, 1, 0, 1)) == 2  # noqa: DTZ001
    assert step_at(NOON) == 1_795_176_000 // 30


def test_a_step_ends_where_the_next_begins() -> None:
    epoch = datetime(1970, 1, 1)  # noqa: DTZ001
    steps = [step_at(epoch + timedelta(seconds=one)) for one in (0, 29, 29.999, 30, 59, 60)]
    assert steps == [0, 0, 0, 1, 1, 2]


def test_a_code_that_fits_several_steps_is_told_of_each_the_oldest_first() -> None:
    class Stuck(TotpSecret):
        """An app's secret whose every code is the same, as one in a million steps is."""

        __slots__ = ()

        def code(self, step: int) -> str:  # noqa: ARG002  (every step's)
            """Give the same code."""
            return "123456"

    here = step_at(NOON)
    assert list(Stuck(bytes(20)).steps_of("123456", NOON)) == [here - 1, here, here + 1]


def test_an_app_reads_the_secret_and_whose_it_is_from_its_address() -> None:
    told = urlsplit(RFC.address("anne", "Borgerrådgiveren"))
    assert (told.scheme, told.netloc) == ("otpauth", "totp")
    assert unquote(told.path) == "/Borgerrådgiveren:anne"
    assert parse_qs(told.query) == {
        "secret": [RFC.show()],
        "issuer": ["Borgerrådgiveren"],
        "digits": ["6"],
        "period": ["30"],
        "algorithm": ["SHA1"],
    }


def test_a_secret_is_typed_in_groups_of_four() -> None:
    assert RFC.groups() == ["GEZD", "GNBV", "GY3T", "QOJQ"] * 2
