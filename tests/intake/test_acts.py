"""What a reporter does besides writing: closing, saying who they are, taking it back."""

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError

from tests.intake.races import Interrupted, move_to_reserve
from tests.support.identity import WHY
from tests.support.office import Office, Reporter, hidden_fields
from whistle.casework.identity import open_apart, open_identity
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Act, Channel, Side
from whistle.intake.service import IntakeService, Outcome
from whistle.keys.cases import CaseItems
from whistle.keys.records import Identity, Message
from whistle.storage import tables
from whistle.storage.engine import Store
from whistle.storage.rows import ItemRow

ACTS = {"close": {"text": "Tak."}, "identity": {"name": "Åse"}, "withdraw": {}}
AASE, BO = Identity("Åse Ømann", "12 34"), Identity("Bo", "")


def form_of(reporter: Reporter, act: str) -> dict[str, str]:
    return hidden_fields(reporter.get(f"/da/receipt/{act}").text)


def send(reporter: Reporter, act: str, **fields: str) -> int:
    return reporter.post(f"/da/receipt/{act}", {**form_of(reporter, act), **fields}).status_code


def service(office: Office) -> IntakeService:
    return IntakeService(office.installation)


def messages(office: Office, receipt: str) -> list[Message]:
    dialogue = service(office).open(Receipt.parse(receipt))
    assert dialogue is not None
    return list(dialogue.messages)


def items(office: Office) -> list[ItemRow]:
    with office.installation.store.read() as db:
        return list(ItemRow.all(db, ItemRow.select()))


def identity(office: Office, receipt: str) -> Identity | None:
    found = open_identity(office.work_of(office.adviser), office.case_of(receipt), WHY)
    return found[1] if found else None


def seen_by_a_thief(office: Office) -> Counter[tuple[str, int, int, int]]:
    return Counter(
        (row.compartment, row.generation, row.version, len(row.body)) for row in items(office)
    )


# -- closing -----------------------------------------------------------------------------------


def test_closing_is_told_to_both_sides_and_ends_no_duty(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    reporter.come_back(receipt)
    assert send(reporter, "close", text="Det har løst sig.") == 303
    opened = office.work_of(office.adviser).open(office.case_of(receipt))
    assert opened is not None
    last = opened.messages[-1]
    assert (last.side, last.act, last.text) == (Side.REPORTER, Act.CLOSED, "Det har løst sig.")
    assert opened.case.is_open
    assert opened.case.feedback_by is not None
    assert "Det har løst sig." in reporter.get("/da/receipt").text


def test_who_needed_no_more_may_still_write_and_is_heard(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    reporter.come_back(receipt)
    send(reporter, "close")
    done = service(office).open(Receipt.parse(receipt))
    assert done is not None
    assert done.done_for_reporter
    assert reporter.write("Og dog.").status_code == 303
    again = service(office).open(Receipt.parse(receipt))
    assert again is not None
    assert not again.done_for_reporter


# -- who it is ---------------------------------------------------------------------------------


def test_a_name_can_be_given_later_changed_and_taken_back(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    reporter.come_back(receipt)
    assert identity(office, receipt) == Identity()
    assert send(reporter, "identity", name="Åse Ømann", contact="12 34") == 303
    assert identity(office, receipt) == AASE
    assert send(reporter, "identity", name="Bo") == 303
    assert identity(office, receipt) == BO
    assert send(reporter, "withdraw") == 303
    assert identity(office, receipt) == Identity()
    acts = [one.act for one in messages(office, receipt)]
    assert acts == [Act.WROTE, Act.GAVE_IDENTITY, Act.GAVE_IDENTITY, Act.WITHDREW_IDENTITY]


def test_who_takes_a_name_back_leaves_the_name_of_the_reported_person(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report(channel="council", name="Åse", reported_name="Poul Person")
    case_id, work = office.case_of(receipt), office.work_of(office.adviser)
    reporter.come_back(receipt)
    assert send(reporter, "identity", name="Åse Ømann") == 303
    assert send(reporter, "withdraw") == 303
    assert identity(office, receipt) == Identity()
    apart = open_apart(work, case_id, WHY)
    assert apart is not None
    assert apart[1] == {"reported_name": ("Poul Person",)}


def test_a_name_kept_apart_comes_along_with_what_is_added_to_a_report(office: Office) -> None:
    reporter = office.reporter()
    receipt = Receipt.parse(reporter.report(channel="council", reported_name="Poul Person"))
    also = Identity(answers={"reported_name": ("Poul Person", "Pia Person")})
    service(office).add_message(receipt, b"form", "Og mere.", [], also)
    opened = open_apart(office.work_of(office.adviser), office.case_of(receipt.show()), WHY)
    assert opened is not None
    assert opened[1] == {"reported_name": ("Pia Person", "Poul Person")}


def test_whether_a_name_is_given_is_what_was_said_last(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report(name="Åse")
    case_id, work = office.case_of(receipt), office.work_of(office.adviser)
    reporter.come_back(receipt)
    for act, given in (("withdraw", False), ("identity", True), ("withdraw", False)):
        assert send(reporter, act, **({"name": "Bo"} if given else {})) == 303
        dialogue, opened = service(office).open(Receipt.parse(receipt)), work.open(case_id)
        assert dialogue is not None
        assert opened is not None
        assert dialogue.identity_given is opened.identity_given is given


def test_what_was_taken_back_is_nowhere_in_the_rows(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report(name="Åse")
    [before] = [row for row in items(office) if row.compartment == "identity"]
    reporter.come_back(receipt)
    send(reporter, "withdraw")
    [after] = [row for row in items(office) if row.compartment == "identity"]
    assert after.id != before.id
    assert after.body != before.body


def test_a_thief_cannot_tell_a_name_given_from_one_taken_back(office: Office) -> None:
    views = []
    for act in ("identity", "withdraw"):
        with office.installation.store.write() as db:
            db.execute(tables.items.delete())
        reporter = office.reporter()
        reporter.come_back(reporter.report(name="Åse" if act == "withdraw" else ""))
        send(reporter, act, **ACTS[act])
        views.append(seen_by_a_thief(office))
    assert views[0] == views[1]
    assert sum(count for row, count in views[0].items() if row[0] == "identity") == 1


def test_a_name_given_with_added_text_joins_the_one_before_in_one_row(office: Office) -> None:
    reporter = office.reporter()
    receipt = Receipt.parse(reporter.report(name="Åse Ømann", contact="12 34"))
    here = service(office)
    assert here.add_message(receipt, b"f" * 16, "Mere", (), BO) is Outcome.RECEIVED
    assert here.add_message(receipt, b"g" * 16, "Igen", (), AASE) is Outcome.RECEIVED
    assert identity(office, receipt.show()) == Identity("Åse Ømann / Bo", "12 34")
    assert sum(row.compartment == "identity" for row in items(office)) == 1


def test_an_empty_name_is_asked_for_again(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    reporter.come_back(receipt)
    assert send(reporter, "identity", name=" ", contact="\t") == 422
    assert send(reporter, "identity", name="x" * 1001) == 422
    assert len(messages(office, receipt)) == 1
    assert send(reporter, "identity", contact="12 34") == 303


# -- what holds for all of them ----------------------------------------------------------------


@pytest.mark.parametrize("act", ACTS)
def test_a_double_click_does_it_once(office: Office, act: str) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    reporter.come_back(receipt)
    form = {**form_of(reporter, act), **ACTS[act]}
    for _ in range(3):
        assert reporter.post(f"/da/receipt/{act}", form).status_code == 303
    assert len(messages(office, receipt)) == 2
    assert sum(row.compartment == "identity" for row in items(office)) == 1


@pytest.mark.parametrize("act", ACTS)
def test_who_shows_no_receipt_is_asked_for_one(office: Office, act: str) -> None:
    reporter = office.reporter()
    answer = reporter.get(f"/da/receipt/{act}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/da/receipt")


@pytest.mark.parametrize("act", ACTS)
def test_what_was_written_outlives_the_session(office: Office, act: str) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    reporter.come_back(receipt)
    form = {**form_of(reporter, act), **ACTS[act]}
    office.later(minutes=30)
    asked = reporter.post(f"/da/receipt/{act}", form)
    assert asked.status_code == 422
    for shown, status in ((Receipt.random().show(), 404), ("00000", 422), (receipt, 303)):
        assert all(value in asked.text for value in ACTS[act].values())
        fields = {**hidden_fields(asked.text), **ACTS[act], "receipt": shown}
        asked = reporter.post(f"/da/receipt/{act}", fields)
        assert asked.status_code == status
    assert len(messages(office, receipt)) == 2


@pytest.mark.parametrize("act", ACTS)
def test_a_forged_token_does_nothing_and_loses_nothing(office: Office, act: str) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    reporter.come_back(receipt)
    renewed: dict[str, str] = {}
    for token in ("", "x.y", "00" * 16 + ".AAAA"):
        answer = reporter.post(f"/da/receipt/{act}", {**ACTS[act], "token": token})
        assert answer.status_code == 422
        assert all(value in answer.text for value in ACTS[act].values())
        renewed = {**hidden_fields(answer.text), **ACTS[act], "receipt": receipt}
        assert len(messages(office, receipt)) == 1
    assert reporter.post(f"/da/receipt/{act}", renewed).status_code == 303


@pytest.mark.parametrize("act", ACTS)
def test_when_the_database_fails_nothing_is_lost(
    office: Office, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    reporter = office.reporter()
    reporter.come_back(reporter.report())
    form = {**form_of(reporter, act), **ACTS[act]}

    def broken(_self: Store) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", broken)
        answer = reporter.post(f"/da/receipt/{act}", form)
    assert answer.status_code == 503
    assert all(value in answer.text for value in ACTS[act].values())
    with monkeypatch.context() as patch:
        patch.setattr(Store, "read", broken)
        assert reporter.get(f"/da/receipt/{act}").status_code == 303
    assert reporter.post(f"/da/receipt/{act}", form).status_code == 303


# -- at the same moment ------------------------------------------------------------------------


def test_of_giving_and_withdrawing_at_once_the_later_one_holds(office: Office) -> None:
    receipt = Receipt.parse(office.reporter().report(name="Åse"))
    here = service(office)
    taken_back = Interrupted(office, lambda: here.give_identity(receipt, b"g" * 16, BO))
    assert taken_back.withdraw_identity(receipt, b"w" * 16) is Outcome.RECEIVED
    assert identity(office, receipt.show()) == Identity()
    dialogue = here.open(receipt)
    assert dialogue is not None
    assert not dialogue.identity_given
    given = Interrupted(office, lambda: here.withdraw_identity(receipt, b"x" * 16))
    assert given.give_identity(receipt, b"h" * 16, AASE) is Outcome.RECEIVED
    assert identity(office, receipt.show()) == AASE


@pytest.mark.parametrize("act", ["close", "withdraw", "replace"])
def test_what_is_done_while_a_case_moves_is_sealed_to_its_new_keys(
    office: Office, act: str
) -> None:
    receipt, new = Receipt.parse(office.reporter().report(name="Åse")), Receipt.random()
    case_id = office.case_of(receipt.show())
    here = Interrupted(office, lambda: move_to_reserve(office, case_id))
    done = {
        "close": lambda: here.close(receipt, b"f" * 16, "Tak."),
        "withdraw": lambda: here.withdraw_identity(receipt, b"f" * 16),
        "replace": lambda: here.replace_receipt(receipt, new),
    }[act]()
    assert done is Outcome.RECEIVED
    opened = office.work_of(office.reserve).open(case_id)
    assert opened is not None
    assert len(opened.messages) == 2
    assert office.work_of(office.adviser).open(case_id) is None
    assert {row.generation for row in items(office)} == {0, 1}
    valid = new if act == "replace" else receipt
    assert len(messages(office, valid.show())) == 2


def test_a_case_that_is_erased_meanwhile_is_said_to_be_gone(office: Office) -> None:
    receipt = Receipt.parse(office.reporter().report())

    def erase() -> None:
        with office.installation.store.write() as db:
            db.execute(tables.cases.delete())

    assert Interrupted(office, erase).close(receipt, b"f" * 16, "") is Outcome.NO_REPORT
    assert service(office).promise(receipt) is None


# -- the automatic acknowledgement -------------------------------------------------------------


def with_automatic_acknowledgement(office: Office) -> Office:
    """Give the same office with a profile that acknowledges at once."""
    profile = office.installation.profile
    channels = {
        channel: replace(one, automatic_acknowledgement=True)
        for channel, one in profile.channels.items()
    }
    installation = replace(office.installation, profiles=replace(profile, channels=channels))
    return replace(office, installation=installation)


def test_where_the_profile_says_so_a_report_is_acknowledged_as_it_is_received(
    office: Office,
) -> None:
    automatic = with_automatic_acknowledgement(office)
    receipt = automatic.reporter().report()
    [_, acknowledgement] = messages(automatic, receipt)
    assert (acknowledgement.side, acknowledgement.act) == (Side.SYSTEM, Act.ACKNOWLEDGED)
    assert acknowledgement.text == ""
    promise = service(automatic).promise(Receipt.parse(receipt))
    assert promise is not None
    assert promise.acknowledge_by is None
    assert promise.feedback_by is not None
    assert promise.feedback_by.isoformat() == "2027-02-20"
    assert service(automatic).acknowledge_by(Channel.CITIZEN) is None
    dialogue = service(automatic).open(Receipt.parse(receipt))
    assert dialogue is not None
    assert dialogue.acknowledged == automatic.clock.today()


def test_an_acknowledged_report_sent_again_is_still_known(office: Office) -> None:
    reporter = with_automatic_acknowledgement(office).reporter()
    form = reporter.form()
    for _ in range(2):
        answer = reporter.post("/da/report/citizen", {**form, "text": "Min sag"})
        assert answer.status_code == 200
    assert len(messages(office, form["receipt"])) == 2


def test_nothing_else_is_acknowledged_by_itself(office: Office) -> None:
    dialogue = service(office).open(Receipt.parse(office.reporter().report()))
    assert dialogue is not None
    assert dialogue.acknowledged is None


# -- what the pages say ------------------------------------------------------------------------


def test_the_dialogue_tells_what_is_due_and_admits_being_late(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report(lang="en")
    assert "By November 27, 2026 we confirm" in plain(reporter.come_back(receipt, lang="en").text)
    office.later(days=8)
    late = plain(reporter.come_back(receipt, lang="en").text)
    assert "We should have confirmed by November 27, 2026" in late
    assert "ombud" in late.lower()
    assert "We are late" in late
    office.desk_of(office.adviser).answer(office.case_of(receipt), "Svar")
    answered = plain(reporter.come_back(receipt, lang="en").text)
    assert "We are late" not in answered
    assert "We answered you" in answered


def plain(page: str) -> str:
    return page.replace("\N{NO-BREAK SPACE}", " ")


def test_the_receipt_page_has_every_day_that_is_promised_and_the_way_back(office: Office) -> None:
    reporter = office.reporter()
    form = reporter.form(lang="en")
    answer = plain(reporter.post("/en/report/citizen", {**form, "text": "Min sag"}).text)
    assert form["receipt"][:5] in answer
    assert ">whistle.example/en/receipt<" in answer
    for day in ("November 20, 2026", "November 27, 2026", "February 27, 2027"):
        assert day in answer


def test_the_receipt_page_comes_without_days_when_they_cannot_be_read(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter = office.reporter()
    form = reporter.form()

    def broken(_self: IntakeService, _receipt: Receipt) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(IntakeService, "promise", broken)
    answer = reporter.post("/da/report/citizen", {**form, "text": "Min sag"})
    assert answer.status_code == 200
    assert form["receipt"][:5] in answer.text


def test_what_casework_does_is_told_in_words(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    case_id = office.case_of(receipt)
    opened = office.work_of(office.adviser).open(case_id)
    assert opened is not None
    written = CaseItems(office.installation.id, case_id, opened.items.keys)
    with office.installation.store.write() as db:
        for position, act in enumerate((Act.CLOSED, Act.REOPENED), start=1):
            told = Message(Side.CASEWORK, office.clock.today(), position, "", act=act)
            written.message(told, item_id=bytes([position]) * 16).insert(db)
        db.execute(tables.cases.update().values(is_open=False))
    page = reporter.come_back(receipt, lang="en").text
    assert "We closed the case" in page
    assert "We opened the case again" in page
    assert "The case is closed" in page
    assert "We answered you" not in page
