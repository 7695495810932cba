"""One case in the log: followed over new keys and new members, and told to whom it concerns."""

from collections.abc import Callable

import pytest

from tests.casework.journal import lines, path_of, words_of
from tests.support.office import Desk, Office, hidden_fields
from whistle.audit.checkpoints import make_checkpoint, note_key
from whistle.audit.entries import NO_ID
from whistle.audit.proofs import read_disclosed
from whistle.casework.log import Wanted, read_case_log, read_log
from whistle.casework.rotation import rotate_to_the_end
from whistle.crypto.secret import Seed
from whistle.domain.channel import Channel, InboxKind
from whistle.domain.logged import Logged
from whistle.keys.keyring import Keyring
from whistle.keys.steps import admit, rotate
from whistle.storage import directory
from whistle.storage.rows import MemberRow


@pytest.fixture
def open_citizen(office: Office) -> Callable[[Keyring, Keyring], None]:
    """Let a newcomer into the citizens' inbox, by one who is in it."""

    def let_in(host: Keyring, newcomer: Keyring) -> None:
        here = office.installation
        inbox = here.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)
        with here.store.write() as db:
            mine = directory.grants_of(db, host.member_id)
            of_inbox = [one for one in mine if one.inbox_id == inbox.inbox_id]
            directory.add_step(db, admit(host, inbox, of_inbox, newcomer.public))
        here.directory.refresh()

    return let_in


def test_what_the_person_concerned_is_given_names_roles_and_no_members(
    case_id: bytes, desk: Desk
) -> None:
    desk.answer(case_id, "Svar")
    form = hidden_fields(desk.open(case_id).text)
    desk.post(f"{path_of(case_id)}/note", {**form, "note": "Notat"})
    pages = {
        lang: desk.get(f"{path_of(case_id)}/log/page?lang={lang}").text for lang in ("da", "en")
    }
    for lang, page in pages.items():
        assert f'<html lang="{lang}">' in page
        main = page.split("<main", 1)[1]
        assert "Ida" not in main
        assert lines(main) == 3
    assert "citizen adviser Answered the reporter" in words_of(pages["en"])
    assert "November 20, 2026" in words_of(pages["en"]).replace("\xa0", " ")
    assert 'lang="da"' in desk.get(f"{path_of(case_id)}/log/page?lang=<script>").text


def test_the_page_is_proved_with_the_public_key_alone(
    office: Office, case_id: bytes, desk: Desk
) -> None:
    desk.answer(case_id, "Svar")
    here = office.installation
    with here.store.write() as db:
        make_checkpoint(db, here.id, office.log_key, office.clock.today())
    office.later(minutes=5)
    desk.open(case_id)
    assert "/log/proof" in desk.get(f"{path_of(case_id)}/log/page").text
    saved = desk.get(f"{path_of(case_id)}/log/proof")
    assert saved.headers["Content-Disposition"] == "attachment; filename=log-proof.jsonl"
    key = note_key(here.id, here.log_public)
    disclosed = [read_disclosed(line, key) for line in saved.data.splitlines()]
    assert [one.details.act for one in disclosed] == [Logged.CASE_OPENED, Logged.ANSWERED]
    assert {one.details.about["case"] for one in disclosed} == {case_id.hex()}


def openers(office: Office, reader: Keyring, case_id: bytes) -> list[tuple[bytes, int]]:
    """Say who opened a case, by entries of which epoch, as ``reader`` is told."""
    read = read_case_log(office.work_of(reader), case_id)
    assert read is not None
    assert read.damaged == 0
    return [
        (one.row.actor, one.row.epoch)
        for one in read.entries
        if one.details and one.details.act is Logged.CASE_OPENED
    ]


def test_a_case_is_followed_over_new_keys_and_by_a_new_member(
    office: Office, case_id: bytes, open_citizen: Callable[[Keyring, Keyring], None]
) -> None:
    here, adviser = office.installation, office.adviser
    newcomer = Keyring(here.id, b"n" * 16, Seed.random())
    with here.store.write() as db:
        MemberRow(b"n" * 16, "ny", "Nanna Ny", "deputy", "da", b"", b"").insert(db)
    office.work_of(adviser).open(case_id)
    open_citizen(adviser, newcomer)
    office.work_of(newcomer).open(case_id)
    with here.store.write() as db:
        grants = directory.grants_of(db, newcomer.member_id)
        inbox = here.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)
        directory.add_step(db, rotate(newcomer, inbox, grants))
    here.directory.refresh()
    assert sum(done.renewed for done in rotate_to_the_end(office.work_of(newcomer))) == 1
    office.work_of(adviser).open(case_id)
    me, them = adviser.member_id, newcomer.member_id
    for member in (adviser, newcomer):
        assert openers(office, member, case_id) == [(me, 1), (them, 1), (me, 3)]
    slices = read_log(office.work_of(newcomer), Wanted(act=Logged.CASES_RENEWED)).entries
    assert [one.details.about["number"] for one in slices if one.details] == [0, 1]


def test_a_case_that_was_passed_on_is_followed_by_the_reserve_alone(
    office: Office, case_id: bytes, desk: Desk
) -> None:
    me = office.adviser.member_id
    form = hidden_fields(desk.get(f"{path_of(case_id)}/recusal").text)
    recused = {**form, "seen": 1, "member": me.hex(), "ground": "1", "text": ""}
    assert desk.post(f"{path_of(case_id)}/recusal", recused).status_code == 303
    assert desk.get(f"{path_of(case_id)}/log").status_code == 404
    assert read_case_log(office.work_of(office.adviser), case_id) is None
    work = office.work_of(office.reserve)
    work.open(case_id)
    assert [one for one, _ in openers(office, office.reserve, case_id)] == [
        office.reserve.member_id
    ]
    seen = read_log(work, Wanted(who=me)).entries
    assert {one.row.inbox_id for one in seen} <= {NO_ID}


@pytest.mark.parametrize("before_it_is_read", [0, 3, 30])
@pytest.mark.parametrize("noted", [True, False])
def test_no_opening_is_hidden_by_a_clock_that_was_wrong_when_the_report_came(
    office: Office, *, noted: bool, before_it_is_read: int
) -> None:
    """``noted``: whether the log has an entry of that moment."""
    work = office.work_of(office.adviser)
    office.later(days=10)
    if noted:
        work.inboxes()
    case_id = office.case_of(office.reporter().report())
    office.later(days=-10)
    day = office.clock.today()
    for _ in range(5):
        work.open(case_id)
    office.later(days=before_it_is_read)
    work.inboxes()
    told, page = read_case_log(work, case_id), read_log(work, Wanted(day=day))
    assert told is not None
    for entries in (told.entries, page.entries):
        acts = [entry.details.act for entry in entries if entry.details]
        assert acts.count(Logged.CASE_OPENED) == 5


def test_no_opening_is_hidden_by_a_clock_that_was_wrong_when_it_was_opened(office: Office) -> None:
    work = office.work_of(office.adviser)
    case_id = office.case_of(office.reporter().report())
    for days in (-10, 20, -10):
        office.later(days=days)
        work.open(case_id)
    told = read_case_log(work, case_id)
    assert told is not None
    acts = [entry.details.act for entry in told.entries if entry.details]
    assert acts.count(Logged.CASE_OPENED) == 3
    for days, count in ((0, 1), (-10, 1), (20, 1)):
        office.later(days=days)
        page = read_log(work, Wanted(day=office.clock.today(), act=Logged.CASE_OPENED))
        assert len(page.entries) == count
