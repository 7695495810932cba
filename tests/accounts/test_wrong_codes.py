"""Codes that were wrong after a right passphrase: the member is told, and there is an end to it."""

from datetime import timedelta

import pytest

from tests.support.office import Desk, Office, hidden_fields
from whistle.accounts.delays import DelayedError
from whistle.accounts.factors import MOST_WRONG, FactorService, NoMoreCodesError
from whistle.accounts.own_passphrase import OwnPassphraseService
from whistle.domain.logged import Logged
from whistle.gateway.turnstile import Lane
from whistle.storage import members

DESK = "/casework/inboxes"


def factors(office: Office) -> FactorService:
    return FactorService(office.installation, office.member(office.adviser), office.adviser)


def guess(office: Office, times: int) -> None:
    """Give wrong codes, as fast as they are looked at."""
    for _ in range(times):
        try:
            assert not factors(office).show("000000", Lane.OTHER, Logged.SIGNED_IN)
        except DelayedError as error:
            office.clock.moment = error.until
            assert not factors(office).show("000000", Lane.OTHER, Logged.SIGNED_IN)


def english_desk(office: Office) -> Desk:
    with office.installation.store.write() as db:
        members.set_language(db, office.adviser.member_id, "en")
    return office.desk_of(office.adviser)


def test_who_signs_in_reads_that_somebody_had_the_passphrase(office: Office) -> None:
    thief = Desk(office.casework.test_client())
    for _ in range(3):
        assert thief.post("/casework/", {**office.credentials(), "totp": "000000"}).status_code
    desk = english_desk(office)
    page = desk.get(DESK).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "3 wrong codes were given after your passphrase since November 20, 2026." in page
    assert 'href="/casework/passphrase"' in page
    office.later(days=3)
    assert "3 wrong codes" in english_desk(office).get(DESK).text
    assert "wrong codes" not in office.desk_of(office.reserve).get(DESK).text


def test_a_wrong_passphrase_is_nothing_that_a_member_is_told_of(office: Office) -> None:
    stranger = Desk(office.casework.test_client())
    for _ in range(3):
        stranger.post("/casework/", {"username": "raadgiver", "passphrase": "x", "totp": "000000"})
    assert "wrong code" not in english_desk(office).get(DESK).text


def test_the_member_says_that_it_was_them(office: Office) -> None:
    guess(office, 1)
    desk = english_desk(office)
    page = desk.get(DESK).text
    assert "1 wrong code was given" in page
    assert desk.post("/casework/wrong-codes/seen", {}).status_code == 403
    token = {"csrf_token": hidden_fields(page)["csrf_token"]}
    assert desk.post("/casework/wrong-codes/seen", token).status_code == 303
    assert "wrong code" not in desk.get(DESK).text
    guess(office, 1)
    assert "1 wrong code was given" in desk.get(DESK).text


def test_a_code_that_was_given_meanwhile_is_told_of(office: Office) -> None:
    guess(office, 1)
    seen = factors(office)
    guess(office, 1)
    seen.have_seen_wrong_codes()
    assert office.member(office.adviser).wrong_codes == 2


def test_after_many_wrong_codes_in_a_day_only_a_backup_code_is_taken(office: Office) -> None:
    [backup, *_] = factors(office).make_backup_codes()
    office.clock.moment = office.clock.moment.replace(hour=0)  # one o'clock here
    guess(office, MOST_WRONG)
    office.later(minutes=5)
    with pytest.raises(NoMoreCodesError):
        factors(office).show(office.code(), Lane.KNOWN, Logged.SIGNED_IN)
    desk = Desk(office.casework.test_client())
    refused = desk.post("/casework/", office.credentials(), headers={"Accept-Language": "en"})
    assert refused.status_code == 429
    assert "only a backup code or a passkey is taken" in refused.text
    assert factors(office).show(backup, Lane.KNOWN, Logged.SIGNED_IN)
    office.clock.moment += timedelta(days=1)
    assert factors(office).show(office.code(), Lane.KNOWN, Logged.SIGNED_IN)


def test_to_say_that_it_was_them_gives_nobody_more_codes(office: Office) -> None:
    guess(office, MOST_WRONG)
    factors(office).have_seen_wrong_codes()
    with pytest.raises(NoMoreCodesError):
        factors(office).show(office.code(), Lane.KNOWN, Logged.SIGNED_IN)


def test_a_new_passphrase_ends_it(office: Office) -> None:
    guess(office, 2)
    row = office.member(office.adviser)
    service = OwnPassphraseService(office.installation, row, office.adviser)
    assert service.change(*service.propose())
    changed = office.member(office.adviser)
    assert (changed.wrong_codes, changed.wrong_codes_that_day) == (0, 0)
    assert "wrong code" not in english_desk(office).get(DESK).text
