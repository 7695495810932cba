"""What a restore may not lose, may not bring back, and has to tell when it cannot know."""

import re
from pathlib import Path

import pytest

from tests.backup.copying import Archive, opened
from tests.support.office import Office, hidden_fields
from whistle.backup.errors import CopyError
from whistle.casework.recusal import Declaration, hand_back, recuse
from whistle.casework.service import CaseworkService
from whistle.cli import main
from whistle.domain.copies import MOST_DAYS
from whistle.domain.recusal import Ground
from whistle.settings import write_settings
from whistle.storage.rows import ItemRow


def rows(url: str) -> list[ItemRow]:
    with opened(url) as store, store.read() as db:
        return sorted(ItemRow.all(db, ItemRow.select()), key=lambda row: row.id)


def test_a_note_that_was_written_again_after_its_deletion_survives_a_restore(
    archive: Archive, elsewhere: str
) -> None:
    office = archive.office
    case_id = office.case_of(office.reporter().report())
    desk = office.desk_of(office.adviser)
    path = f"/casework/case/{case_id.hex()}/note"
    sent = {**hidden_fields(desk.open(case_id).text), "note": "Vigtigt."}
    assert desk.post(path, sent).status_code == 303
    page = desk.open(case_id).text
    (note_id,) = set(re.findall(r"/note/([0-9a-f]{32})/delete", page))
    desk.post(f"{path}/{note_id}/delete", {**hidden_fields(page), "version": "1"})
    assert desk.answer(case_id, "Et svar.").status_code == 303  # which erases what was deleted
    assert desk.post(path, sent).status_code == 303  # the browser's "back", and sent again
    with office.installation.store.read() as db:
        living = sorted(ItemRow.all(db, ItemRow.select()), key=lambda row: row.id)
    archive.restore(archive.back_up().copy, elsewhere)
    assert rows(elsewhere) == living


def test_a_restore_tells_whose_contact_details_were_changed_since(
    archive: Archive, elsewhere: str
) -> None:
    office = archive.office
    reporter = office.reporter()
    receipt = reporter.report(name="Karen Jensen")
    case_id = office.case_of(receipt)
    copy = archive.back_up().copy
    office.later(days=1)
    reporter.come_back(receipt)
    form = hidden_fields(reporter.get("/da/receipt/identity").text)
    given = {**form, "name": "Karen Jensen", "contact": "12 34 56 78"}
    assert reporter.post("/da/receipt/identity", given).status_code == 303
    archive.back_up()
    assert archive.restore(copy, elsewhere).replayed.identities == (case_id,)


def test_a_case_that_was_handed_over_again_on_the_day_of_the_copy_is_told(
    archive: Archive, elsewhere: str
) -> None:
    office = archive.office
    case_id = office.case_of(office.reporter().report())
    adviser, reserve = office.work_of(office.adviser), office.work_of(office.reserve)
    pass_on(office, adviser, case_id)
    reserve.open(case_id)
    hand_back(reserve, case_id, "En fejl.", messages(reserve, case_id))
    copy = archive.back_up().copy
    pass_on(office, adviser, case_id)
    archive.back_up()
    assert archive.restore(copy, elsewhere).replayed.moved == (case_id,)


def pass_on(office: Office, work: CaseworkService, case_id: bytes) -> None:
    work.open(case_id)
    member, ground = office.adviser.member_id, next(iter(Ground))
    recuse(work, case_id, Declaration(member, ground, "nær ven", messages(work, case_id)))


def messages(work: CaseworkService, case_id: bytes) -> int:
    return work.attempt(case_id, lambda opened: len(opened.messages)) or 0


def test_a_copy_from_before_all_known_deletions_is_refused(
    archive: Archive, elsewhere: str, tmp_path: Path
) -> None:
    archive.office.reporter().report()
    made = archive.back_up().copy
    kept = tmp_path / "elsewhere"
    archive.folder.rename(kept)
    archive.office.later(days=MOST_DAYS + 2)
    archive.back_up()
    for path in (made.database, made.manifest, made.checksums):
        (kept / path.name).rename(archive.folder / path.name)
    with pytest.raises(CopyError, match="deletions are known for 31 days"):
        archive.restore(made, elsewhere)


def test_a_copy_whose_age_nobody_can_read_is_told_at_every_backup(archive: Archive) -> None:
    copy = archive.back_up().copy
    copy.manifest.write_text("{")
    archive.office.later(days=60)
    made = archive.back_up()
    assert (made.removed, made.unknown) == ([], [copy.name])


def test_nothing_is_copied_or_signed_while_the_database_is_put_aside(
    archive: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    write_settings(data, archive.into(f"sqlite:///{data / 'gone.db'}"), "stevns")
    for command in ("housekeeping", "backup"):
        assert main([command, "--data", str(data)]) == 2
    told = capsys.readouterr().err
    assert told.count("whistle.toml names inboxes") + told.count("revision none") == 2
    assert not list(data.glob("backups/*.db"))
