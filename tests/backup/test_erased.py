"""A copy from before something was erased does not bring it back."""

from dataclasses import replace

import pytest

from tests.backup.copying import Archive, opened
from tests.casework.papers import file_document, open_case
from tests.casework.records import close_case
from tests.support.office import Office, a_file
from whistle.audit.log import deed
from whistle.casework import documents, erasing
from whistle.casework.acts import Done
from whistle.casework.erasing import Kind, Seen, Target
from whistle.casework.exchange.registrations import open_all
from whistle.casework.filing import Place
from whistle.casework.search import Asked, search
from whistle.domain.erasing import Early, Reason
from whistle.domain.logged import Logged
from whistle.domain.registration import Override, Rule
from whistle.domain.words import read_words
from whistle.keys.erased_reasons import reason_digest
from whistle.storage import removal
from whistle.storage.digests import Kind as Sealed
from whistle.storage.rows import AttachmentRow, CaseRow, InboxKeysRow, InboxRecordRow, ItemRow
from whistle.storage.sealed_rows import SealedRow, current


def sealed(url: str) -> list[SealedRow]:
    with opened(url) as store, store.read() as db:
        return [row.sealed() for kind in Sealed for row in current(db, kind)]


@pytest.mark.parametrize("what", ["message", "document", "struck"])
def test_what_was_erased_since_is_erased_again(archive: Archive, elsewhere: str, what: str) -> None:
    office = archive.office
    case_id = office.case_of(office.reporter().report("Væk med det.", files=[a_file()]))
    filed_id, attachment_id = file_document(office, case_id)
    work, before = office.work_of(office.adviser), open_case(office, case_id)
    [(row_id, message)] = before.items.dialogue_rows(before.stored.items)
    copy = archive.back_up().copy
    office.later(days=1)
    if what == "struck":
        assert documents.remove(work, Place(case_id, filed_id, 1)) is Done.YES
        office.later(days=1)
        open_case(office, case_id)
    else:
        item = row_id if what == "message" else filed_id
        kind = Kind.MESSAGE if what == "message" else Kind.FILED
        target = Target(case_id, kind, item, 0 if what == "message" else 1)
        assert erasing.erase(work, target, Reason.OTHER_MATTER) is Done.YES
    archive.back_up()
    archive.restore(copy, elsewhere)
    gone = message.files[0].attachment_id if what == "message" else attachment_id
    with opened(elsewhere) as store, store.read() as db:
        items = {one.id for one in ItemRow.all(db, ItemRow.select())}
        files = {one.id for one in AttachmentRow.all(db, AttachmentRow.select())}
    assert (row_id in items) == (what != "message")
    assert (filed_id in items) == (what == "message")
    assert gone not in files
    assert len(files) == 1


def test_a_case_that_was_erased_since_is_erased_again_and_its_record_stays(
    archive: Archive, elsewhere: str
) -> None:
    office = archive.office
    case_id = office.case_of(office.reporter().report(files=[a_file()]))
    other = office.case_of(office.reporter().report())
    work = office.work_of(office.adviser)
    close_case(work, case_id)
    copy = archive.back_up().copy
    office.later(days=1)
    now = open_case(office, case_id)
    assert (
        erasing.erase_case(work, case_id, Seen(now.version, len(now.messages)), Early.TWICE)
        is Done.YES
    )
    archive.back_up()
    restored = archive.restore(copy, elsewhere)
    assert restored.replayed.moved == ()
    with opened(elsewhere) as store, store.read() as db:
        assert [one.id for one in CaseRow.all(db, CaseRow.select())] == [other]
        assert [one.case_id for one in InboxKeysRow.all(db, InboxKeysRow.select())] == [other]
        assert len(InboxRecordRow.all(db, InboxRecordRow.select())) == 1
    assert not [row for row in sealed(elsewhere) if case_id in row.key]


def test_a_reason_that_was_erased_since_is_told_and_erased_when_its_case_is_opened(
    archive: Archive, elsewhere: str
) -> None:
    office, day = archive.office, archive.office.clock.today()
    case_id, other = (office.case_of(office.reporter().report()) for _ in range(2))
    secret, kept = (
        Override(Rule.SCOPE, "Jens Hansen drikker.", day),
        Override(Rule.SCOPE, "Ok", day),
    )
    for one in (case_id, other):
        give_reasons(office, one, secret, kept)
    copy = archive.back_up().copy
    office.later(days=1)
    erase_reason(office, case_id)
    archive.back_up()
    assert archive.restore(copy, elsewhere).replayed.reasons == (case_id,)
    with opened(elsewhere) as store:
        restored = replace(office, installation=replace(office.installation, store=store))
        for _ in range(2):  # until its case is opened, and after that
            assert exported(restored) == {case_id: (kept,), other: (secret, kept)}
            assert found(restored, "Jens") == {other}
            assert found(restored, "Ok") == {case_id, other}
            reasons = open_case(restored, case_id).registration.enquiry.overrides
            assert reasons == (kept,)
        assert open_case(restored, other).registration.enquiry.overrides == (secret, kept)
        with store.read() as db:
            assert removal.reasons_back(db, case_id) == frozenset()


def test_a_reason_that_the_copy_was_without_already_is_not_waited_for(
    archive: Archive, elsewhere: str
) -> None:
    office = archive.office
    case_id = office.case_of(office.reporter().report())
    give_reasons(office, case_id, Override(Rule.SCOPE, "Væk", office.clock.today()))
    erase_reason(office, case_id)
    copy = archive.back_up().copy
    assert [one.kind for one in archive.known().removed] == [removal.REASON]
    assert archive.restore(copy, elsewhere).replayed.reasons == ()
    with opened(elsewhere) as store, store.read() as db:
        assert removal.reasons_back(db, case_id) == frozenset()


def test_the_same_reason_is_known_by_another_digest_in_another_case(office: Office) -> None:
    reason = Override(Rule.SCOPE, "Jens Hansen drikker.", office.clock.today())
    first, other = (
        open_case(office, office.case_of(office.reporter().report())).items for _ in range(2)
    )
    digest = reason_digest(first, reason)
    assert len(digest) == 32
    assert reason_digest(first, replace(reason)) == digest
    # By the case's key as well as by its id: who has the latter alone cannot tell it by guessing.
    assert (
        len(
            {
                digest,
                *(
                    reason_digest(one, reason)
                    for one in (
                        other,
                        replace(first, keys=other.keys),
                        replace(first, case_id=other.case_id),
                    )
                ),
            }
        )
        == 4
    )


def erase_reason(office: Office, case_id: bytes) -> None:
    """Erase a case's first reason."""
    target = Target(case_id, Kind.REASON, bytes(16), open_case(office, case_id).version)
    assert erasing.erase(office.work_of(office.adviser), target, Reason.OTHER_MATTER) is Done.YES


def exported(office: Office) -> dict[bytes, tuple[Override, ...]]:
    """Give the reasons that a table of all registrations tells, by their cases."""
    rows = list(open_all(office.work_of(office.adviser)))
    assert None not in rows
    return {one.case.id: one.registration.enquiry.overrides for one in rows if one}


def found(office: Office, words: str) -> set[bytes]:
    """Give the cases that a search finds."""
    told = search(office.work_of(office.adviser), Asked(read_words(words)))
    assert told.damaged == 0
    return {one.case.case.id for one in told.cases}


def give_reasons(office: Office, case_id: bytes, *reasons: Override) -> None:
    work, case = office.work_of(office.adviser), open_case(office, case_id)
    enquiry = replace(case.registration.enquiry, overrides=reasons)
    done = deed(Logged.CASE_REGISTERED, case.inbox, case=case_id)
    with work.writing(case, replace(case.registration, enquiry=enquiry), done):
        pass
