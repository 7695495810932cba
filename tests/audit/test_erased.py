"""What is erased on purpose is no fault: not before the night's batch, and not after it."""

import pytest

from tests.audit.test_sealed_state import check, day_is_over
from tests.casework.papers import file_document, open_case, rows_of
from tests.casework.records import close_case
from tests.support.office import Office, a_file
from whistle.casework import documents, erasing
from whistle.casework.acts import Done
from whistle.casework.erasing import Kind, Seen, Target
from whistle.casework.filing import Place
from whistle.domain.erasing import Early, Reason


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("what", ["message", "file", "document", "struck", "case"])
def test_what_was_erased_is_not_missing(office: Office, what: str, *, known: bool) -> None:
    case_id = office.case_of(office.reporter().report(files=[a_file(), a_file(b"to", "to.txt")]))
    filed_id, _ = file_document(office, case_id)
    if known:  # the log has told of the rows
        day_is_over(office)
        day_is_over(office)
    erase(office, case_id, filed_id, what)
    for _ in range(4):
        told = check(office)
        assert told.is_fine, told.findings
        day_is_over(office)
    assert check(office).is_fine


def erase(office: Office, case_id: bytes, filed_id: bytes, what: str) -> None:
    work, opened = office.work_of(office.adviser), open_case(office, case_id)
    [(row_id, message)] = opened.items.dialogue_rows(opened.stored.items)
    if what == "case":
        close_case(work, case_id)
        opened = open_case(office, case_id)
        seen = Seen(opened.version, len(opened.messages))
        assert erasing.erase_case(work, case_id, seen, Early.TWICE) is Done.YES
        assert set(rows_of(office, case_id).values()) == {0}
    elif what == "struck":
        assert documents.remove(work, Place(case_id, filed_id, 1)) is Done.YES
        office.later(days=1)
        open_case(office, case_id)
    else:
        target = {
            "message": Target(case_id, Kind.MESSAGE, row_id),
            "file": Target(case_id, Kind.FILE, message.files[0].attachment_id),
            "document": Target(case_id, Kind.FILED, filed_id, 1),
        }[what]
        assert erasing.erase(work, target, Reason.BY_MISTAKE) is Done.YES
