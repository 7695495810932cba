"""Unlocked sessions: see also the vectors `session`."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.keys.people import INSTALLATION, OTHER_INSTALLATION, member
from whistle.keys.sessions import (
    ABSOLUTE,
    FRESH,
    HALF,
    IDLE,
    BootKey,
    SessionBoxer,
    SessionToken,
    is_fresh,
)

NOON = datetime(2026, 11, 20, 12, 0, 0, 123456)  # noqa: DTZ001  (moments are UTC without zone)
SECOND = timedelta(seconds=1)
ANNE = member()
BOXER = SessionBoxer(INSTALLATION, BootKey.random())


def test_cookie_row_and_memory_together_open_a_session() -> None:
    token, row = BOXER.start(ANNE, NOON, NOON)
    resumed = BOXER.resume(token, row, NOON)
    assert resumed is not None
    assert resumed.public == ANNE.public


def test_two_of_the_three_open_nothing() -> None:
    token, row = BOXER.start(ANNE, NOON, NOON)
    other_token, other_row = BOXER.start(ANNE, NOON, NOON)
    restarted = SessionBoxer(INSTALLATION, BootKey.random())
    assert BOXER.resume(other_token, row, NOON) is None
    assert BOXER.resume(token, other_row, NOON) is None
    assert restarted.resume(token, row, NOON) is None
    elsewhere = SessionBoxer(OTHER_INSTALLATION, BOXER.boot_key)
    assert elsewhere.resume(token, row, NOON) is None


def test_the_row_holds_neither_seed_nor_token() -> None:
    token, row = BOXER.start(ANNE, NOON, NOON)
    assert ANNE.seed.reveal() not in row.seed_box
    assert token.reveal() not in row.token_hash


@given(st.timedeltas(timedelta(0), 2 * ABSOLUTE), st.timedeltas(timedelta(0), 2 * IDLE))
def test_a_session_ends_when_idle_and_after_a_day_s_work(age: timedelta, idle: timedelta) -> None:
    token, row = BOXER.start(ANNE, NOON, NOON)
    now = NOON + age
    resumed = BOXER.resume(token, replace(row, seen=now - idle), now)
    assert (resumed is not None) == (age <= ABSOLUTE and idle <= IDLE)


@pytest.mark.parametrize("later", [SECOND, timedelta(days=-30000), timedelta(hours=9)])
def test_who_writes_to_the_database_cannot_make_a_session_last_longer(later: timedelta) -> None:
    token, row = BOXER.start(ANNE, NOON, NOON)
    now = NOON + later
    changed = replace(row, started=now, seen=now)
    assert BOXER.resume(token, changed, now) is None


@given(st.timedeltas(timedelta(0), 2 * HALF))
def test_half_a_session_is_over_sooner(age: timedelta) -> None:
    token, row = BOXER.start(ANNE, NOON)
    resumed = BOXER.resume(token, replace(row, seen=NOON + age), NOON + age)
    assert (resumed is not None) == (age <= HALF)


@pytest.mark.parametrize("proved", [NOON, NOON + SECOND, datetime(1970, 1, 1)])  # noqa: DTZ001
def test_who_writes_to_the_database_cannot_make_half_a_session_whole(proved: datetime) -> None:
    token, row = BOXER.start(ANNE, NOON)
    assert BOXER.resume(token, replace(row, proved=proved), NOON) is None


@pytest.mark.parametrize("proved", [None, NOON + SECOND, NOON - SECOND])
def test_who_writes_to_the_database_cannot_freshen_a_proof(proved: datetime | None) -> None:
    token, row = BOXER.start(ANNE, NOON, NOON)
    assert BOXER.resume(token, replace(row, proved=proved), NOON) is None


def test_a_proof_is_fresh_for_ten_minutes_and_never_in_advance() -> None:
    assert is_fresh(NOON, NOON)
    assert is_fresh(NOON, NOON + FRESH)
    assert not is_fresh(NOON, NOON + FRESH + SECOND)
    assert not is_fresh(NOON + SECOND, NOON)
    assert not is_fresh(None, NOON)


def test_a_form_s_token_is_one_session_s_own() -> None:
    one, other = SessionToken.random(), SessionToken.random()
    assert BOXER.csrf_token(one) == BOXER.csrf_token(one)
    assert BOXER.csrf_token(one) != BOXER.csrf_token(other)
    elsewhere = SessionBoxer(OTHER_INSTALLATION, BOXER.boot_key)
    assert BOXER.csrf_token(one) != elsewhere.csrf_token(one)
