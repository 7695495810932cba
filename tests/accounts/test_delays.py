"""Delays that grow for each account, and whom they do not touch."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from tests.support.office import HOST, Desk, Office
from whistle.accounts.browsers import COOKIE, KnownBrowsers
from whistle.accounts.delays import FORGOTTEN, DelayedError, Delays, What, delay_after
from whistle.crypto.passphrase import Passphrase, Stretch
from whistle.crypto.secret import SymmetricKey
from whistle.gateway.turnstile import Lane
from whistle.storage import tables

WRONG = "seks helt forkerte ord her igen"


def sign_in(office: Office, username: str, passphrase: str = WRONG, mark: str = "") -> TestResponse:
    client = office.casework.test_client()
    if mark:
        client.set_cookie(COOKIE, mark, domain="whistle.example", secure=True)
    data = {"username": username, "passphrase": passphrase}
    return client.post("/casework/", base_url=HOST, data=data)


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> list[Passphrase]:
    """Make every passphrase a wrong one at no cost, and count how many are stretched."""
    stretched: list[Passphrase] = []

    def key(_self: Stretch, passphrase: Passphrase) -> SymmetricKey:
        stretched.append(passphrase)
        return SymmetricKey(bytes(32))

    monkeypatch.setattr(Stretch, "key", key)
    return stretched


def test_delays_double_after_five_failures_up_to_five_minutes() -> None:
    seconds = [delay_after(failures).total_seconds() for failures in range(16)]
    assert seconds == [0] * 5 + [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    assert delay_after(10**9) == timedelta(minutes=5)


@pytest.mark.parametrize("username", ["raadgiver", "ingenkender", "", "x" * 400])
def test_a_user_name_is_delayed_alike_whether_anybody_has_it(
    office: Office, cheap: list[Passphrase], username: str
) -> None:
    for _ in range(5):
        assert sign_in(office, username).status_code == 403
    told = [sign_in(office, username) for _ in range(2)]
    assert [one.status_code for one in told] == [429, 429]
    assert told[0].headers["Retry-After"] == "2"
    assert "13:01" in told[0].text
    assert len(cheap) == 7  # what comes too soon costs as much, and a right one would have passed
    office.later(seconds=2)
    assert sign_in(office, username).status_code == 403
    assert sign_in(office, username).headers["Retry-After"] == "4"


def test_no_stranger_keeps_a_right_passphrase_out_of_a_browser_that_nobody_knows(
    office: Office,
) -> None:
    delays = Delays(office.installation)
    for _ in range(20):  # one stranger, who posts whenever it is looked at
        try:
            delays.begin(What.PASSPHRASE, "raadgiver", Lane.OTHER)
        except DelayedError as error:
            office.clock.moment = error.until
    statuses = [sign_in(office, "raadgiver").status_code for _ in range(2)]
    assert statuses[-1] == 429
    assert sign_in(office, "raadgiver", office.passphrase.show()).status_code == 303


def test_a_wrong_passphrase_after_too_many_says_when_to_try_again(office: Office) -> None:
    for _ in range(5):
        sign_in(office, "raadgiver")
    told = office.casework.test_client().post(
        "/casework/",
        base_url=HOST,
        data={"username": "raadgiver", "passphrase": WRONG},
        headers={"Accept-Language": "en"},
    )
    assert "is not right. There were too many wrong tries. Try again at 13:01." in told.text


def test_who_writes_a_code_too_soon_is_not_looked_at_whatever_the_passphrase(
    office: Office,
) -> None:
    delays = Delays(office.installation)
    for _ in range(5):
        delays.begin(What.CODE, "raadgiver", Lane.OTHER)
    client = office.casework.test_client()
    refused = client.post("/casework/", base_url=HOST, data=office.credentials())
    assert refused.status_code == 429
    assert office.member(office.adviser).totp_step == 0  # the right code was not used up


@pytest.mark.parametrize("failures", [1, 5, 12])
@pytest.mark.parametrize("hours", [1, 5, 24 * 365])
def test_a_clock_that_was_ahead_keeps_nobody_out(office: Office, failures: int, hours: int) -> None:
    delays = Delays(office.installation)
    for _ in range(failures):
        office.later(minutes=5)
        delays.begin(What.CODE, "raadgiver", Lane.OTHER)
    office.later(hours=-hours)
    delays.begin(What.CODE, "raadgiver", Lane.OTHER)
    if failures >= 5:  # and what is counted from then on delays as ever
        with pytest.raises(DelayedError):
            delays.begin(What.CODE, "raadgiver", Lane.OTHER)


def test_a_clock_that_differs_a_little_gives_no_more_tries(office: Office) -> None:
    delays = Delays(office.installation)
    for _ in range(5):
        delays.begin(What.CODE, "raadgiver", Lane.OTHER)
    office.later(seconds=-1)
    with pytest.raises(DelayedError) as refused:
        delays.begin(What.CODE, "raadgiver", Lane.OTHER)
    assert refused.value.until == office.clock.now() + timedelta(seconds=2)


@pytest.mark.usefixtures("cheap")
def test_spelling_a_name_in_another_way_is_no_way_around(office: Office) -> None:
    wide = "\N{FULLWIDTH LATIN SMALL LETTER R}aadgiver\t"
    for name in ("raadgiver", " Raadgiver", "RAADGIVER ", "raad\0giver", wide):
        sign_in(office, name)
    assert sign_in(office, "raadgiveR").status_code == 429


@pytest.mark.usefixtures("cheap")
def test_strangers_do_not_lock_out_who_has_signed_in_from_this_browser(office: Office) -> None:
    mark = KnownBrowsers(office.installation).mark(office.adviser.member_id)
    for _ in range(8):
        sign_in(office, "raadgiver")
        office.later(seconds=1)
    assert sign_in(office, "raadgiver").status_code == 429
    assert sign_in(office, "raadgiver", mark=mark).status_code == 403  # it was looked at


@pytest.mark.usefixtures("cheap")
def test_a_mark_of_another_member_s_browser_gives_no_count_of_its_own(office: Office) -> None:
    """A colleague does not get five more tries at somebody's passphrase."""
    mark = KnownBrowsers(office.installation).mark(office.reserve.member_id)
    for _ in range(5):
        sign_in(office, "raadgiver")
    assert sign_in(office, "raadgiver", mark=mark).status_code == 429
    assert sign_in(office, "raadgiver", mark="A" * 64).status_code == 429


@pytest.mark.usefixtures("cheap")
def test_a_known_browser_s_tries_are_counted_too(office: Office) -> None:
    mark = KnownBrowsers(office.installation).mark(office.adviser.member_id)
    statuses = [sign_in(office, "raadgiver", mark=mark).status_code for _ in range(6)]
    assert statuses == [403] * 5 + [429]


def test_success_takes_back_what_was_counted(office: Office) -> None:
    for _ in range(4):
        sign_in(office, "raadgiver")
    assert sign_in(office, "raadgiver", office.passphrase.show()).status_code == 303
    for _ in range(5):
        assert sign_in(office, "raadgiver").status_code == 403


def test_a_right_passphrase_does_not_take_back_wrong_codes(office: Office) -> None:
    delays = Delays(office.installation)
    for _ in range(5):
        delays.begin(What.CODE, "raadgiver", Lane.OTHER)
    delays.succeeded(What.PASSPHRASE, "raadgiver", Lane.OTHER)
    with pytest.raises(DelayedError):
        delays.begin(What.CODE, "raadgiver", Lane.OTHER)


def test_many_tries_at_once_are_no_way_around(office: Office) -> None:
    delays = Delays(office.installation)

    def tried(_: int) -> bool:
        try:
            delays.begin(What.PASSPHRASE, "raadgiver", Lane.OTHER)
        except DelayedError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(tried, range(40))) == 5


def test_counts_are_swept_and_name_nobody(office: Office) -> None:
    delays = Delays(office.installation)
    for number in range(20):
        delays.begin(What.PASSPHRASE, f"name-{number}", Lane.OTHER)
    office.clock.moment += FORGOTTEN + timedelta(seconds=1)
    delays.begin(What.PASSPHRASE, "raadgiver", Lane.OTHER)
    with office.installation.store.read() as db:
        [row] = db.execute(tables.sign_in_failures.select()).all()
    assert b"raadgiver" not in row.account_hash
    assert len(row.account_hash) == 32


def test_who_is_delayed_keeps_the_draft(office: Office) -> None:
    for _ in range(5):
        sign_in(office, "raadgiver")
    desk = Desk(office.casework.test_client())
    kept = {"kept_path": "/casework/case/aa/answer", "kept.text": "Et langt svar"}
    delayed = desk.post("/casework/", {"username": "raadgiver", "passphrase": WRONG, **kept})
    assert delayed.status_code == 429
    assert "Et langt svar" in delayed.text
    assert WRONG not in delayed.text
