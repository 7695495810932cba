"""New keys for an inbox: every case comes under them, and nothing is lost meanwhile."""

import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import pytest
from sqlalchemy import func, select, update

from tests.casework.records import close_case
from tests.support.office import Desk, Office, a_file, hidden_fields
from whistle.casework.rotation import (
    Slice,
    is_pending,
    pending,
    rotate_for,
    rotate_to_the_end,
)
from whistle.casework.service import CaseworkService, OpenedCase
from whistle.crypto.errors import SealingError
from whistle.domain.channel import Channel, InboxKind
from whistle.keys import rotation as keys
from whistle.keys.cases import CaseItems, open_inbox_keys
from whistle.keys.directory import TrustedInbox
from whistle.keys.keyring import InboxKeys, Keyring, open_inboxes
from whistle.keys.recovery import RecoveryKeyring, RecoverySeed
from whistle.keys.steps import Step, recover, renew, rotate, set_recovery
from whistle.storage import directory, tables
from whistle.storage.casework import get_case
from whistle.storage.errors import ConflictError
from whistle.storage.rotation import NewKeys, OldCase, Progress
from whistle.storage.rows import InboxKeysRow, ItemRow

Between: TypeAlias = Callable[[Callable[[], object]], None]


def citizens(office: Office) -> TrustedInbox:
    return office.installation.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)


def take(office: Office, member: Keyring, *leaving: Keyring) -> None:
    """Give the citizens' inbox new keys."""
    here = office.installation
    with here.store.read() as db:
        grants = directory.grants_of(db, member.member_id)
    step(office, rotate(member, citizens(office), grants, {one.member_id for one in leaving}))


def step(office: Office, taken: Step) -> None:
    with office.installation.store.write() as db:
        directory.add_step(db, taken)
    office.installation.directory.refresh()


def finish(office: Office, member: Keyring) -> Slice:
    """Bring every case under the newest keys."""
    done = Slice()
    for one in rotate_to_the_end(office.work_of(member)):
        done = replace(done, renewed=done.renewed + one.renewed, damaged=one.damaged)
    return done


def keys_of(office: Office, case_id: bytes) -> InboxKeysRow:
    with office.installation.store.read() as db:
        stored = get_case(db, case_id)
    assert stored is not None
    return stored.keys


def epochs(office: Office) -> set[int]:
    """Give the epochs of the citizens' inbox for which anybody still holds a grant."""
    with office.installation.store.read() as db:
        column = tables.grants.c
        mine = column.inbox_id == citizens(office).inbox_id
        return set(db.execute(select(column.epoch).where(mine)).scalars())


@pytest.fixture
def receipts(office: Office) -> dict[str, str]:
    """An unopened case, an answered one with a file, a closed one."""
    work, told = office.work_of(office.adviser), {}
    for name in ("unopened", "answered", "closed"):
        told[name] = office.reporter().report(name, files=[a_file(b"bilag", f"{name}.txt")])
    desk = office.desk_of(office.adviser)
    desk.answer(office.case_of(told["answered"]), "Svar på sagen")
    closed = office.case_of(told["closed"])
    close_case(work, closed, "Lukket", "Notat")
    return told


def test_every_case_comes_under_the_new_key_and_opens_for_both_sides(
    office: Office, receipts: dict[str, str]
) -> None:
    take(office, office.adviser)
    work = office.work_of(office.adviser)
    assert [one.progress for one in pending(work)] == [
        Progress(0, 4)
    ]  # the closed one's record, too
    assert finish(office, office.adviser) == Slice(renewed=4)
    assert not is_pending(work)
    desk = office.desk_of(office.adviser)
    for name, receipt in receipts.items():
        row = keys_of(office, office.case_of(receipt))
        assert (row.epoch, row.generation, row.in_vault) == (2, 1, name != "unopened")
    for name, receipt in receipts.items():
        reporter = office.reporter()
        page = reporter.come_back(receipt).text
        assert name in page
        assert reporter.write("Mere om sagen").status_code == 303
        case_page = desk.open(office.case_of(receipt)).text
        assert name in case_page
        assert "Mere om sagen" in case_page
        address = re.findall(r'href="(/casework/case/[^"]+/file/[^"]+)"', case_page)[0]
        assert desk.get(address).data == b"bilag"
        assert desk.answer(office.case_of(receipt), "Nyt svar").status_code == 303
        assert "Nyt svar" in reporter.get("/da/receipt").text
    assert "Notat" in desk.open(office.case_of(receipts["closed"])).text


def test_what_was_opened_stays_opened_and_what_was_new_stays_new(
    office: Office, receipts: dict[str, str]
) -> None:
    work = office.work_of(office.adviser)
    versions = [work.version(office.case_of(receipts[name])) for name in ("answered", "closed")]
    take(office, office.adviser)
    finish(office, office.adviser)
    assert versions == [
        work.version(office.case_of(receipts[name])) for name in ("answered", "closed")
    ]
    (inbox,) = [one for one in work.inboxes() if one.inbox.root == citizens(office).root]
    assert sum(one.is_new for one in inbox.cases) == 1


def test_old_grants_go_with_the_last_case_that_needs_them(
    office: Office, receipts: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whistle.casework.rotation.BATCH", 1)
    take(office, office.adviser)
    work = office.work_of(office.adviser)
    assert rotate_for(work, -1) == Slice()
    assert epochs(office) == {1, 2}
    take(office, office.adviser)
    assert epochs(office) == {1, 2, 3}
    assert finish(office, office.adviser).renewed == len(receipts) + 1
    assert epochs(office) == {3}


def test_an_inbox_without_cases_keeps_no_old_grants(office: Office) -> None:
    take(office, office.adviser)
    assert finish(office, office.adviser) == Slice()
    assert epochs(office) == {2}


def test_who_was_removed_reads_nothing_that_is_written_later(
    office: Office, receipts: dict[str, str], deputy: Keyring
) -> None:
    before, work = citizens(office), office.work_of(deputy)
    with office.installation.store.read() as db:
        kept = [
            row
            for row in directory.grants_of(db, deputy.member_id)
            if row.inbox_id == before.inbox_id
        ]
    (remembered,) = open_inboxes(deputy, [before], kept)
    items = {name: open_case(office, work, receipt).items for name, receipt in receipts.items()}
    take(office, office.adviser, deputy)
    finish(office, office.adviser)
    receipts["new"] = office.reporter().report("hemmeligt")
    for name, receipt in receipts.items():
        reporter = office.reporter()
        reporter.come_back(receipt)
        assert reporter.write("hemmeligt").status_code == 303
        case_id = office.case_of(receipt)
        assert work.open(case_id) is None
        with office.installation.store.read() as db:
            stored = get_case(db, case_id)
        assert stored is not None
        with pytest.raises(SealingError):
            open_inbox_keys(remembered, stored.keys)
        known = items.get(name, items["closed"])
        read = [text for row in stored.items if (text := tried(known, row)) is not None]
        assert bool(read) == (name != "new")
        assert not any(b"hemmeligt" in text for text in read)


def open_case(office: Office, work: CaseworkService, receipt: str) -> OpenedCase:
    opened = work.open(office.case_of(receipt))
    assert opened is not None
    return opened


def tried(items: CaseItems, row: ItemRow) -> bytes | None:
    try:
        return items.open(row)
    except SealingError:
        return None


def test_a_member_with_new_keys_opens_everything_and_the_old_seed_nothing_new(
    office: Office, receipts: dict[str, str], deputy: Keyring
) -> None:
    here = office.installation
    renewed = Keyring(here.id, deputy.member_id, type(deputy.seed).random())
    with here.store.read() as db:
        grants = directory.grants_of(db, deputy.member_id)
    mine = [one for one in here.directory.inboxes if deputy.public in one.current.members]
    with here.store.write() as db:
        for inbox in mine:
            directory.add_step(db, renew(deputy, renewed, inbox, grants))
    here.directory.refresh()
    finish(office, renewed)
    for receipt in receipts.values():
        assert office.work_of(renewed).open(office.case_of(receipt)) is not None
    with pytest.raises(SealingError):
        office.work_of(deputy).open(office.case_of(receipts["answered"]))


def test_after_a_recovery_the_new_member_reads_all_and_the_old_one_nothing_new(
    office: Office, receipts: dict[str, str], deputy: Keyring
) -> None:
    here, recovered = office.installation, office.reserve
    held, next_held = (RecoveryKeyring(here.id, RecoverySeed.random()) for _ in range(2))
    with here.store.read() as db:
        grants = directory.grants_of(db, deputy.member_id)
    step(office, set_recovery(deputy, citizens(office), grants, held.public))
    with here.store.read() as db:
        kept = directory.recovery_grants(db, citizens(office).inbox_id)
    named = [recovered.public]
    step(office, recover(held, citizens(office), kept, named, next_held.public))
    assert finish(office, recovered).renewed == len(receipts) + 1
    for receipt in receipts.values():
        assert office.work_of(recovered).open(office.case_of(receipt)) is not None
        for former in (office.adviser, deputy):
            assert office.work_of(former).open(office.case_of(receipt)) is None
    with here.store.read() as db:
        left = directory.recovery_grants(db, citizens(office).inbox_id)
    assert [row.epoch for row in left] == [citizens(office).epoch]


# -- at the same time --------------------------------------------------------------------------


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Between:
    """Have something happen once, after a batch was read and before it is written."""

    def arrange(act: Callable[[], object]) -> None:
        waiting = [act]

        def renew_case(inbox: InboxKeys, case: OldCase) -> NewKeys:
            if waiting:
                waiting.pop()()
            return keys.renew_case(inbox, case)

        monkeypatch.setattr("whistle.casework.rotation.renew_case", renew_case)
        monkeypatch.setattr("whistle.casework.rotation._somewhere", lambda: bytes(16))

    return arrange


def test_a_message_an_answer_a_new_receipt_and_a_report_meanwhile_are_not_lost(
    office: Office, receipts: dict[str, str], between: Between
) -> None:
    take(office, office.adviser)
    work, reporter, changing = office.work_of(office.adviser), office.reporter(), office.reporter()
    reporter.come_back(receipts["unopened"])
    changing.come_back(receipts["closed"])
    form = {**hidden_fields(changing.get("/da/receipt/replace").text), "written_down": "y"}
    told = {}

    def meanwhile() -> None:
        assert reporter.write("Skrevet imens").status_code == 303
        answered, form_id = office.case_of(receipts["answered"]), secrets.token_bytes(16)
        work.answer(answered, form_id, "Svaret imens", (), is_feedback=False)
        assert changing.post("/da/receipt/replace", form).status_code == 200
        told["later"] = office.reporter().report("Kom imens")

    between(meanwhile)
    assert rotate_for(work, 60).missed == 3
    assert is_pending(work)
    assert finish(office, office.adviser).renewed == 3
    desk = office.desk_of(office.adviser)
    for receipt, said in (
        (receipts["unopened"], "Skrevet imens"),
        (receipts["answered"], "Svaret imens"),
        (told["later"], "Kom imens"),
    ):
        assert said in desk.open(office.case_of(receipt)).text
        assert said in office.reporter().come_back(receipt).text
    moved = office.reporter()
    assert "closed" in moved.come_back(form["new_receipt"]).text
    assert moved.write("Med den nye kvittering").status_code == 303
    assert epochs(office) == {2}


def test_two_members_at_once_are_done_once(
    office: Office, receipts: dict[str, str], deputy: Keyring, between: Between
) -> None:
    take(office, office.adviser)
    other = office.work_of(deputy)
    between(lambda: rotate_for(other, 60))
    assert rotate_for(office.work_of(office.adviser), 60) == Slice(missed=3)
    for receipt in receipts.values():
        assert keys_of(office, office.case_of(receipt)).generation == 1
        assert other.open(office.case_of(receipt)) is not None


def test_another_new_key_meanwhile_begins_again_and_loses_nothing(
    office: Office, receipts: dict[str, str], deputy: Keyring, between: Between
) -> None:
    take(office, office.adviser)
    between(lambda: take(office, deputy))
    with pytest.raises(ConflictError, match="new keys"):
        rotate_for(office.work_of(office.adviser), 60)
    finish(office, office.adviser)
    for receipt in receipts.values():
        assert keys_of(office, office.case_of(receipt)).epoch == citizens(office).epoch
        assert office.work_of(deputy).open(office.case_of(receipt)) is not None


def test_a_damaged_case_holds_nothing_up_and_keeps_its_grants(
    office: Office, receipts: dict[str, str]
) -> None:
    damaged = office.case_of(receipts["answered"])
    column = tables.inbox_keys.c
    with office.installation.store.write() as db:
        before = db.execute(select(column.body).where(column.case_id == damaged)).scalar_one()
        broken = before[:-1] + bytes([before[-1] ^ 1])
        db.execute(update(tables.inbox_keys).where(column.case_id == damaged).values(body=broken))
    take(office, office.adviser)
    assert finish(office, office.adviser) == Slice(renewed=3, damaged=1)
    assert 1 in epochs(office)
    with office.installation.store.write() as db:
        db.execute(update(tables.inbox_keys).where(column.case_id == damaged).values(body=before))
    assert finish(office, office.adviser) == Slice(renewed=1)
    assert office.work_of(office.adviser).open(damaged) is not None


# -- pages -------------------------------------------------------------------------------------


def test_a_little_rides_on_every_page_and_the_button_does_the_rest(
    office: Office, receipts: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    take(office, office.adviser)
    desk: Desk = office.desk_of(office.adviser)
    monkeypatch.setattr("whistle.casework.views.rotation.WITH_A_PAGE", -1)
    assert "/casework/rotation" in desk.get("/casework/inboxes").text
    page = desk.get("/casework/rotation").text
    assert "0 of 4" in page or "0 af 4" in page
    assert desk.post("/casework/rotation", {}).status_code == 403
    sent = desk.post("/casework/rotation", hidden_fields(page))
    assert sent.headers["Location"] == "/casework/rotation"
    assert not is_pending(office.work_of(office.adviser))
    assert "/casework/rotation" not in desk.get("/casework/inboxes").text
    take(office, office.adviser)
    monkeypatch.setattr("whistle.casework.views.rotation.WITH_A_PAGE", 60)
    desk.get("/casework/inboxes")
    assert not is_pending(office.work_of(office.adviser))
    for receipt in receipts.values():
        assert keys_of(office, office.case_of(receipt)).generation == 2


def test_a_member_of_another_inbox_rotates_nothing_here(
    office: Office, receipts: dict[str, str]
) -> None:
    take(office, office.adviser)
    assert rotate_for(office.work_of(office.reserve), 60) == Slice()
    assert "/casework/rotation" not in office.desk_of(office.reserve).get("/casework/inboxes").text
    with office.installation.store.read() as db:
        count = select(func.count()).where(tables.inbox_keys.c.epoch == 1)
        assert db.execute(count).scalar_one() == len(receipts)
