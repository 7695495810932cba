"""What forms carry."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Channel
from whistle.intake.reporter_session import ABSOLUTE, IDLE, ReporterSessions
from whistle.intake.tokens import HOURS, FormTokens, TokenState
from whistle.keys.sessions import BootKey
from whistle.settings import FormKey

NOW = datetime.fromisoformat("2026-11-20T12:00")
TOKENS = FormTokens(b"i" * 16, FormKey(b"k" * 32))
RECEIPT = Receipt(b"r" * 15)
TOKEN = TOKENS.for_report(Channel.CITIZEN, RECEIPT, NOW)


def test_a_token_is_good_for_its_receipt_door_installation_and_key_alone() -> None:
    def state(
        tokens: FormTokens = TOKENS,
        channel: Channel = Channel.CITIZEN,
        receipt: Receipt = RECEIPT,
    ) -> TokenState:
        return tokens.check_report(channel, receipt, TOKEN, NOW)

    assert state() is TokenState.VALID
    assert state(channel=Channel.COUNCIL) is TokenState.FORGED
    assert state(receipt=Receipt(b"x" * 15)) is TokenState.FORGED
    assert state(tokens=FormTokens(b"x" * 16, TOKENS.key)) is TokenState.FORGED
    assert state(tokens=FormTokens(b"i" * 16, FormKey(b"x" * 32))) is TokenState.FORGED


@pytest.mark.parametrize(
    ("hours", "state"),
    [(0, TokenState.VALID), (HOURS, TokenState.VALID), (HOURS + 1, TokenState.EXPIRED)],
)
def test_a_token_lives_two_days(hours: int, state: TokenState) -> None:
    later = NOW + timedelta(hours=hours)
    assert TOKENS.check_report(Channel.CITIZEN, RECEIPT, TOKEN, later) is state


@given(st.text(max_size=80))
def test_nothing_that_somebody_makes_up_is_a_token(token: str) -> None:
    if token != TOKEN:
        state = TOKENS.check_report(Channel.CITIZEN, RECEIPT, token, NOW)
        assert state is TokenState.FORGED
    assert TOKENS.check_message(RECEIPT, token, NOW) is None


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("ABCxyz019-_="))
def test_a_token_with_one_other_symbol_is_forged(place: int, symbol: str) -> None:
    changed = TOKEN[:place] + symbol + TOKEN[place + 1 :]
    if changed != TOKEN:
        state = TOKENS.check_report(Channel.CITIZEN, RECEIPT, changed, NOW)
        assert state is TokenState.FORGED


def test_a_reports_token_is_no_messages_token() -> None:
    assert TOKENS.check_message(RECEIPT, "00" * 16 + "." + TOKEN, NOW) is None
    message = TOKENS.for_message(RECEIPT, NOW)
    assert TOKENS.check_message(RECEIPT, message, NOW) is not None
    assert TOKENS.check_message(Receipt(b"x" * 15), message, NOW) is None
    assert TOKENS.check_message(RECEIPT, message, NOW + timedelta(hours=HOURS + 1)) is None


def test_a_session_is_over_when_idle_or_old_or_from_before_a_restart() -> None:
    sessions = ReporterSessions(b"i" * 16, BootKey(b"b" * 32))
    value = sessions.write(RECEIPT, NOW, NOW)
    found = sessions.read(value, NOW + IDLE)
    assert found is not None
    assert found.receipt == RECEIPT
    assert sessions.read(value, NOW + IDLE + timedelta(seconds=1)) is None
    kept = sessions.write(RECEIPT, NOW, NOW + ABSOLUTE)
    assert sessions.read(kept, NOW + ABSOLUTE) is not None
    assert sessions.read(kept, NOW + ABSOLUTE + timedelta(seconds=1)) is None
    assert ReporterSessions(b"i" * 16, BootKey(b"x" * 32)).read(value, NOW) is None
    assert ReporterSessions(b"x" * 16, BootKey(b"b" * 32)).read(value, NOW) is None
