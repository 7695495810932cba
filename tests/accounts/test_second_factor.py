"""The second factor: choosing one, showing it, and all that is refused without it."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from tests.support.enrolment import APP, app_shown, first_code
from tests.support.newcomers import newcomer
from tests.support.office import HOST, Desk, Office, hidden_fields
from whistle.accounts.delays import DelayedError
from whistle.accounts.factors import FactorService
from whistle.accounts.views.entering import COOKIE
from whistle.crypto.totp import step_at
from whistle.domain.logged import Logged
from whistle.gateway.turnstile import Lane
from whistle.keys.keyring import Keyring
from whistle.keys.sessions import SessionBoxer
from whistle.storage import tables
from whistle.storage.errors import ConflictError

SECOND_FACTOR = "/casework/second-factor"


def half_way_in(office: Office, keyring: Keyring | None = None) -> Desk:
    """Give the browser of somebody who has shown the passphrase alone."""
    boxer = SessionBoxer(office.installation.id, office.installation.boot_key)
    token, row = boxer.start(keyring or office.adviser, office.clock.now())
    with office.installation.store.write() as db:
        row.insert(db)
    desk = Desk(office.casework.test_client())
    desk.sign_in_with(token.reveal())
    return desk


def show(desk: Desk, code: str, **fields: str) -> TestResponse:
    form = hidden_fields(desk.get(SECOND_FACTOR).text)
    return desk.post(SECOND_FACTOR, {**form, "totp": code, **fields})


def is_in(client: Client) -> bool:
    return client.get("/casework/inboxes", base_url=HOST).status_code == 200


def cookie(desk: Desk) -> str:
    held = desk.client.get_cookie(COOKIE, domain="whistle.example")
    assert held is not None
    return held.value


def factors(office: Office) -> FactorService:
    row = office.member(office.adviser)
    return FactorService(office.installation, row, office.adviser)


def test_passphrase_and_then_code_open_the_inboxes(office: Office) -> None:
    desk = Desk(office.casework.test_client())
    credentials = office.credentials()
    del credentials["totp"]
    half = desk.post("/casework/", credentials)
    assert (half.status_code, half.headers["Location"]) == (303, SECOND_FACTOR)
    assert not is_in(desk.client)
    assert desk.get("/casework/").headers["Location"] == SECOND_FACTOR
    whole = show(desk, office.code())
    assert (whole.status_code, whole.headers["Location"]) == (303, "/casework/inboxes")
    assert is_in(desk.client)


def test_scripts_send_the_code_along_with_the_passphrase(office: Office) -> None:
    desk = Desk(office.casework.test_client())
    wrong = desk.post("/casework/", {**office.credentials(), "totp": "000000"})
    assert wrong.status_code == 403
    assert "Set-Cookie" not in wrong.headers
    assert desk.post("/casework/", office.credentials()).headers["Location"] == "/casework/inboxes"


def test_a_code_replayed_is_refused(office: Office) -> None:
    code = office.code()
    first, second = half_way_in(office), half_way_in(office)
    assert show(first, code).status_code == 303
    refused = show(second, code)
    assert refused.status_code == 403
    assert not is_in(second.client)


def test_a_code_older_than_one_that_was_used_is_refused(office: Office) -> None:
    here = step_at(office.clock.now())
    assert show(half_way_in(office), office.app.code(here)).status_code == 303
    assert show(half_way_in(office), office.app.code(here - 1)).status_code == 403
    assert show(half_way_in(office), office.app.code(here + 1)).status_code == 303


def test_of_many_who_show_the_same_code_at_once_one_gets_in(office: Office) -> None:
    code = office.code()
    with ThreadPoolExecutor(4) as pool:
        tries = [
            pool.submit(factors(office).show, code, Lane.KNOWN, Logged.SIGNED_IN) for _ in range(4)
        ]
    assert sum(one.result() for one in tries) == 1


def test_of_many_who_show_the_same_backup_code_at_once_one_gets_in(office: Office) -> None:
    [code, *_] = factors(office).make_backup_codes()
    with ThreadPoolExecutor(4) as pool:
        tries = [
            pool.submit(factors(office).show, code, Lane.KNOWN, Logged.SIGNED_IN) for _ in range(4)
        ]
    assert sum(one.result() for one in tries) == 1


def test_another_member_s_code_is_refused(office: Office) -> None:
    code = office.code(office.reserve)
    other = FactorService(office.installation, office.member(office.adviser), office.reserve)
    assert not other.show(
        code, Lane.OTHER, Logged.SIGNED_IN
    )  # another's keys do not open the app's secret


def test_the_code_s_session_is_not_fixed(office: Office) -> None:
    """Who knew the token before the second factor was shown has nothing afterwards."""
    desk, thief = half_way_in(office), Desk(office.casework.test_client())
    before = cookie(desk)
    show(desk, office.code())
    assert cookie(desk) != before
    thief.client.set_cookie(COOKIE, before, domain="whistle.example", secure=True)
    assert not is_in(thief.client)
    assert thief.get(SECOND_FACTOR).headers["Location"] == "/casework/"


def test_half_a_session_lasts_five_minutes(office: Office) -> None:
    desk = half_way_in(office)
    office.later(minutes=5)
    assert desk.get(SECOND_FACTOR).status_code == 200
    office.later(seconds=1)
    assert desk.get(SECOND_FACTOR).headers["Location"] == "/casework/"


def test_a_form_forged_for_the_second_factor_is_refused(office: Office) -> None:
    desk = half_way_in(office)
    for token in ({}, {"csrf_token": "x"}, {"csrf_token": "0" * 64}):
        refused = desk.post(SECOND_FACTOR, {"totp": office.code(), **token})
        assert refused.status_code == 403
    assert not is_in(desk.client)
    assert office.member(office.adviser).totp_step == 0  # no code was used up


def test_fields_added_to_the_second_factor_change_nothing(office: Office) -> None:
    desk = half_way_in(office)
    added = {"proved": "1", "must_enrol": "1", "member_id": office.reserve.member_id.hex()}
    assert show(desk, "000000", **added).status_code == 403
    show(desk, office.code(), **added)
    assert "Ida" in desk.get("/casework/inboxes").text


FREE = {
    "accounts.begin",
    "accounts.goodbye",
    "accounts.language",
    "accounts.locked",
    "accounts.panic",
    "accounts.sign_in",
    "accounts.sign_in_by_passkey",
    "healthz",
    "static",
}
FOR_HALF = {"accounts.passkey_as_second_factor", "accounts.second_factor", "accounts.sign_out"}


def addresses(app: Flask) -> list[tuple[str, str, str]]:
    """Give method, endpoint and an address of every route, identifiers filled in."""
    found = []
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?\w+>", "ab" * 16, rule.rule)
        methods = (rule.methods or set()) & {"GET", "POST"}
        found += [(method, rule.endpoint, path) for method in sorted(methods)]
    return found


def test_half_a_session_reaches_no_other_route(office: Office) -> None:
    """Every route is asked for by half a session and by nobody: both are sent to sign in."""
    tried = 0
    for method, endpoint, path in addresses(office.casework):
        if endpoint in FREE | FOR_HALF:
            continue
        desk, nobody = half_way_in(office), Desk(office.casework.test_client())
        data = {"csrf_token": hidden_fields(desk.get(SECOND_FACTOR).text)["csrf_token"]}
        for who in (desk, nobody):
            answer = who.get(path) if method == "GET" else who.post(path, data)
            assert answer.status_code == 303, (method, path)
            assert answer.headers["Location"] == "/casework/", (method, path)
        tried += 1
    assert tried > 25


def test_a_draft_survives_the_second_page_and_a_wrong_code(office: Office) -> None:
    receipt = office.reporter().report()
    address = f"/casework/case/{office.case_of(receipt).hex()}/answer"
    client = office.casework.test_client()
    desk = Desk(client)
    credentials = {**office.credentials(), "kept_path": address, "kept.text": "Et langt svar"}
    del credentials["totp"]
    page = desk.post("/casework/", {**credentials, "kept.form_id": "ab" * 16}).text
    assert "Et langt svar" in page
    kept = {**hidden_fields(page), "kept.text": "Et langt svar"}
    assert kept["kept.form_id"] == "ab" * 16
    wrong = desk.post(SECOND_FACTOR, {**kept, "totp": "000000"})
    assert wrong.status_code == 403
    kept = {**hidden_fields(wrong.text), "kept.text": "Et langt svar"}
    right = desk.post(SECOND_FACTOR, {**kept, "totp": office.code()})
    assert right.status_code == 200
    form = {**hidden_fields(right.text), "text": "Et langt svar"}
    assert desk.post(address, form).status_code == 303


def test_a_draft_survives_half_a_session_that_is_over(office: Office) -> None:
    desk = half_way_in(office)
    form = hidden_fields(desk.get(SECOND_FACTOR).text)
    office.later(minutes=6)
    kept = {"kept_path": "/casework/case/aa/answer", "kept.text": "Et langt svar"}
    late = desk.post(SECOND_FACTOR, {**form, **kept, "totp": office.code()})
    assert late.status_code == 401
    assert "Et langt svar" in late.text


# -- choosing one ----------------------------------------------------------------------------------


def test_a_member_without_a_second_factor_reaches_only_the_page_to_choose_one(
    office: Office,
) -> None:
    someone = newcomer(office, "adviser")
    desk = half_way_in(office, someone.keyring)
    for path in ("/casework/inboxes", "/casework/founding", "/casework/security"):
        assert desk.get(path).headers["Location"] == "/casework/"
    for path in ("/casework/", SECOND_FACTOR):
        assert desk.get(path).status_code == 303
    assert desk.get("/casework/").headers["Location"] == APP
    page = desk.get(APP).text
    wrong = desk.post(APP, {**first_code(page, office.clock), "totp": "000000"})
    assert wrong.status_code == 422
    assert app_shown(wrong.text) == app_shown(page)  # the same: it may be in the app already
    before = cookie(desk)
    chosen = desk.post(APP, first_code(page, office.clock))
    assert chosen.status_code == 200
    assert len(set(re.findall(r"[0-9A-Z]{5}-[0-9A-Z]{5}", chosen.text))) == 10
    assert cookie(desk) != before
    assert desk.get("/casework/").status_code == 303
    assert desk.get("/casework/security").status_code == 200


def test_an_app_counts_only_when_it_has_shown_a_code(office: Office) -> None:
    someone = newcomer(office)
    half_way_in(office, someone.keyring).get(APP)
    assert office.member(someone.keyring).totp_box is None


def test_nobody_chooses_the_secret_of_their_app(office: Office) -> None:
    """What the form brings back was boxed here, for this member: neither made up nor another's."""
    someone, other = newcomer(office), newcomer(office)
    desk, page = half_way_in(office, someone.keyring), ""
    theirs = first_code(half_way_in(office, other.keyring).get(APP).text, office.clock)
    for app in (theirs["app"], "", "00", "xyz", "A" * 400):
        page = desk.get(APP).text
        refused = desk.post(APP, {**first_code(page, office.clock), "app": app})
        assert refused.status_code in {403, 422}
    assert office.member(someone.keyring).totp_box is None


def test_who_has_a_second_factor_cannot_choose_another_half_way_in(office: Office) -> None:
    desk = half_way_in(office)
    assert desk.get(APP).headers["Location"] == "/casework/"
    assert desk.post(APP, {"totp": "1"}).headers["Location"] == "/casework/"


def test_two_who_choose_an_app_at_once_do_not_both_get_in(office: Office) -> None:
    """The passphrase's thief and its owner, both at the page: the second one is told."""
    someone = newcomer(office)
    owner, thief = (half_way_in(office, someone.keyring) for _ in range(2))
    forms = [first_code(one.get(APP).text, office.clock) for one in (owner, thief)]
    late = FactorService(office.installation, office.member(someone.keyring), someone.keyring)
    assert owner.post(APP, forms[0]).status_code == 200
    assert thief.post(APP, forms[1]).headers["Location"] == "/casework/"
    secret, boxed = late.propose_app()
    with pytest.raises(ConflictError):
        late.enrol_app(boxed, secret.code(step_at(office.clock.now())))


def test_replacing_the_app_needs_a_fresh_proof_and_ends_all_other_sessions(office: Office) -> None:
    desk, elsewhere = office.desk_of(office.adviser), office.desk_of(office.adviser)
    office.later(minutes=11)
    assert desk.get(APP).headers["Location"] == f"/casework/prove?to={APP}"
    desk, before = office.desk_of(office.adviser), office.member(office.adviser).totp_box
    assert desk.post(APP, first_code(desk.get(APP).text, office.clock)).status_code == 200
    assert office.member(office.adviser).totp_box != before
    assert is_in(desk.client)
    assert not is_in(elsewhere.client)
    assert show(half_way_in(office), office.code()).status_code == 403  # the old app's


# -- backup codes ----------------------------------------------------------------------------------


def test_a_backup_code_opens_once_and_how_many_are_left_is_shown(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    form = hidden_fields(desk.get("/casework/security/backup-codes").text)
    page = desk.post("/casework/security/backup-codes", form).text
    codes = re.findall(r"[0-9A-Z]{5}-[0-9A-Z]{5}", page)
    assert len(codes) == 10
    assert show(half_way_in(office), "", backup_code=codes[0].lower()).status_code == 303
    assert show(half_way_in(office), "", backup_code=codes[0]).status_code == 403
    assert show(half_way_in(office), codes[1].replace("-", " ")).status_code == 303
    left = desk.get("/casework/security").text
    assert ">8<" in left or " 8 " in left
    assert not any(code in left for code in codes)


def test_new_backup_codes_void_the_old_ones(office: Office) -> None:
    old, new = factors(office).make_backup_codes(), factors(office).make_backup_codes()
    assert not factors(office).show(old[0], Lane.OTHER, Logged.SIGNED_IN)
    assert factors(office).show(new[0], Lane.OTHER, Logged.SIGNED_IN)


def test_the_database_holds_neither_codes_nor_the_app_s_secret(office: Office) -> None:
    codes = factors(office).make_backup_codes()
    with office.installation.store.read() as db:
        rows = [*db.execute(tables.backup_codes.select()), *db.execute(tables.members.select())]
    kept = repr(rows).encode() + b"".join(v for row in rows for v in row if isinstance(v, bytes))
    for code in codes:
        assert code.encode() not in kept
        assert code.replace("-", "").encode() not in kept
    assert office.app.reveal() not in kept
    assert office.app.show().encode() not in kept


def test_six_digits_cannot_be_guessed_with_the_passphrase_known(office: Office) -> None:
    for _ in range(5):
        assert show(half_way_in(office), "000000").status_code == 403
    delayed = show(half_way_in(office), office.code())
    assert delayed.status_code == 429
    assert delayed.headers["Retry-After"] == "2"
    with pytest.raises(DelayedError):
        factors(office).show("000000", Lane.OTHER, Logged.SIGNED_IN)
    office.later(seconds=2)
    assert show(half_way_in(office), office.code()).status_code == 303
