"""What somebody told the demonstration's office by telephone, and what was put before people."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from whistle.casework import proposing
from whistle.casework.entering import NewCase, case_id_of
from whistle.casework.entering_for import Told, enter_for, give_receipt
from whistle.casework.proposing import Form
from whistle.crypto.receipt import Receipt
from whistle.demo.work import DemoStoryError, Desk, Step
from whistle.domain.approval import Put, TextKind
from whistle.domain.channel import Channel
from whistle.domain.registration import Enquiry
from whistle.intake.approving import Shown
from whistle.intake.service import IntakeService, Outcome
from whistle.keys.records import Registration

_AUTHOR = "Mette Lund"
_BY_PHONE = Enquiry(way_in="phone", handling="phone", enquirer="citizen")


def _form_id() -> bytes:
    return secrets.token_hex(16).encode()


def told(name: str, days_ago: int, text: str, corrected: str, *, checked: int) -> Sequence[Step]:
    """Write a call in with a receipt; the caller corrects and approves it ``checked`` days ago."""
    receipts: list[Receipt] = []

    def write_in(desk: Desk) -> None:
        new = NewCase(
            case_id_of(desk.office, _form_id()),
            desk.day,
            Registration(enquiry=_BY_PHONE, acknowledged=desk.day),
        )
        said = Told(text, _AUTHOR, desk.day + timedelta(days=14))
        receipts[:] = [Receipt.random()]
        if not enter_for(desk.office, Channel.CITIZEN, new, said, receipts[0]):
            raise DemoStoryError(name)
        desk.entered[name] = new.case_id
        desk.done(give_receipt(desk.office, new.case_id))

    def check(desk: Desk) -> None:
        door, mine = IntakeService(desk.office.here), Receipt.random()
        door.replace_receipt(receipts[0], mine)
        shown = _shown(door, mine)
        door.correct(mine, _form_id(), shown, corrected)
        if door.approve(mine, _form_id(), _shown(door, mine)) is not Outcome.RECEIVED:
            raise DemoStoryError(name)

    return Step(days_ago, write_in), Step(checked, check)


def put_complaint(name: str, days_ago: int, recipient: str, text: str, *, within: int) -> Step:
    """Put a complaint before a reporter; it has to be sent so many days after that."""

    def put(desk: Desk) -> None:
        case_id, form_id = desk.case(name), _form_id()
        opened = desk.office.open(case_id)
        what = Put(
            proposing.text_id_of(desk.office, form_id),
            TextKind.COMPLAINT,
            desk.day + timedelta(days=7),
            recipient,
            desk.day + timedelta(days=within),
        )
        seen = len(opened.messages) if opened else 0
        desk.done(proposing.put(desk.office, case_id, Form(form_id, seen, _AUTHOR), text, what))

    return Step(days_ago, put)


def _shown(door: IntakeService, receipt: Receipt) -> Shown:
    dialogue = door.open(receipt)
    if dialogue is None:
        raise DemoStoryError("nothing opens with the receipt")
    newest = dialogue.texts[0].newest
    return Shown(newest.put.text, newest.fingerprint)


TELLING: Sequence[Step] = (
    *told(
        "helper", 8,
        "En mand ringer. Hans mors hjælp er skåret ned fra fem til to timer om ugen. Han har fået "
        "afgørelsen i marts og vil vide, om han kan klage på hendes vegne.",
        "Min mors hjælp er skåret ned fra fem til to timer om ugen. Afgørelsen kom i februar. Jeg "
        "vil vide, om jeg kan klage på hendes vegne. Jeg har en fuldmagt.",
        checked=6,
    ),
    put_complaint(
        "r03", 3, "Sund & Omsorg, Stevns Kommune",
        "Vi klager over afgørelsen om hjemmehjælp.\n\nHjælpen er sat ned, uden at nogen har talt "
        "med os om, hvad der er ændret. Vi beder om, at afgørelsen bliver set på igen, og om at få "
        "begrundelsen skriftligt.",
        within=12,
    ),
)  # fmt: skip
