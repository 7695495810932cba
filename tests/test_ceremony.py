"""From `whistle init` to an open door: what each step allows, and what it refuses."""

import re
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from tests.support.logged import Watch, break_the_log, check_details
from tests.support.newcomers import choose_app
from tests.support.office import HOST, Reporter, hidden_fields
from whistle.app import create_casework, create_intake
from whistle.ceremony import confirm, unconfirmed
from whistle.cli import main
from whistle.domain.clock import FixedClock
from whistle.domain.errors import RefusedError
from whistle.domain.fingerprint import read_fingerprint, show_fingerprint
from whistle.domain.logged import Actor, Logged
from whistle.installation import open_installation
from whistle.settings import load_settings
from whistle.storage import tables
from whistle.storage.engine import open_store

BEGIN = "/casework/begin"


class Town:
    """An installation as a technician has just made it."""

    def __init__(self, data: Path, printed: str) -> None:
        self.data = data
        self.letters = re.findall(r"long code, to send:\s+(\S+)", printed)
        self.codes = re.findall(r"short code, by telephone:\s+(\S+)", printed)
        self.clock = FixedClock(open_installation(load_settings(data)).clock.now())

    def casework(self) -> Client:
        return create_casework(
            open_installation(load_settings(self.data), clock=self.clock)
        ).test_client()

    def intake(self) -> Reporter:
        return Reporter(
            create_intake(
                open_installation(load_settings(self.data), clock=self.clock)
            ).test_client()
        )

    def post(self, client: Client, path: str, **fields: str) -> TestResponse:
        return client.post(path, base_url=HOST, data=fields)

    def show_codes(self, client: Client, letter: str, code: str) -> TestResponse:
        """Type both codes of an invitation."""
        return self.post(client, BEGIN, invitation=letter, code=code)

    def begin(self, number: int) -> Client:
        """Accept an invitation as a person would; give the browser, signed in."""
        client = self.casework()
        letter, code = self.letters[number].replace("-", " "), self.codes[number]
        page = self.show_codes(client, f" {letter.lower()}\n", code.lower()).text
        words = " ".join(re.findall(r"<span>([a-z-]+)</span>", page))
        entered = self.post(client, BEGIN, **{**hidden_fields(page), "passphrase": words})
        assert entered.headers["Location"] == "/casework/security/app", entered.text
        assert choose_app(client, self.clock.now()).status_code == 200
        begun = client.get("/casework/", base_url=HOST)
        assert begun.headers["Location"] == "/casework/founding"
        return client

    def found(self, number: int) -> list[str]:
        """Make a member's keys, and give the fingerprints the page shows."""
        client = self.begin(number)
        page = client.get("/casework/founding", base_url=HOST).text
        self.post(client, "/casework/founding", csrf_token=hidden_fields(page)["csrf_token"])
        page = client.get("/casework/founding", base_url=HOST).text
        shown = re.findall(r'<span class="receipt"[^>]*>(.*?)</span> *\n', page, re.DOTALL)
        return [" ".join(re.findall(r"[0-9a-f]{4}", groups)) for groups in shown]


@pytest.fixture
def town(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Town:
    data = tmp_path / "data"
    assert main(["init", "--data", str(data)]) == 0
    return Town(data, capsys.readouterr().out)


def test_from_init_to_an_open_door(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert town.intake().get("/da/").status_code == 503
    papers = [town.found(0), town.found(1)]
    assert [len(paper) for paper in papers] == [3, 3]
    assert town.intake().get("/healthz").status_code == 503
    assert main(["confirm", "--data", str(town.data)]) == 0
    printed = capsys.readouterr().out
    for fingerprint in (*papers[0], *papers[1]):
        assert fingerprint in printed
    assert main(["confirm", "--data", str(town.data), *papers[0]]) == 0
    assert town.intake().get("/da/").status_code == 503
    assert main(["confirm", "--data", str(town.data), *papers[1]]) == 0
    reporter = town.intake()
    assert reporter.get("/healthz").status_code == 200
    receipt = reporter.report("Den første henvendelse")
    assert "Den første henvendelse" in reporter.come_back(receipt).text
    assert unconfirmed(town.data) == []


def test_the_ceremony_stands_in_the_log_from_the_first_entry_on(town: Town) -> None:
    fingerprints = town.found(0)
    confirm(town.data, fingerprints)
    here = open_installation(load_settings(town.data))
    told = Watch(here.store, here.id, since=0).new()
    here.store.dispose()
    assert [(one.act, one.kind) for one in told] == [
        (Logged.SET_UP, Actor.COMMAND),
        (Logged.INVITED, Actor.COMMAND),
        (Logged.INVITED, Actor.COMMAND),
        (Logged.INVITATION_ACCEPTED, Actor.MEMBER),
        (Logged.APP_SET, Actor.MEMBER),
        (Logged.BACKUP_CODES_MADE, Actor.MEMBER),
        (Logged.INBOX_FOUNDED, Actor.MEMBER),
        (Logged.INBOX_CONFIRMED, Actor.COMMAND),
    ]
    for one in told:
        check_details(one)
    founded, confirmed = (sorted(one.about["inboxes"]) for one in told[-2:])  # type: ignore[call-overload]
    assert founded == confirmed


def test_what_cannot_be_logged_is_not_confirmed(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    fingerprints = town.found(0)
    store = open_store(load_settings(town.data).database)
    break_the_log(store)
    store.dispose()
    before = (town.data / "whistle.toml").read_text()
    assert main(["confirm", "--data", str(town.data), *fingerprints]) == 1
    assert "so nothing was done" in capsys.readouterr().err
    assert (town.data / "whistle.toml").read_text() == before


def test_a_door_opens_only_with_its_reserve(town: Town) -> None:
    main_inboxes, reserve = town.found(0), town.found(1)
    waiting = {show_fingerprint(one.digest): one.root for one in unconfirmed(town.data)}
    citizen = [text for text, root in waiting.items() if root.channel == "citizen"]
    confirm(town.data, [*citizen, next(one for one in main_inboxes if one not in citizen)])
    reporter = town.intake()
    assert reporter.get("/da/report/citizen").status_code == 200
    assert reporter.get("/da/report/council").status_code == 404
    assert reporter.get("/da/report/whistleblower").status_code == 404
    assert len(reserve) == 3


def test_a_fingerprint_that_is_not_on_the_paper_opens_nothing(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    paper = town.found(0)
    before = (town.data / "whistle.toml").read_text()
    wrong = "0000 1111 2222 3333 4444"
    for given in ([wrong], [paper[0], wrong], ["xyz"], [paper[0][:-1]]):
        assert main(["confirm", "--data", str(town.data), *given]) == 2
    assert "do not open the door" in capsys.readouterr().err
    assert (town.data / "whistle.toml").read_text() == before


def test_keys_that_somebody_swapped_in_the_database_are_not_confirmed(town: Town) -> None:
    paper = town.found(0)
    store = open_store(load_settings(town.data).database)
    with store.write() as db:
        rows = db.execute(tables.statements.select()).all()
        db.execute(tables.statements.update().values(body=rows[0].body))
    store.dispose()
    with pytest.raises(Exception, match=r"statement|inbox|fingerprint"):
        confirm(town.data, paper)
    assert load_settings(town.data).inboxes == ()


def test_init_does_not_touch_what_is_there(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    before = (town.data / "whistle.toml").read_text()
    assert main(["init", "--data", str(town.data)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (town.data / "whistle.toml").read_text() == before


def test_init_has_no_default_secret(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert main(["init", "--data", str(tmp_path / name)]) == 0
    one, two = (load_settings(tmp_path / name) for name in ("one", "two"))
    assert one.form_key != two.form_key
    assert one.log_key != two.log_key
    assert one.installation != two.installation


def test_an_invitation_is_good_once(town: Town) -> None:
    town.begin(0)
    again = town.show_codes(town.casework(), town.letters[0], town.codes[0])
    assert again.status_code == 404


@pytest.mark.parametrize("letter", ["", "x", "å" * 24, "U" * 24, "0" * 23, "0" * 25, "0" * 5000])
def test_what_is_no_long_code_is_told_so_and_counts_for_nothing(town: Town, letter: str) -> None:
    refused = town.show_codes(town.casework(), letter, town.codes[0])
    assert refused.status_code == 403
    assert "passphrase" not in hidden_fields(refused.text)


def test_the_long_code_alone_makes_nobody_a_member(town: Town) -> None:
    client = town.casework()
    for _ in range(5):
        refused = town.show_codes(client, town.letters[0], "AAAAA-AAAAA")
        assert refused.status_code in {403, 404}
    assert town.show_codes(client, town.letters[0], town.codes[0]).status_code == 404
    assert town.show_codes(client, town.letters[1], town.codes[0]).status_code == 403


def test_the_short_code_alone_makes_nobody_a_member(town: Town) -> None:
    assert town.show_codes(town.casework(), "0" * 24, town.codes[0]).status_code == 404


def test_no_code_of_an_invitation_stands_in_an_address(town: Town) -> None:
    client = town.casework()
    page = town.show_codes(client, town.letters[0], town.codes[0])
    for told in (town.letters[0], town.codes[0]):
        assert told not in page.request.url
        assert not re.search(f'(?:action|href)="[^"]*{told}', page.text)
    assert client.get(f"{BEGIN}/{town.letters[0]}", base_url=HOST).status_code == 404


def test_an_invitation_ends_after_two_weeks(town: Town) -> None:
    town.clock.moment = town.clock.moment.replace(year=town.clock.moment.year + 1)
    answer = town.show_codes(town.casework(), town.letters[0], town.codes[0])
    assert answer.status_code == 404


@pytest.mark.parametrize("proof", [{}, {"proof": "x"}, {"proof": "å" * 64}])
def test_nobody_chooses_their_own_passphrase(town: Town, proof: dict[str, str]) -> None:
    client = town.casework()
    page = town.show_codes(client, town.letters[0], town.codes[0]).text
    fields = {**hidden_fields(page), "passphrase": "one two three four five six", **proof}
    refused = town.post(client, BEGIN, **fields)
    assert refused.status_code == 422
    assert "one two three" not in refused.text
    assert town.show_codes(client, town.letters[0], town.codes[0]).status_code == 200


def test_a_member_founds_no_inbox_twice_and_none_of_the_other_kind(town: Town) -> None:
    assert len(town.found(0)) == 3
    client = town.begin(1)
    page = client.get("/casework/founding", base_url=HOST).text
    for _ in range(2):
        town.post(client, "/casework/founding", csrf_token=hidden_fields(page)["csrf_token"])
    assert len(unconfirmed(town.data)) == 6
    assert town.post(client, "/casework/founding").status_code == 403


def test_fingerprints_are_read_as_they_are_written() -> None:
    digest = bytes(range(32))
    shown = show_fingerprint(digest)
    assert shown == "0001 0203 0405 0607 0809"
    for text in (shown, shown.replace(" ", ""), shown.upper(), shown.replace(" ", "-")):
        assert read_fingerprint(text) == digest[:10]
    assert read_fingerprint(shown + "00") is None
    assert read_fingerprint("") is None


def test_a_command_without_an_installation_is_refused(tmp_path: Path) -> None:
    assert main(["confirm", "--data", str(tmp_path)]) == 2
    assert main(["serve", "--data", str(tmp_path)]) == 2
    assert main(["serve", "--data", str(tmp_path), "--workers", "0"]) == 2
    with pytest.raises(RefusedError):
        unconfirmed(tmp_path)
