"""Two things at the same moment, in the one order that hurts."""

from collections.abc import Callable

from tests.support.office import Office
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Channel, InboxKind
from whistle.intake.service import IntakeService
from whistle.keys.cases import CaseItems, hand_over, open_inbox_keys
from whistle.keys.records import Registration
from whistle.storage import casework as queries
from whistle.storage.intake import ReporterCase


class Interrupted(IntakeService):
    """A service where something else happens once, between reading a case and writing to it."""

    def __init__(self, office: Office, meanwhile: Callable[[], object]) -> None:
        super().__init__(office.installation)
        self.meanwhile = [meanwhile]

    def _open(self, receipt: Receipt) -> tuple[ReporterCase, CaseItems] | None:
        opened = super()._open(receipt)
        if self.meanwhile:
            self.meanwhile.pop()()
        return opened


def move_to_reserve(office: Office, case_id: bytes) -> None:
    """Hand a citizen's case to the reserve, as a recusal does."""
    opened = office.work_of(office.adviser).open(case_id)
    assert opened is not None
    keys = open_inbox_keys(opened.inbox, opened.stored.keys).keys
    target = office.installation.directory.inbox(Channel.CITIZEN, InboxKind.RESERVE)
    moved = hand_over(target, case_id, keys, Registration())
    with office.installation.store.write() as db:
        queries.hand_over(db, opened.stored.keys, moved.inbox_keys, moved.reporter_keys)
