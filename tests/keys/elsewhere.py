"""The same secrets at another place: what a place alone has to refuse."""

from dataclasses import replace
from typing import NamedTuple

from tests.keys.people import INSTALLATION, OTHER_INSTALLATION, inbox, member
from whistle.keys.inbox_secret import InboxSecret
from whistle.keys.keyring import InboxKeys
from whistle.keys.steps import admit


class Places(NamedTuple):
    """An inbox at its second epoch, which came by an admission: the secret of both is the same.

    ``other_inbox`` and ``other_installation`` have its secret, too, and ``other_secret`` has
    another one. ``before``: the inbox before the admission.
    """

    here: InboxKeys
    before: InboxKeys
    other_inbox: InboxKeys
    other_installation: InboxKeys
    other_secret: InboxKeys


def places() -> Places:
    """Found an inbox, and let somebody in."""
    anne = member()
    office = inbox(anne)
    before = office.keys(anne)
    office.add(admit(anne, office.trusted, office.grants, member().public))
    here = office.keys(anne)
    secrets = anne.open_grants(office.trusted, office.grants_of(anne))
    trusted = office.trusted
    moved = replace(trusted, root=replace(trusted.root, inbox_id=b"O" * 16))
    newest = replace(trusted.current, installation=OTHER_INSTALLATION)
    abroad = replace(trusted, statements=(*trusted.statements[:-1], newest))
    others = {epoch: InboxSecret.random() for epoch in secrets}
    assert trusted.current.installation == INSTALLATION
    return Places(
        here,
        before,
        InboxKeys(moved, secrets),
        InboxKeys(abroad, secrets),
        InboxKeys(trusted, others),
    )
