"""Cases that are registered, as every case is that somebody closes."""

from dataclasses import replace

from whistle.casework.registering import register
from whistle.casework.service import CaseworkService
from whistle.domain.registration import Enquiry


def registered(work: CaseworkService, case_id: bytes, enquiry: Enquiry | None = None) -> None:
    """Register a case; as one without casework, unless told otherwise."""
    was = work.attempt(case_id, lambda opened: opened.registration.enquiry)
    assert was is not None
    if enquiry is None and was.is_registered:
        return
    register(work, case_id, enquiry or replace(was, casework=False), was)
