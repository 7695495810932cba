"""An old case, what is written later, and who leaves meanwhile: what thieves are played on."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.abuse.thieves import Copy, Thief
from tests.support.office import Office
from whistle.accounts.leaving import LeavingService
from whistle.casework.rotation import rotate_to_the_end
from whistle.crypto.errors import SealingError
from whistle.domain.channel import Channel, InboxKind
from whistle.keys.directory import TrustedInbox
from whistle.keys.keyring import Keyring
from whistle.keys.recovery import RecoveryKeyring

BEFORE, AFTER, NOTED = "Skrevet før", "Skrevet senere", "Kun i den nye sag"


def inboxes(office: Office) -> Sequence[TrustedInbox]:
    office.installation.directory.refresh()
    return office.installation.directory.inboxes


def citizens(office: Office) -> TrustedInbox:
    return office.installation.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)


def reserves(office: Office) -> TrustedInbox:
    return office.installation.directory.inbox(Channel.CITIZEN, InboxKind.RESERVE)


def goodbyes(office: Office, by: Keyring) -> LeavingService:
    return LeavingService(office.installation, office.member(by), by)


def leave(office: Office, who: Keyring, by: Keyring) -> None:
    plan = goodbyes(office, by).plan(who.member_id)
    assert plan is not None
    goodbyes(office, by).leave(plan)


def bring_up_to_date(office: Office, by: Keyring) -> None:
    for done in rotate_to_the_end(office.work_of(by)):
        assert not done.damaged


@dataclass
class Story:
    """An old case, and a copy of the database from when it was the only one."""

    office: Office
    receipt: str
    old: Copy

    @property
    def case_id(self) -> bytes:
        return self.office.case_of(self.receipt)

    def goes_on(self) -> Copy:
        """More is written in the old case, and in a new one; give the database as it is then."""
        reporter = self.office.reporter()
        reporter.come_back(self.receipt)
        assert reporter.write(AFTER).status_code == 303
        reporter.report(NOTED)
        return Copy.of(self.office)

    def thief(
        self, *keyrings: Keyring, now: Copy, trustees: Sequence[RecoveryKeyring] = ()
    ) -> Thief:
        """Somebody with these keys, the old copy and a newer one."""
        return Thief(inboxes(self.office), [self.old, now], keyrings, trustees)


def opens(office: Office, keyring: Keyring, case_id: bytes) -> bool:
    """Say whether a member opens a case, by their keys and by the page."""
    try:
        by_keys = office.work_of(keyring).open(case_id) is not None
    except SealingError:
        by_keys = False
    by_page = BEFORE in office.desk_of(keyring).open(case_id).text
    assert by_keys == by_page
    return by_keys
