"""The pages of passkeys: what a form sends, from where, and what it gets."""

import html
import re

import pytest
from sqlalchemy import update

from tests.accounts.test_passkeys import register
from tests.accounts.test_second_factor import half_way_in, is_in
from tests.support.authenticator import Authenticator
from tests.support.newcomers import newcomer
from tests.support.office import Desk, Office, hidden_fields
from whistle.accounts import browsers
from whistle.accounts.factors import FactorService
from whistle.crypto import passphrase as stretching
from whistle.storage import members, tables

LIST, PROVE, SECOND = "/casework/passkeys", "/casework/prove", "/casework/second-factor"


def asked(page: str) -> str:
    """Give what a page asks the browser for."""
    found = re.search(r'data-options="([^"]*)"', page)
    assert found is not None, page
    return html.unescape(found[1])


@pytest.fixture
def phone() -> Authenticator:
    return Authenticator()


@pytest.fixture
def stranger(office: Office) -> Desk:
    return Desk(office.casework.test_client())


def add(desk: Desk, device: Authenticator, name: str = "Telefon") -> int:
    page = desk.get(LIST).text
    form = hidden_fields(page)
    answer = device.create(asked(page))
    return desk.post(LIST, {**form, **answer.fields, "name": name}).status_code


def test_a_passkey_is_added_listed_and_signs_in_without_a_passphrase(
    office: Office,
    phone: Authenticator,
    stranger: Desk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(**_: object) -> bytes:
        raise AssertionError

    monkeypatch.setattr(stretching, "hash_secret_raw", never)
    desk = office.desk_of(office.adviser)
    assert add(desk, phone, "Mit <ur>") == 303
    assert "Mit &lt;ur&gt;" in desk.get(LIST).text
    answer = phone.get(asked(stranger.get("/casework/").text))
    come_in = stranger.post("/casework/passkey", answer.fields)
    assert (come_in.status_code, come_in.headers["Location"]) == (303, "/casework/inboxes")
    assert is_in(stranger.client)
    assert stranger.get(LIST).status_code == 200, "a passkey is proof enough for what changes keys"


def test_signing_in_by_passkey_does_not_wait_at_the_turnstile(office: Office) -> None:
    lane = browsers.KnownBrowsers(office.installation).lane
    for path in ("/casework/passkey", f"{PROVE}/passkey", f"{SECOND}/passkey", LIST):
        assert lane({"REQUEST_METHOD": "POST", "PATH_INFO": path}) is None


def test_the_sign_in_page_is_the_same_whether_there_are_passkeys_or_not(
    office: Office, phone: Authenticator, stranger: Desk
) -> None:
    def page() -> str:
        return re.sub(r"challenge&#34;: &#34;[\w-]+", "", stranger.get("/casework/").text)

    before = page()
    register(office, office.adviser, phone)
    assert page() == before


def test_an_unknown_passkey_and_a_wrong_one_get_the_same_page(
    office: Office, phone: Authenticator, stranger: Desk
) -> None:
    register(office, office.adviser, phone)
    pages = []
    for id_ in (phone.passkeys[0].id, b"x" * 32):
        forger = Authenticator()
        forger.create(asked(office.desk_of(office.adviser).get(LIST).text), id=id_)
        answer = forger.get(asked(stranger.get("/casework/").text))
        refused = stranger.post("/casework/passkey", answer.fields)
        assert refused.status_code == 403
        assert "Set-Cookie" not in refused.headers
        pages.append(re.sub(r"challenge&#34;: &#34;[\w-]+", "", refused.text))
    assert pages[0] == pages[1]


def test_a_replayed_answer_lets_nobody_in(
    office: Office, phone: Authenticator, stranger: Desk
) -> None:
    register(office, office.adviser, phone)
    answer = phone.get(asked(stranger.get("/casework/").text))
    assert stranger.post("/casework/passkey", answer.fields).status_code == 303
    thief = Desk(office.casework.test_client())
    assert thief.post("/casework/passkey", answer.fields).status_code == 403
    assert not is_in(thief.client)


def test_an_answer_that_comes_too_late_is_asked_for_again(
    office: Office, phone: Authenticator, stranger: Desk
) -> None:
    register(office, office.adviser, phone)
    answer = phone.get(asked(stranger.get("/casework/").text))
    office.later(minutes=6)
    refused = stranger.post("/casework/passkey", answer.fields)
    assert refused.status_code == 403
    again = stranger.post("/casework/passkey", phone.get(asked(refused.text)).fields)
    assert again.status_code == 303


def test_a_form_that_was_sent_empty_says_that_the_page_was_too_old(
    office: Office, stranger: Desk
) -> None:
    """What the page's script sends after four minutes, when it has not asked the device."""
    empty = {"credential": "", "unlock": ""}
    words = "The page had been open for too long. Press the button once more."
    english = {"Accept-Language": "en"}
    assert words in stranger.post("/casework/passkey", empty, headers=english).text
    with office.installation.store.write() as db:
        members.set_language(db, office.adviser.member_id, "en")
    desk = office.desk_of(office.adviser)
    for page, path in (("/casework/prove", "/casework/prove/passkey"), (LIST, LIST)):
        form = hidden_fields(desk.get(page).text)
        refused = desk.post(path, {**form, **empty, "name": "Min nøgle"})
        assert refused.status_code == 403
        assert words in refused.text
        assert path != LIST or "Min nøgle" in refused.text


def test_a_passkey_after_the_passphrase_makes_the_session_whole(office: Office) -> None:
    key = Authenticator(has_prf=False)
    register(office, office.adviser, key)
    desk = half_way_in(office)
    page = desk.get(SECOND).text
    answer = key.get(asked(page))
    assert desk.post(f"{SECOND}/passkey", answer.fields).status_code == 403, "no token"
    shown = desk.post(f"{SECOND}/passkey", {**hidden_fields(page), **answer.fields})
    assert shown.status_code == 303
    assert is_in(desk.client)


def test_a_passkey_proves_anew_before_what_changes_keys(
    office: Office, phone: Authenticator
) -> None:
    register(office, office.adviser, phone)
    desk = office.desk_of(office.adviser)
    office.later(minutes=11)
    sent_on = desk.get(LIST)
    assert sent_on.headers["Location"] == f"{PROVE}?to={LIST}"
    page = desk.get(sent_on.headers["Location"]).text
    answer = phone.get(asked(page))
    proved = desk.post(f"{PROVE}/passkey", {**hidden_fields(page), **answer.fields})
    assert (proved.status_code, proved.headers["Location"]) == (303, LIST)
    assert desk.get(LIST).status_code == 200


def test_an_answer_for_signing_in_does_not_prove(office: Office, phone: Authenticator) -> None:
    register(office, office.adviser, phone)
    desk = office.desk_of(office.adviser)
    office.later(minutes=11)
    page = desk.get(PROVE).text
    stranger = Desk(office.casework.test_client())
    answer = phone.get(asked(stranger.get("/casework/").text))
    refused = desk.post(f"{PROVE}/passkey", {**hidden_fields(page), **answer.fields})
    assert refused.status_code == 403
    assert desk.get(LIST).status_code == 303


def test_another_members_passkey_is_no_second_step(office: Office) -> None:
    mine, theirs = Authenticator(), Authenticator()
    register(office, office.adviser, mine)
    register(office, office.reserve, theirs)
    desk = half_way_in(office)
    page = desk.get(SECOND).text
    answer = theirs.get(asked(page))
    refused = desk.post(f"{SECOND}/passkey", {**hidden_fields(page), **answer.fields})
    assert refused.status_code == 403
    assert not is_in(desk.client)


def test_somebody_new_may_choose_a_passkey_instead_of_an_app(
    office: Office, phone: Authenticator
) -> None:
    desk = half_way_in(office, newcomer(office).keyring)
    assert desk.get("/casework/inboxes").status_code == 303
    page = desk.get(LIST).text
    answer = phone.create(asked(page))
    chosen = desk.post(LIST, {**hidden_fields(page), **answer.fields})
    assert chosen.status_code == 200
    assert len(re.findall(r'class="receipt"', chosen.text)) == 10


def test_a_half_session_adds_no_passkey_where_there_is_a_second_factor(office: Office) -> None:
    desk = half_way_in(office)
    assert desk.get(LIST).status_code == 303
    assert desk.post(LIST, {}).status_code == 303
    with office.installation.store.read() as db:
        assert db.execute(tables.passkeys.select()).all() == []


def test_a_passkey_is_removed_only_with_a_token_and_never_the_last_factor(
    office: Office, phone: Authenticator
) -> None:
    row = register(office, office.adviser, phone)
    desk = office.desk_of(office.adviser)
    remove = f"{LIST}/remove"
    form = {**hidden_fields(desk.get(LIST).text), "id": row.credential_id.hex()}
    asks = desk.post(remove, form)
    assert (asks.status_code, "Min telefon" in asks.text) == (200, True)
    form = hidden_fields(asks.text)
    assert form["id"] == row.credential_id.hex()
    assert desk.post(remove, {"id": form["id"], "sure": "1"}).status_code == 403
    assert desk.get(remove).status_code == 303
    with office.installation.store.write() as db:
        db.execute(update(tables.members).values(totp_box=None))
    assert desk.post(remove, form).status_code == 409
    with office.installation.store.write() as db:
        db.execute(update(tables.members).values(totp_box=b"x"))
    assert desk.post(remove, {**form, "id": "zz"}).status_code == 303
    form = hidden_fields(
        desk.post(remove, {**hidden_fields(desk.get(LIST).text), "id": form["id"]}).text
    )
    assert desk.post(remove, form).status_code == 303
    with office.installation.store.read() as db:
        assert db.execute(tables.passkeys.select()).all() == []


def test_who_came_in_by_a_passkey_that_is_removed_is_out_at_once(
    office: Office, phone: Authenticator, stranger: Desk
) -> None:
    desk = office.desk_of(office.adviser)
    assert add(desk, phone) == 303
    stranger.post("/casework/passkey", phone.get(asked(stranger.get("/casework/").text)).fields)
    assert is_in(stranger.client)
    page = desk.get(LIST).text
    asks = desk.post(f"{LIST}/remove", hidden_fields(page[page.index("passkeys/remove") :]))
    assert desk.post(f"{LIST}/remove", hidden_fields(asks.text)).status_code == 303
    assert not is_in(stranger.client)
    assert is_in(desk.client)


def test_who_has_backup_codes_and_chooses_a_passkey_reads_nothing_of_an_app(
    office: Office, phone: Authenticator
) -> None:
    new = newcomer(office)
    FactorService(office.installation, new.row, new.keyring).make_backup_codes()
    desk = half_way_in(office, new.keyring)
    page = desk.get(LIST).text
    chosen = desk.post(LIST, {**hidden_fields(page), **phone.create(asked(page)).fields})
    assert chosen.headers["Location"] == "/casework/security?done=passkey"
    english = {
        "lang": "en",
        "csrf_token": hidden_fields(desk.get("/casework/security").text)["csrf_token"],
    }
    desk.post("/casework/language", english)
    page = desk.get("/casework/security?done=passkey").text
    assert "The passkey has been added" in page
    assert "Your authenticator app has been changed" not in page


def test_nothing_is_added_or_removed_without_a_fresh_proof(
    office: Office, phone: Authenticator
) -> None:
    row = register(office, office.adviser, phone)
    desk = office.desk_of(office.adviser)
    page = desk.get(LIST).text
    form = hidden_fields(page)
    answer = Authenticator().create(asked(page))
    office.later(minutes=11)
    assert desk.post(LIST, {**form, **answer.fields}).status_code == 303
    gone = desk.post(f"{LIST}/remove", {**form, "id": row.credential_id.hex()})
    assert gone.headers["Location"].startswith(PROVE)
    with office.installation.store.read() as db:
        assert len(db.execute(tables.passkeys.select()).all()) == 1


def test_a_passkey_is_let_open_the_cases_on_the_page(
    office: Office, phone: Authenticator, stranger: Desk
) -> None:
    register(office, office.adviser, phone)
    with office.installation.store.write() as db:
        db.execute(update(tables.passkeys).values(seed_box=None))
    desk, path = office.desk_of(office.adviser), f"{LIST}/open"
    page = desk.get(LIST).text
    answer = phone.get(asked(page))
    assert desk.get(path).headers["Location"] == LIST
    assert desk.post(path, answer.fields).status_code == 403, "no token"
    form = {**hidden_fields(page), **answer.fields}
    assert desk.post(path, {**form, "unlock": ""}).status_code == 403
    assert desk.post(path, form).headers["Location"] == f"{LIST}?done=opens"
    come_in = phone.get(asked(stranger.get("/casework/").text))
    assert stranger.post("/casework/passkey", come_in.fields).status_code == 303
    office.later(minutes=11)
    assert desk.post(path, form).headers["Location"].startswith(PROVE)


def test_a_text_written_past_the_end_of_the_session_comes_through_a_passkey(
    office: Office, phone: Authenticator
) -> None:
    register(office, office.adviser, phone)
    receipt = office.reporter().report()
    desk = office.desk_of(office.adviser)
    address = f"/casework/case/{office.case_of(receipt).hex()}/answer"
    form = hidden_fields(desk.open(office.case_of(receipt)).text)
    office.later(minutes=31)
    kept = desk.post(address, {**form, "text": "Et langt svar"})
    fields = {**hidden_fields(kept.text), "kept.text": "Et langt svar"}
    wrong = desk.post("/casework/passkey", fields)
    assert wrong.status_code == 403
    assert "Et langt svar" in wrong.text
    answer = phone.get(asked(wrong.text))
    again = desk.post("/casework/passkey", {**fields, **answer.fields})
    assert again.status_code == 200
    sent = desk.post(address, {**hidden_fields(again.text), "text": "Et langt svar"})
    assert sent.status_code == 303


def test_a_name_too_long_is_refused_and_nothing_is_kept(
    office: Office, phone: Authenticator
) -> None:
    desk = office.desk_of(office.adviser)
    assert add(desk, phone, "x" * 61) == 422
    with office.installation.store.read() as db:
        assert db.execute(tables.passkeys.select()).all() == []


def test_a_passkey_without_a_name_gets_a_number(office: Office, phone: Authenticator) -> None:
    desk = office.desk_of(office.adviser)
    assert add(desk, phone, "  ") == 303
    with office.installation.store.read() as db:
        (row,) = db.execute(tables.passkeys.select()).mappings().all()
    assert "1" in row["name"]
