"""What lies on the cases that the fuzzer plays with: one of each kind that can be filed."""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta

from tests.support.office import Office
from whistle.casework.acts import Done
from whistle.casework.filing import Filing, file_new, filed_id_of
from whistle.domain.filed import AccessLaw, AccessRequest, Competence, Consent, Referral, Task
from whistle.domain.logged import Logged
from whistle.keys.filed import Content


def file_papers(office: Office, cases: Sequence[bytes]) -> list[str]:
    """File one of each on every case; give their ids in hexadecimal."""
    work, today = office.work_of(office.adviser), office.clock.today()
    filed = []
    for case_id in cases:
        for content in _papers(today):
            form_id = secrets.token_bytes(16)
            filed.append(filed_id_of(work, form_id, content).hex())
            done = file_new(work, case_id, form_id, content, Filing(Logged.FILED))
            if done is not Done.YES:
                raise AssertionError(f"a {content.kind} was not filed")
    return filed


def _papers(today: date) -> list[Content]:
    soon = today + timedelta(days=10)
    return [
        Task("Ring til centeret.", by=soon),
        Consent("bl", today),
        Referral("bl", today, soon, subject="En sag", text="Vil I se på den?"),
        AccessRequest(AccessLaw.OPENNESS, today, soon),
        Competence("bl", today, "Er det vores?"),
    ]
