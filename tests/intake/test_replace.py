"""Another receipt for the same report."""

import threading
from itertools import pairwise

import pytest
from sqlalchemy.exc import OperationalError

import whistle.intake.dialogue
from tests.intake.races import Interrupted, move_to_reserve
from tests.support.office import Office, Reporter, hidden_fields
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Act
from whistle.intake.service import IntakeService, Outcome
from whistle.keys.cases import open_inbox_keys
from whistle.storage import tables
from whistle.storage.engine import Store
from whistle.storage.rows import ReceiptRow, ReporterKeysRow

AT = "/da/receipt/replace"
YES = {"written_down": "y"}


def service(office: Office) -> IntakeService:
    return IntakeService(office.installation)


def form_of(reporter: Reporter) -> dict[str, str]:
    return hidden_fields(reporter.get(AT).text)


def reported(office: Office, name: str = "") -> tuple[Reporter, str]:
    """Give somebody who reported and came back, and their receipt."""
    reporter = office.reporter()
    receipt = reporter.report("Min sag", name=name)
    reporter.come_back(receipt)
    return reporter, receipt


def texts(office: Office, receipt: Receipt) -> list[str] | None:
    dialogue = service(office).open(receipt)
    return None if dialogue is None else [message.text for message in dialogue.messages]


def test_the_old_receipt_opens_nothing_and_the_new_one_everything(office: Office) -> None:
    reporter, old = reported(office, name="Åse")
    form = form_of(reporter)
    done = reporter.post(AT, {**form, **YES})
    assert done.status_code == 200
    assert form["new_receipt"][:5] in done.text
    stranger = office.reporter()
    assert stranger.come_back(old).status_code == 404
    assert "Min sag" in stranger.come_back(form["new_receipt"]).text
    assert stranger.write("Med den nye").status_code == 303
    assert hidden_fields(stranger.get("/da/receipt/withdraw").text)


def test_who_replaced_it_goes_on_and_other_sessions_end(office: Office) -> None:
    reporter, old = reported(office)
    other = office.reporter()
    other.come_back(old)
    reporter.post(AT, {**form_of(reporter), **YES})
    assert "Min sag" in reporter.get("/da/receipt").text
    gone = other.get("/da/receipt")
    assert gone.status_code == 404
    assert "Max-Age=0" in gone.headers["Set-Cookie"]


def test_a_message_begun_with_the_old_receipt_is_not_lost(office: Office) -> None:
    reporter, old = reported(office)
    other = office.reporter()
    form = hidden_fields(other.come_back(old).text)
    new = form_of(reporter)
    reporter.post(AT, {**new, **YES})
    asked = other.post("/da/receipt/message", {**form, "text": "Langt svar"})
    assert asked.status_code == 404
    assert "Langt svar" in asked.text
    again = {**hidden_fields(asked.text), "text": "Langt svar", "receipt": new["new_receipt"]}
    assert other.post("/da/receipt/message", again).status_code == 303


def test_the_old_lookup_stays_used(office: Office) -> None:
    reporter, old = reported(office)
    reporter.post(AT, {**form_of(reporter), **YES})
    with office.installation.store.read() as db:
        rows = ReceiptRow.all(db, ReceiptRow.select())
    found = {row.lookup: row.case_id for row in rows}
    assert len(found) == 2
    assert found[Receipt.parse(old).lookup(office.installation.id)] is None


def test_the_old_receipt_s_key_opens_none_of_the_rows(office: Office) -> None:
    reporter, old = reported(office)
    with office.installation.store.read() as db:
        before = {row.sealed for row in ReporterKeysRow.all(db, ReporterKeysRow.select())}
    form = form_of(reporter)
    reporter.post(AT, {**form, **YES})
    case_id = office.case_of(form["new_receipt"])
    with office.installation.store.write() as db:
        after = {row.sealed for row in ReporterKeysRow.all(db, ReporterKeysRow.select())}
        db.execute(
            tables.receipts.update()
            .where(tables.receipts.c.case_id.is_(None))
            .values(case_id=case_id)
        )
    assert not before & after
    assert office.reporter().come_back(old).status_code == 503


def test_a_double_click_replaces_once_and_says_so_twice(office: Office) -> None:
    reporter, _old = reported(office)
    form = {**form_of(reporter), **YES}
    cookie = reporter.client.get_cookie("__Host-receipt", domain="whistle.example")
    assert cookie is not None
    assert reporter.post(AT, form).status_code == 200
    reporter.client.set_cookie(
        "__Host-receipt", cookie.value, domain="whistle.example", secure=True
    )
    again = reporter.post(AT, form)
    assert again.status_code == 200
    assert form["new_receipt"][:5] in again.text
    assert len(texts(office, Receipt.parse(form["new_receipt"])) or []) == 2


def test_nothing_is_replaced_before_the_new_one_is_written_down(office: Office) -> None:
    reporter, old = reported(office)
    form = form_of(reporter)
    asked = reporter.post(AT, form)
    assert asked.status_code == 422
    assert hidden_fields(asked.text)["new_receipt"] == form["new_receipt"]
    assert texts(office, Receipt.parse(old)) == ["Min sag"]


def test_nobody_chooses_their_new_receipt(office: Office) -> None:
    reporter, old = reported(office)
    chosen = Receipt.random().show()
    for changes in ({"new_receipt": chosen}, {"token": "AAAA"}):
        form = {**form_of(reporter), **YES, **changes}
        assert reporter.post(AT, form).status_code == 422
        asked = reporter.post(AT, {**form, "receipt": old})
        assert asked.status_code == 422
        assert hidden_fields(asked.text)["new_receipt"] != form["new_receipt"]
    assert reporter.post(AT, {**form_of(reporter), **YES, "new_receipt": "x"}).status_code == 303
    report = reporter.form()
    foreign = {"new_receipt": report["receipt"], "token": report["token"], **YES}
    assert reporter.post(AT, foreign).status_code == 422
    assert texts(office, Receipt.parse(old)) == ["Min sag"]


def test_a_page_that_was_open_for_days_keeps_its_receipt_and_asks_for_the_old_one(
    office: Office,
) -> None:
    reporter, old = reported(office)
    form = form_of(reporter)
    office.later(hours=50)
    renewed = reporter.post(AT, {**form, **YES})
    assert renewed.status_code == 422
    fields = {**hidden_fields(renewed.text), **YES}
    assert fields["new_receipt"] == form["new_receipt"]
    for shown in ("", "00000", Receipt.random().show()):
        assert reporter.post(AT, {**fields, "receipt": shown}).status_code == 422
    asked = reporter.post(AT, {**fields, "receipt": old})
    assert asked.status_code == 422
    good = {**hidden_fields(asked.text), **YES, "receipt": old}
    assert good["new_receipt"] == form["new_receipt"]
    assert reporter.post(AT, good).status_code == 200
    assert texts(office, Receipt.parse(form["new_receipt"])) == ["Min sag", ""]


def test_who_shows_no_receipt_is_asked_for_one(office: Office) -> None:
    reporter = office.reporter()
    assert reporter.get(AT).status_code == 303
    reporter.come_back(Receipt.random().show())
    assert reporter.get(AT).status_code == 303


def test_when_the_database_fails_the_old_receipt_still_works(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter, old = reported(office)
    form = {**form_of(reporter), **YES}

    def broken(_self: Store) -> None:
        raise OperationalError("UPDATE", {}, Exception("disk full"))

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", broken)
        answer = reporter.post(AT, form)
    assert answer.status_code == 503
    assert hidden_fields(answer.text)["new_receipt"] == form["new_receipt"]
    assert texts(office, Receipt.parse(old)) == ["Min sag"]
    with monkeypatch.context() as patch:
        patch.setattr(Store, "read", broken)
        assert reporter.get(AT).status_code == 303
    assert reporter.post(AT, form).status_code == 200


def test_casework_s_copy_of_the_reporter_s_key_follows(office: Office) -> None:
    reporter, old = reported(office)
    form = form_of(reporter)
    new = Receipt.parse(form["new_receipt"])
    case_id = office.case_of(old)
    office.work_of(office.adviser).open(case_id)
    reporter.post(AT, {**form, **YES})
    opened = office.work_of(office.adviser).open(case_id)
    assert opened is not None
    assert opened.messages[-1].act is Act.NEW_RECEIPT
    keys = open_inbox_keys(opened.inbox, opened.stored.keys).keys
    assert keys.reporter == new.key_pair(office.installation.id).public
    move_to_reserve(office, case_id)
    assert texts(office, new) == ["Min sag", ""]
    page = office.reporter()
    page.come_back(form["new_receipt"])
    assert page.write("Efter flytningen").status_code == 303


# -- at the same moment ------------------------------------------------------------------------


def test_a_message_written_while_the_receipt_is_replaced_is_in_the_dialogue(
    office: Office,
) -> None:
    receipt, new = Receipt.parse(reported(office)[1]), Receipt.random()
    here = Interrupted(office, lambda: service(office).replace_receipt(receipt, new))
    assert here.add_message(receipt, b"f" * 16, "Samtidig", ()) is Outcome.RECEIVED
    assert sorted(texts(office, new) or []) == ["", "Min sag", "Samtidig"]


def test_a_receipt_replaced_while_a_message_is_written_loses_no_message(office: Office) -> None:
    receipt, new = Receipt.parse(reported(office)[1]), Receipt.random()
    here = Interrupted(
        office, lambda: service(office).add_message(receipt, b"f" * 16, "Samtidig", ())
    )
    assert here.replace_receipt(receipt, new) is Outcome.RECEIVED
    assert sorted(texts(office, new) or []) == ["", "Min sag", "Samtidig"]


def test_the_replacement_that_came_second_changes_nothing(office: Office) -> None:
    receipt, first, second = Receipt.parse(reported(office)[1]), Receipt.random(), Receipt.random()
    here = Interrupted(office, lambda: service(office).replace_receipt(receipt, first))
    assert here.replace_receipt(receipt, second) is Outcome.NO_REPORT
    assert texts(office, first) == ["Min sag", ""]
    assert texts(office, second) is None


def test_of_many_replacements_at_once_exactly_one_wins_and_nobody_is_locked_out(
    office: Office,
) -> None:
    receipt = Receipt.parse(reported(office)[1])
    new = [Receipt.random() for _ in range(4)]
    start = threading.Barrier(len(new))
    outcomes: dict[int, Outcome] = {}

    def replace(number: int) -> None:
        start.wait()
        outcomes[number] = service(office).replace_receipt(receipt, new[number])

    threads = [threading.Thread(target=replace, args=(number,)) for number in range(len(new))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one is Outcome.RECEIVED for one in outcomes.values()) == [False] * 3 + [True]
    for number, one in enumerate(new):
        won = outcomes[number] is Outcome.RECEIVED
        assert texts(office, one) == (["Min sag", ""] if won else None)
    assert texts(office, receipt) is None


def test_a_new_receipt_can_be_replaced_in_its_turn(office: Office) -> None:
    receipts = [Receipt.parse(reported(office)[1]), *(Receipt.random() for _ in range(3))]
    case_id = office.case_of(receipts[0].show())
    for old, new in pairwise(receipts):
        assert service(office).replace_receipt(old, new) is Outcome.RECEIVED
    opened = office.work_of(office.adviser).open(case_id)
    assert opened is not None
    newest = receipts[-1].key_pair(office.installation.id).public
    assert open_inbox_keys(opened.inbox, opened.stored.keys).keys.reporter == newest


def test_a_full_dialogue_leaves_room_for_some_new_receipts_and_not_for_any_number(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Receipt.parse(office.reporter().report())
    monkeypatch.setattr(whistle.intake.dialogue, "MOST_BYTES", 1)
    monkeypatch.setattr(whistle.intake.dialogue, "KEPT_BYTES", 40_000)
    outcomes: list[Outcome] = []
    while not outcomes or outcomes[-1] is Outcome.RECEIVED:
        outcomes.append(service(office).replace_receipt(old, new := Receipt.random()))
        if outcomes[-1] is Outcome.RECEIVED:
            old = new
    assert len(outcomes) > 2
    assert outcomes[-1] is Outcome.FULL
    assert service(office).open(old) is not None
