"""Failures of others' systems, tried on this one; `docs/peers.md` has all of them."""

import gzip
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import DateTime

from tests.abuse.forms import URLENCODED, every_form, pairs_of, stored
from tests.support.office import HOST, Office, Reporter, hidden_fields
from whistle.accounts.invitations import invite
from whistle.crypto.passphrase import Passphrase, Stretch
from whistle.crypto.receipt import ALPHABET, Receipt
from whistle.crypto.secret import SymmetricKey
from whistle.domain.role import Role
from whistle.storage import tables

OPEN_TO_STRANGERS = {
    "accounts.sign_in": "the door itself",
    "accounts.begin": "whoever has an invitation's link, and then its code",
    "accounts.language": "the language of the sign-in page",
    "accounts.panic": "locking harms nobody, and who is in a hurry is asked nothing",
    "accounts.locked": "what is read after that",
    "accounts.goodbye": "what whoever has left reads",
    "accounts.sign_in_by_passkey": "the other way in",
    "static": "styles and fonts",
    "healthz": "whether it is well",
}


def all_rows(office: Office) -> dict[str, list[tuple[object, ...]]]:
    """Give the whole database."""
    with office.installation.store.read() as db:
        return {
            name: sorted((tuple(row) for row in db.execute(table.select())), key=repr)
            for name, table in tables.metadata.tables.items()
        }


def all_bytes(office: Office) -> bytes:
    """Give everything in the database as one text."""
    return b"\n".join(
        value if isinstance(value, bytes) else str(value).encode()
        for rows in all_rows(office).values()
        for row in rows
        for value in row
    )


# -- lost or blocked -------------------------------------------------------------------------------


def test_securedrop_an_object_of_one_thread_breaks_another(office: Office) -> None:
    """Reproduced there: an ORM object in a module global gave 500s as soon as threads met."""
    receipts = [office.reporter().report(f"Sag {number}") for number in range(4)]
    desks = [office.desk_of(keyring) for keyring in (office.adviser, office.reserve)]

    def visit(number: int) -> list[int]:
        reporter, desk = office.reporter(), desks[number % 2]
        receipt = receipts[number % 4]
        assert f"Sag {number % 4}" in reporter.come_back(receipt).text
        pages = [desk.get("/casework/inboxes"), desk.open(office.case_of(receipt))]
        return [page.status_code for page in (*pages, reporter.write(f"Fra {number}"))]

    with ThreadPoolExecutor(8) as threads:
        answered = {status for one in threads.map(visit, range(24)) for status in one}
    assert answered <= {200, 303, 404}  # 404: the reserve at the adviser's case


# -- receipts --------------------------------------------------------------------------------------


def test_globaleaks_823_one_guess_tests_every_report() -> None:
    """Sixteen digits under one salt there. Here a guess does, too, and cannot be enough of them."""
    reports, guesses, seconds = 10**9, 10**9, 100 * 365 * 24 * 3600
    assert 2 ** (8 * Receipt.size) / (reports * guesses * seconds) > 10**8
    symbols = [Receipt.random().show().replace("-", "")[:-1] for _ in range(500)]
    assert all({one[place] for one in symbols} == set(ALPHABET) for place in range(24))


def test_securedrop_6043_the_cookie_overflows_from_repeated_generation(office: Office) -> None:
    reporter = office.reporter()
    for _ in range(30):
        assert "Set-Cookie" not in reporter.get("/da/report/citizen").headers
    receipt = reporter.report()
    sizes = set()
    for _ in range(5):
        reporter.come_back(receipt)
        receipt = _replace(reporter)
        cookie = reporter.client.get_cookie("__Host-receipt", "whistle.example")
        assert cookie is not None
        sizes.add(len(cookie.value))
    assert len(sizes) == 1
    assert max(sizes) < 200


def _replace(reporter: Reporter) -> str:
    form = hidden_fields(reporter.get("/da/receipt/replace").text)
    answer = reporter.post("/da/receipt/replace", {**form, "written_down": "y"})
    assert answer.status_code == 200
    return form["new_receipt"]


# -- leaks -----------------------------------------------------------------------------------------


def test_globaleaks_and_securedrop_what_is_stored_grows_with_the_text(office: Office) -> None:
    """762 of 762 there: equal texts, equal lengths; other texts, other lengths."""
    sizes = set()
    for text in ("x", "æ" * 900, "Jeg så det selv. " * 150):
        case = office.case_of(office.reporter().report(text))
        with office.installation.store.read() as db:
            rows = db.execute(tables.items.select().where(tables.items.c.case_id == case))
            sizes.add(tuple(sorted(len(row.body) for row in rows)))
    assert len(sizes) == 1


def test_globaleaks_and_securedrop_the_time_of_a_visit_is_stored(office: Office) -> None:
    """No table that a reporter's visit writes to has a column for a time of day."""
    before = all_rows(office)
    reporter = office.reporter()
    reporter.come_back(reporter.report())
    reporter.write("Mere")
    after = all_rows(office)
    written = [name for name in after if after[name] != before[name]]
    assert "enquiry_case" in written
    for name in written:
        for column in tables.metadata.tables[name].columns:
            assert not isinstance(column.type, DateTime), f"{name}.{column.name}"


def test_others_a_delete_that_is_a_read_receipt(office: Office) -> None:
    """Who reads leaves no trace: neither in the rows, nor on the other's page."""
    reporter, desk = office.reporter(), office.desk_of(office.adviser)
    receipt = reporter.report()
    case = office.case_of(receipt)
    before = reporter.come_back(receipt).text
    desk.open(case)
    assert _bare(reporter.get("/da/receipt").text) == _bare(before)
    desk.answer(case, "Svar")
    desk.open(case)
    unread, rows = desk.open(case).text, all_rows(office)
    office.reporter().come_back(receipt)
    assert all_rows(office) == rows
    assert _bare(desk.open(case).text) == _bare(unread)


def _bare(page: str) -> str:
    """Leave out what is new in every form."""
    for value in hidden_fields(page).values():
        page = page.replace(f'value="{value}"', "")
    return page


def test_italian_authority_reporters_are_listed_by_search_engines(office: Office) -> None:
    for client, path in (
        (office.intake.test_client(), "/da/"),
        (office.intake.test_client(), "/da/receipt"),
        (office.intake.test_client(), "/nowhere"),
        (office.casework.test_client(), "/casework/"),
    ):
        answer = client.get(path, base_url=HOST)
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"


# -- access ----------------------------------------------------------------------------------------


def views_of(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Give every endpoint with an address of its own and each of its methods."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        values = dict.fromkeys(rule.arguments, "0" * 32)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule.endpoint, adapter.build(rule.endpoint, values, method), method


def test_hush_line_a_view_without_its_guard(office: Office) -> None:
    views = list(views_of(office.casework))
    assert len(views) > 20
    for endpoint, path, method in views:
        if endpoint in OPEN_TO_STRANGERS:
            continue
        answer = office.casework.test_client().open(path, method=method, base_url=HOST)
        assert (answer.status_code, answer.location) == (303, "/casework/"), (endpoint, method)


def test_others_an_address_alone_signs_somebody_out(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    assert desk.get("/casework/sign-out").status_code == 405
    assert desk.get("/casework/inboxes").status_code == 200
    office.reporter().report()
    reporter = office.reporter()
    reporter.come_back(reporter.report())
    assert reporter.get("/da/receipt/leave").status_code == 405
    assert hidden_fields(reporter.get("/da/receipt").text)["token"]


def test_others_a_passphrase_comes_back_in_the_page(office: Office) -> None:
    for typed in ("forkert adgangskode", office.passphrase.show() + "x"):
        desk = Reporter(office.casework.test_client())
        answer = desk.post("/casework/", {"username": "raadgiver", "passphrase": typed})
        assert answer.status_code == 403
        assert typed not in answer.text


def test_others_a_one_time_link_lies_readable_in_the_database(office: Office) -> None:
    invitation = invite(office.log_of_commands, "ny", "Nanna Ny", Role.ADVISER)
    kept = all_bytes(office)
    assert b"Nanna Ny" in kept
    for secret in (invitation.token.show(), invitation.code, invitation.code.replace("-", "")):
        assert secret.encode() not in kept
    assert invitation.token.reveal() not in kept


@pytest.mark.parametrize(
    "flag", [{}, {"client_side_encrypted": "true", "encrypted": "1", "pgp": "on"}]
)
def test_hush_line_a_flag_or_a_first_line_switches_sealing_off(
    office: Office, flag: dict[str, str]
) -> None:
    text = "-----BEGIN PGP MESSAGE-----\nkanariefugl\n-----END PGP MESSAGE-----"
    reporter = office.reporter()
    answer = reporter.post("/da/report/citizen", {**reporter.form(), "text": text, **flag})
    assert answer.status_code == (422 if flag else 200)
    assert b"kanariefugl" not in all_bytes(office)
    assert b"PGP MESSAGE" not in all_bytes(office)


# -- timing and content ----------------------------------------------------------------------------


def test_hush_line_and_securedrop_a_user_name_is_told_by_the_time_it_takes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every sign-in stretches once: known or not, the first or a later one. See bench/timing.py."""
    stretched: list[Passphrase] = []
    really = Stretch.key

    def key(self: Stretch, passphrase: Passphrase) -> SymmetricKey:
        stretched.append(passphrase)
        return really(self, passphrase)

    monkeypatch.setattr(Stretch, "key", key)
    names = ["raadgiver", "raadgiver", "nobody", "nobody", "", "x" * 400]
    for count, name in enumerate(names, 1):
        desk = Reporter(office.casework.test_client())
        wrong = {"username": name, "passphrase": "seks helt forkerte ord her igen"}
        assert desk.post("/casework/", wrong).status_code == 403
        assert len(stretched) == count


def test_others_a_compressed_bomb_is_unpacked(office: Office) -> None:
    """A body is never unpacked, whatever it says of itself."""
    bomb = gzip.compress(b"text=" + b"0" * 50_000_000)
    forms = list(every_form(office))
    before = stored(office)
    for form in forms:
        packed = gzip.compress(pairs_of(form))
        for body in (bomb, packed):
            answer = form.send(body, URLENCODED, headers={"Content-Encoding": "gzip"})
            assert answer.status_code == 400, form.path
            assert len(answer.data) < 100_000
    assert stored(office) == before
