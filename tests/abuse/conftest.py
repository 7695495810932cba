"""The people of the stories in which thieves are played."""

import pytest

from tests.abuse.story import BEFORE, Story
from tests.abuse.thieves import Copy
from tests.support.newcomers import Newcomer, newcomer
from tests.support.office import Office
from whistle.accounts.key_files import KeyFileService
from whistle.accounts.newcomers import Admission, NewcomerService
from whistle.accounts.recovery_keys import RecoveryKeysService, Setting
from whistle.recovery.making import NewRecoveryKey, make_recovery_key
from whistle.recovery.public_file import Covers


@pytest.fixture
def deputy(office: Office) -> Newcomer:
    """Somebody who was let into all main inboxes, and has a key file."""
    who = newcomer(office)
    service = NewcomerService(office.installation, office.member(office.adviser), office.adviser)
    ids = [one.inbox_id for one in service.open_to(who.row)]
    assert service.admit(who.row, ids, who.spoken) is Admission.DONE
    KeyFileService(office.installation).make(who.keyring, "Tal")
    return who


@pytest.fixture
def recovery(office: Office) -> NewRecoveryKey:
    """A recovery key of the adviser's inboxes, any two of three."""
    today = office.clock.today()
    made = make_recovery_key(office.installation.id, Covers.DOORS, 2, 3, today)
    service = RecoveryKeysService(
        office.installation, office.member(office.adviser), office.adviser
    )
    assert service.give(made.public, made.public.fingerprint) is Setting.DONE
    return made


@pytest.fixture
def story(office: Office, deputy: Newcomer, recovery: NewRecoveryKey) -> Story:
    """Deputy and trustees are there, and so is a case that was opened."""
    del deputy, recovery
    receipt = office.reporter().report(BEFORE)
    assert office.work_of(office.adviser).open(office.case_of(receipt))
    return Story(office, receipt, Copy.of(office))
