"""Reports written in for somebody, as tests go through them: both doors, form by form."""

import re
from datetime import date

from tests.support.office import Desk, Office, Reporter, hidden_fields
from whistle.casework.entering import NewCase, case_id_of
from whistle.casework.entering_for import Told, enter_for
from whistle.casework.service import CaseworkService
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Channel
from whistle.domain.registration import Enquiry
from whistle.keys.records import Registration

DAY = date(2026, 11, 18)
WORDS = "Hun ringede: Hendes ansøgning har ligget siden marts."
_RECEIPT = re.compile(r"([0-9A-Z]{5}-){4}[0-9A-Z]{5}")
_TEXT = re.compile(r"/receipt/text/([0-9a-f]{32})")


def write_in(
    work: CaseworkService,
    receipt: Receipt,
    channel: Channel = Channel.CITIZEN,
    form: bytes = b"form",
) -> bytes:
    """Enter a report for somebody, and give the id of its case."""
    new = NewCase(case_id_of(work, form), DAY, Registration(enquiry=Enquiry(way_in="phone")))
    said = Told(WORDS, "Ida", date(2026, 12, 4))
    assert enter_for(work, channel, new, said, receipt)
    return new.case_id


def entry_form(desk: Desk, door: str = "citizen", **fields: str) -> dict[str, str]:
    """Open the form, and fill it in."""
    shown = hidden_fields(desk.get(f"/casework/new/for?door={door}").text)
    return {
        **shown,
        "received": "2026-11-18",
        "way_in": "phone",
        "text": WORDS,
        "answer_by": "2026-12-04",
        **fields,
    }


def printed(desk: Desk, **fields: str) -> tuple[str, str]:
    """Write a report in; give its receipt, as it is printed, and the id of its case."""
    page = desk.post("/casework/new/for", entry_form(desk, **fields))
    assert page.status_code == 200, page.text
    return receipt_on(page.text), case_on(page.text)


def receipt_on(page: str) -> str:
    """Give the receipt that a page shows."""
    found = _RECEIPT.search(re.sub("<[^>]*>", "", page))
    assert found is not None
    return found[0]


def case_on(page: str) -> str:
    """Give the id of the case that the page's button is about."""
    found = re.search(r"/casework/case/([0-9a-f]{32})/receipt-given", page)
    assert found is not None
    return found[1]


def text_of(reporter: Reporter) -> str:
    """Give the address of the text that the reporter is asked to check."""
    found = _TEXT.search(reporter.get("/da/receipt").text)
    assert found is not None
    return f"/da/receipt/text/{found[1]}"


def approve(reporter: Reporter, address: str, **fields: str) -> int:
    """Approve the text that the page shows."""
    form = hidden_fields(reporter.get(address).text)
    return reporter.post(address, {**form, **fields}).status_code


def correct(reporter: Reporter, address: str, words: str) -> int:
    """Correct the text that the page shows."""
    form = hidden_fields(reporter.get(address + "/correct").text)
    return reporter.post(address + "/correct", {**form, "text": words}).status_code


def back(office: Office, receipt: str) -> Reporter:
    """Come back with a receipt, in a browser of its own."""
    reporter = office.reporter()
    reporter.come_back(receipt)
    return reporter
