"""Closed cases and their anonymised records, as tests ask for them."""

import secrets
from dataclasses import replace

from tests.support.office import Office
from whistle.audit.log import deed
from whistle.casework.acts import Closing, Done, close
from whistle.casework.cases import Cases, OpenedCase
from whistle.casework.service import CaseworkService
from whistle.domain.anonymised import Anonymised
from whistle.domain.logged import Logged
from whistle.domain.registration import Enquiry, Issue
from whistle.keys.anonymised import open_record
from whistle.keys.keyring import InboxKeys, Keyring
from whistle.storage.rows import InboxRecordRow

GUIDED = Enquiry(
    "Hvad skal jeg gøre?",
    way_in="phone",
    casework=False,
    enquirer="citizen",
    approached=True,
    issues=(Issue("3", centre="BL"),),
)


def opened_case(work: Cases, case_id: bytes) -> OpenedCase:
    """Open a case as it is; nobody has seen it by that."""
    opened = work.attempt(case_id, lambda opened: opened)
    assert opened is not None
    return opened


def register(work: Cases, case_id: bytes, enquiry: Enquiry = GUIDED) -> None:
    """Register a case's enquiry, whatever was registered before."""
    opened = opened_case(work, case_id)
    done = deed(Logged.CASE_REGISTERED, opened.inbox, case=case_id)
    with work.writing(opened, replace(opened.registration, enquiry=enquiry), done):
        pass


def close_case(work: CaseworkService, case_id: bytes, text: str = "", note: str = "") -> None:
    """Read a case, register it and close it."""
    work.open(case_id)
    register(work, case_id)
    seen = len(opened_case(work, case_id).messages)
    assert close(work, case_id, Closing(secrets.token_bytes(16), seen, text, note)) is Done.YES


def rows(office: Office) -> list[InboxRecordRow]:
    """Give all records there are, as they lie in the database."""
    with office.installation.store.read() as db:
        return list(InboxRecordRow.all(db, InboxRecordRow.select()))


def counted(office: Office, member: Keyring | None = None) -> list[Anonymised]:
    """Give the records that a member may count, opened."""
    inboxes = {one.inbox.inbox_id: one for one in _inboxes(office, member or office.adviser)}
    return [
        open_record(inboxes[row.inbox_id], row) for row in rows(office) if row.inbox_id in inboxes
    ]


def _inboxes(office: Office, member: Keyring) -> list[InboxKeys]:
    return office.work_of(member).inboxes_opened()
