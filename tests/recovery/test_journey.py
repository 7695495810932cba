"""An adviser who works alone forgets everything: from the trustees' paper back to the cases."""

import base64
import re

from tests.recovery.conftest import Paper, Town
from whistle.cli import main
from whistle.domain.channel import InboxKind
from whistle.domain.role import Role
from whistle.recovery.shares import Share


def test_from_paper_to_paper_every_case_is_readable_again(town: Town) -> None:
    office = town.office
    receipts = [office.reporter().report(f"Før nøglen {n}") for n in range(3)]
    office.reporter().report("Fra byrådet", channel="council")
    office.desk_of(office.adviser).answer(office.case_of(receipts[0]), "Et svar")
    paper = town.make_key()
    town.set_key(office.adviser, paper)
    office.reporter().report("Efter nøglen")
    expected = {"Før nøglen 0", "Før nøglen 1", "Før nøglen 2", "Fra byrådet", "Et svar"}
    expected |= {"Efter nøglen"}
    assert expected <= town.texts(office.adviser)

    newcomer = town.newcomer()
    assert town.texts(newcomer) == set()
    town.recover(paper, newcomer)
    assert expected <= town.texts(newcomer)
    office.reporter().report("Efter redningen")
    town.rotate(newcomer)
    assert expected | {"Efter redningen"} <= town.texts(newcomer)
    assert "Et svar" in office.reporter().come_back(receipts[0]).text
    assert "Et svar" in office.desk_of(newcomer).open(office.case_of(receipts[0])).text

    assert office.member(office.adviser).left is not None
    assert town.texts(office.adviser) == set()


def test_the_sheets_of_a_recovery_are_good_for_the_next_one_and_the_old_ones_are_void(
    town: Town, paper: Paper
) -> None:
    town.office.reporter().report("Blev læst hele vejen")
    second = town.newcomer("ida2")
    town.recover(paper, second)
    town.rotate(second)
    third = town.newcomer("ida3")
    request = town.ask("ida3", "again", "--lost", "ida2")
    answers = ["yes", town.spoken(third), ""]
    status, _, remarks = town.open(request, paper.shares[:2], answers, "third")
    assert status == 2
    assert "replaced by newer ones" in remarks
    status, _, remarks = town.open(request, town.paper("second").shares[1:], answers, "third")
    assert status == 0, remarks
    assert town.apply("third")[0] == 0
    town.rotate(third)
    assert "Blev læst hele vejen" in town.texts(third)
    assert town.texts(second) == set()


def test_confirming_afterwards_moves_the_anchor_with_what_the_laptop_printed(
    town: Town, paper: Paper
) -> None:
    newcomer = town.newcomer()
    request = town.ask()
    _, printed, _ = town.open(request, paper.shares[:2], ["yes", town.spoken(newcomer), ""])
    fingerprints = re.findall(r": ((?:[0-9a-f]{4} ?){5})", printed)
    assert len(fingerprints) == 3
    assert main(["confirm", "--data", str(town.data), *fingerprints]) == 2
    assert town.apply()[0] == 0
    assert main(["confirm", "--data", str(town.data), *fingerprints]) == 0
    main_inboxes = [root for root in town.settings.inboxes if root.kind is InboxKind.MAIN]
    assert {root.lowest_epoch for root in main_inboxes} == {3}


def test_who_stays_is_asked_and_a_deputy_goes_on_working(town: Town, paper: Paper) -> None:
    office = town.office
    deputy = town.newcomer("dora")
    town.admit(office.adviser, deputy)
    office.reporter().report("Læses af begge")
    newcomer = town.newcomer()
    town.recover(paper, newcomer)
    for member in (deputy, newcomer):
        town.rotate(member)
        assert "Læses af begge" in town.texts(member)
    office.reporter().report("Kommer bagefter")
    assert "Kommer bagefter" in town.texts(deputy)
    assert "Kommer bagefter" in town.texts(newcomer)
    assert office.member(deputy).left is None


def test_whoever_is_named_as_leaving_leaves(town: Town, paper: Paper) -> None:
    deputy = town.newcomer("dora")
    town.admit(town.office.adviser, deputy)
    newcomer = town.newcomer()
    answers = ["yes", town.spoken(newcomer), "raadgiver, DORA"]
    assert town.open(town.ask(), paper.shares[:2], answers)[0] == 0
    _, printed, _ = town.apply()
    assert "dora: can sign in no more" in printed
    town.office.reporter().report("Ikke for Dora")
    assert town.texts(deputy) == set()
    assert "Ikke for Dora" in town.texts(newcomer)


def test_a_reserve_has_a_recovery_key_of_its_own(town: Town) -> None:
    office = town.office
    paper = town.make_key("reserve", 1, 1, "--for", "reserves")
    assert "Der er kun dette ene ark" in paper.sheets[0]
    town.set_key(office.reserve, paper)
    office.reporter().report("Om rådgiveren", concerns_adviser="y")
    newcomer = town.newcomer("rita", Role.RESERVE)
    request = town.ask("rita", "request", "--lost", "reserve")
    status, _, remarks = town.open(request, paper.shares, ["yes", town.spoken(newcomer), ""])
    assert status == 0, remarks
    assert town.paper("second").key.covers == "reserves"
    assert town.apply()[0] == 0
    town.rotate(newcomer)
    assert "Om rådgiveren" in town.texts(newcomer)
    assert {inbox.inbox.root.kind for inbox in office.work_of(newcomer).inboxes()} == {
        InboxKind.RESERVE
    }


def test_nothing_secret_is_in_what_is_carried_and_no_word_is_left_on_the_server(
    town: Town, paper: Paper
) -> None:
    newcomer = town.newcomer()
    request = town.ask()
    town.open(request, paper.shares[:2], ["yes", town.spoken(newcomer), ""])
    shares = [Share.read(text) for text in (*paper.shares, *town.paper("second").shares)]
    carried = [request, town.reply(), town.folder / "first.json", town.folder / "second.json"]
    for path in (*carried, *town.data.iterdir()):
        told = path.read_bytes()
        for share in shares:
            assert share.value not in told
            assert share.value.hex().encode() not in told
            assert base64.b64encode(share.value) not in told
            assert b" ".join(word.encode() for word in share.words[4:8]) not in told


def test_a_reply_taken_twice_is_taken_once(town: Town, paper: Paper) -> None:
    newcomer = town.newcomer()
    town.recover(paper, newcomer)
    status, _, remarks = town.apply()
    assert status == 0
    assert "taken before" in remarks
    town.office.reporter().report("Én gang er nok")
    assert "Én gang er nok" in town.texts(newcomer)
