"""The three questions: who is asked, what is stored, and that nothing ties an answer to its case.

The attacks are a thief's: with the database before and after, with its order, its numbers of
transactions and its sizes. Each comes with a control: the same look finds what it should where an
answer is stored in a way that tells.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from tests.casework.records import close_case
from tests.housekeeping.life import house_of
from tests.intake.test_acts import form_of
from tests.support.office import Office, Reporter
from whistle.backup.rows import copied
from whistle.casework.acts import Done, reopen
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Channel, InboxKind
from whistle.domain.office import Satisfaction
from whistle.domain.satisfaction import CHOICES, Choice, Question
from whistle.housekeeping.service import keep_house
from whistle.installation import Installation
from whistle.intake.satisfaction import is_asked, take
from whistle.intake.service import IntakeService, Outcome
from whistle.keys.satisfaction import seal_answer
from whistle.storage import tables
from whistle.storage.log_tables import metadata
from whistle.storage.rows import SatisfactionAnswerRow

YES = (Choice.YES, Choice.YES, Choice.PARTLY)
FORM = {"heard": "yes", "eye_level": "yes", "content": "partly"}
Snapshot = Mapping[str, Mapping[tuple[object, ...], tuple[object, ...]]]


def closed(office: Office, **report: Any) -> str:
    """Give the receipt of a case that is closed."""
    receipt = office.reporter().report(**report)
    member = office.reserve if report.get("concerns_adviser") else office.adviser
    close_case(office.work_of(member), office.case_of(receipt), "Sagen er lukket.")
    return receipt


def back(office: Office, receipt: str) -> Reporter:
    reporter = office.reporter()
    reporter.come_back(receipt)
    return reporter


def send(reporter: Reporter, **answers: str) -> int:
    form = form_of(reporter, "satisfaction")
    return reporter.post("/da/receipt/satisfaction", {**form, **answers}).status_code


def answers(office: Office) -> Sequence[SatisfactionAnswerRow]:
    with office.installation.store.read() as db:
        return SatisfactionAnswerRow.all(db, SatisfactionAnswerRow.select())


def asked(office: Office, receipt: str, here: Installation | None = None) -> bool:
    here = here or office.installation
    dialogue = IntakeService(here).open(Receipt.parse(receipt))
    assert dialogue is not None
    return is_asked(here, dialogue)


# -- who is asked ------------------------------------------------------------------------------


def test_who_is_asked_is_whose_case_is_closed_at_a_door_that_asks(office: Office) -> None:
    here = office.installation
    receipt, whistle = office.reporter().report(), closed(office, channel="whistleblower")
    assert not asked(office, receipt)
    close_case(office.work_of(office.adviser), office.case_of(receipt))
    assert asked(office, receipt)
    assert not asked(office, whistle)
    doors = Satisfaction(doors=(Channel.WHISTLEBLOWER,))
    office_of_others = replace(here.profiles.office, satisfaction=doors)
    other = replace(here, profiles=replace(here.profiles, office=office_of_others))
    assert asked(office, whistle, other)
    assert not asked(office, receipt, other)


def test_an_open_case_has_no_questions_whoever_asks_for_them(office: Office) -> None:
    reporter, receipt = office.reporter(), closed(office)
    reporter.come_back(receipt)
    form = form_of(reporter, "satisfaction")
    assert reopen(office.work_of(office.adviser), office.case_of(receipt)) is Done.YES
    assert reporter.get("/da/receipt/satisfaction").status_code == 303
    assert reporter.post("/da/receipt/satisfaction", {**form, **FORM}).status_code == 303
    assert answers(office) == []


def test_an_answer_is_taken_once_and_the_first_one_counts(office: Office) -> None:
    receipt = closed(office)
    assert send(back(office, receipt), **FORM) == 303
    (first,) = answers(office)
    assert send(back(office, receipt), **{**FORM, "heard": "no"}) == 303
    assert answers(office) == [first]


def test_every_question_is_to_be_answered_and_nothing_else_is_taken(office: Office) -> None:
    reporter = back(office, closed(office))
    for wrong in ({}, {**FORM, "heard": ""}, {**FORM, "content": "very"}):
        assert send(reporter, **wrong) == 422
    assert answers(office) == []
    assert (
        'value="partly" checked'
        in reporter.post(
            "/da/receipt/satisfaction",
            {**form_of(reporter, "satisfaction"), "content": "partly"},
        ).text
    )


def test_a_new_receipt_after_closing_cannot_answer_again(office: Office) -> None:
    before, receipt = office.reporter().report(), closed(office)
    service = IntakeService(office.installation)
    new, early = Receipt.random(), Receipt.random()
    assert service.replace_receipt(Receipt.parse(before), early) is Outcome.RECEIVED
    close_case(office.work_of(office.adviser), office.case_of(early.show()))
    assert asked(office, early.show())
    assert send(back(office, receipt), **FORM) == 303
    assert service.replace_receipt(Receipt.parse(receipt), new) is Outcome.RECEIVED
    assert not asked(office, new.show())
    assert back(office, new.show()).get("/da/receipt/satisfaction").status_code == 303


def test_the_reserves_answers_go_to_the_same_inbox(office: Office) -> None:
    receipt = closed(office, concerns_adviser="y")
    assert send(back(office, receipt), **FORM) == 303
    (row,) = answers(office)
    citizens = office.installation.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)
    assert row.inbox_id == citizens.inbox_id


# -- what a thief can tell ---------------------------------------------------------------------


def snapshot(office: Office) -> Snapshot:
    """Give every row of every table by its key."""
    with office.installation.store.read() as db:
        return {
            table.name: {
                tuple(row[one] for one in table.primary_key): tuple(row.values())
                for row in db.execute(table.select()).mappings()
            }
            for table in metadata.sorted_tables
        }


def changed(before: Snapshot, after: Snapshot) -> dict[str, list[tuple[object, ...]]]:
    """Give the rows that came, went or became others, by table."""
    found = {
        name: [*(rows[key] for key in rows if before[name].get(key) != rows[key])]
        + [before[name][key] for key in before[name] if key not in rows]
        for name, rows in after.items()
    }
    return {name: rows for name, rows in found.items() if rows}


def test_all_that_changes_is_one_row_here_and_one_there(office: Office) -> None:
    receipts = [closed(office) for _ in range(3)]
    before = snapshot(office)
    assert send(back(office, receipts[1]), **FORM) == 303
    rows = changed(before, snapshot(office))
    assert {name: len(found) for name, found in rows.items()} == {
        "satisfaction_used": 1,
        "satisfaction_answer": 1,
    }
    known = parts(before)
    assert known
    for row in (*rows["satisfaction_used"], *rows["satisfaction_answer"]):
        told = {part for part in row if isinstance(part, bytes)} - {answers(office)[0].inbox_id}
        assert not told & known


def parts(rows: Snapshot) -> set[bytes]:
    """Give every value of bytes that stands in a snapshot; ids and lookups are among them."""
    return {
        part for table in rows.values() for row in table.values() for part in row
        if isinstance(part, bytes)
    }  # fmt: skip


def test_the_control_of_the_difference_sees_a_row_that_names_its_case(office: Office) -> None:
    receipt = closed(office)
    case_id, before = office.case_of(receipt), snapshot(office)
    citizens = office.installation.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)
    with office.installation.store.write() as db:
        seal_answer(citizens, case_id, YES).insert(db)
    (row,) = changed(before, snapshot(office))["satisfaction_answer"]
    assert set(row) & parts(before) - {citizens.inbox_id} == {case_id}


def test_an_answer_has_one_size_whatever_it_says(office: Office) -> None:
    citizens = office.installation.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)
    sizes = {
        len(seal_answer(citizens, secrets.token_bytes(16), one).sealed)
        for one in product(CHOICES, repeat=len(Question))
    }
    assert len(sizes) == 1


def test_the_nullifier_takes_the_receipt_and_not_what_is_stored(office: Office) -> None:
    receipt = Receipt.parse(closed(office))
    assert take(office.installation, receipt, YES) is Outcome.RECEIVED
    with office.installation.store.read() as db:
        used = set(db.execute(select(tables.satisfaction_used.c.nullifier)).scalars())
    here = office.installation.id
    assert used == {receipt.nullifier(here)}
    assert receipt.nullifier(here) not in {receipt.lookup(here), receipt.digest_key(here)}
    assert receipt.nullifier(b"o" * 16) not in used


def test_copies_hold_nothing_of_it() -> None:
    names = {table.name for table in copied()}
    assert not {"satisfaction_used", "satisfaction_answer"} & names


def as_written(office: Office, backend: str) -> list[bytes]:
    """Give the answers in the order in which the database wrote them, as a thief would read it.

    PostgreSQL puts a row wherever there is room, and numbers the commands of a transaction; SQLite
    keeps rows in the order of their keys.
    """
    answers = select(tables.satisfaction_answers.c.id)
    if backend == "postgresql":
        answers = answers.order_by(text("cmin::text::bigint"))
    with office.installation.store.read() as db:
        return list(db.execute(answers).scalars())


def test_rows_are_written_in_the_order_of_random_ids(office: Office, backend: str) -> None:
    receipts = [closed(office) for _ in range(6)]
    for receipt in receipts:
        take(office.installation, Receipt.parse(receipt), YES)
    if backend == "postgresql":
        office.later(days=1)
        assert keep_house(house_of(office)).trouble == []
    found = as_written(office, backend)
    assert found == sorted(found)
    assert len(found) == len(receipts)


@pytest.mark.postgresql
def test_after_a_night_no_transaction_ties_an_answer_to_its_receipt(
    office: Office, backend: str
) -> None:
    if backend != "postgresql":
        return  # SQLite numbers no transactions, and keeps rows in the order of their keys
    receipts = [Receipt.parse(closed(office)) for _ in range(4)]
    for receipt in receipts:
        take(office.installation, receipt, YES)
    assert len(transactions(office)) == len(receipts)  # the control: before the night it does
    office.later(days=1)
    assert keep_house(house_of(office)).trouble == []
    assert len(transactions(office)) == len(receipts) ** 2


def transactions(office: Office) -> Sequence[tuple[bytes, bytes]]:
    """Pair nullifiers and answers that were written by the same transaction, as a thief would."""
    query = text(
        "SELECT used.nullifier, answer.id FROM satisfaction_used AS used"
        " JOIN satisfaction_answer AS answer ON used.xmin = answer.xmin"
    )
    with office.installation.store.read() as db:
        return [(nullifier, answer) for nullifier, answer in db.execute(query)]


def test_the_log_says_nothing_of_it(office: Office) -> None:
    receipt = closed(office)
    before = snapshot(office)
    take(office.installation, Receipt.parse(receipt), YES)
    office.later(days=1)
    assert keep_house(house_of(office)).trouble == []
    rows = changed(before, snapshot(office))
    kinds = {row[0] for name in ("sealed_row", "fresh_row") for row in rows.get(name, [])}
    assert "satisfaction" not in " ".join(map(str, kinds))


def test_a_double_answer_at_the_same_time_is_one(office: Office) -> None:
    receipt = Receipt.parse(closed(office))
    with office.installation.store.write() as db:
        db.execute(
            insert(tables.satisfaction_used),
            {"nullifier": receipt.nullifier(office.installation.id)},
        )
    assert take(office.installation, receipt, YES) is Outcome.AGAIN
    assert answers(office) == []
