"""A member's own keys: what they are known by, new ones for an inbox, new ones for themselves."""

from dataclasses import dataclass

from whistle.accounts.proposals import ProposedPassphrases
from whistle.accounts.service import stretching
from whistle.accounts.steps import make_steps
from whistle.audit.log import deed
from whistle.crypto.passphrase import Passphrase
from whistle.crypto.secret import Seed
from whistle.domain.fingerprint import show_fingerprint, show_spoken
from whistle.domain.logged import Logged
from whistle.installation import Installation
from whistle.keys.directory import TrustedInbox
from whistle.keys.factors import box_totp, unbox_totp
from whistle.keys.fingerprints import member_fingerprint
from whistle.keys.keyring import Keyring, box_seed
from whistle.keys.steps import renew, rotate
from whistle.storage import directory as queries
from whistle.storage import membership
from whistle.storage.rows import MemberRow


@dataclass(frozen=True, slots=True)
class MyInbox:
    """An inbox of one's own: the fingerprint of its newest statement, for the configuration.

    ``confirmed``: the configuration refuses whatever is older.
    """

    inbox: TrustedInbox
    fingerprint: str
    confirmed: bool


class UnconfirmedError(Exception):
    """This member made the keys of an inbox that nobody has confirmed: they would be lost."""


class OwnKeysService:
    """What one member does with their own keys."""

    def __init__(self, installation: Installation, member: MemberRow, keyring: Keyring) -> None:
        """Work on ``installation`` with the keys of one member."""
        self._here = installation
        self._member = member
        self._keyring = keyring
        self.passphrases = ProposedPassphrases(installation)

    @property
    def spoken(self) -> str:
        """The member's own fingerprint, to be read aloud: made of the keys, not of any row."""
        return show_spoken(member_fingerprint(self._here.id, self._keyring.public))

    def inboxes(self) -> list[MyInbox]:
        """Give the inboxes this member is in, as the directory is now."""
        self._here.directory.refresh()
        return [
            MyInbox(inbox, show_fingerprint(inbox.current.digest), _is_confirmed(inbox))
            for inbox in self._mine()
        ]

    def inbox(self, inbox_id: bytes) -> TrustedInbox | None:
        """Give an inbox that this member is in; none for any other."""
        return next((one for one in self._mine() if one.inbox_id == inbox_id), None)

    def rotate(self, inbox_id: bytes) -> bool:
        """Give an inbox new keys; false for one that this member is not in.

        Raises `ConflictError` when somebody else was quicker.
        """
        self._here.directory.refresh()
        inbox = self.inbox(inbox_id)
        if inbox is None:
            return False
        steps = make_steps(
            self._here, self._keyring, lambda grants: [rotate(self._keyring, inbox, grants)]
        )
        done = deed(Logged.INBOX_KEYS_RENEWED, inboxes=[inbox_id])
        with self._here.log_of(self._member).write(done) as db:
            for step in steps:
                queries.add_step(db, step)
        self._here.directory.refresh()
        return True

    @property
    def has_unconfirmed(self) -> bool:
        """Whether this member holds the keys of an inbox that the configuration does not name."""
        with self._here.store.read() as db:
            granted = {grant.inbox_id for grant in queries.grants_of(db, self._member.id)}
        return not granted <= {inbox.inbox_id for inbox in self._here.directory.inboxes}

    def renew(self, passphrase: Passphrase, proof: str) -> Keyring | None:
        """Replace this member's keys by new ones, under a new passphrase. All sessions end.

        None where ``passphrase`` is not the one that was drawn. Raises `ConflictError` when
        something changed meanwhile, `TooBusyError` when too many passphrases are being stretched,
        and `UnconfirmedError`; nothing is stored then.
        """
        if self.has_unconfirmed:
            raise UnconfirmedError
        if not self.passphrases.is_proposed(self._member.id, passphrase, proof):
            return None
        self._here.directory.refresh()
        epochs = {inbox.inbox_id: inbox.epoch for inbox in self._here.directory.inboxes}
        renewed = Keyring(self._here.id, self._member.id, Seed.random())
        steps = make_steps(
            self._here,
            self._keyring,
            lambda grants: [renew(self._keyring, renewed, inbox, grants) for inbox in self._mine()],
        )
        row = self._rewritten(renewed, passphrase)
        done = deed(Logged.KEYS_RENEWED, inboxes=[step.statement.inbox_id for step in steps])
        with self._here.log_of(self._member).write(done) as db:
            membership.renew(db, self._member, row)
            queries.check_epochs(db, epochs)
            for step in steps:
                queries.add_step(db, step)
        self._here.directory.refresh()
        return renewed

    def _rewritten(self, renewed: Keyring, passphrase: Passphrase) -> membership.RenewedMember:
        with stretching():
            stretch, seed_box = box_seed(renewed, passphrase)
        totp_box = self._member.totp_box
        if totp_box is not None:
            totp_box = box_totp(renewed, unbox_totp(self._keyring, totp_box))
        offered = renewed.public
        return membership.RenewedMember(
            self._member.id,
            stretch,
            seed_box,
            offered.public.raw,
            offered.verifying.raw,
            totp_box,
        )

    def _mine(self) -> list[TrustedInbox]:
        mine = self._keyring.public
        return [one for one in self._here.directory.inboxes if mine in one.current.members]


def _is_confirmed(inbox: TrustedInbox) -> bool:
    return inbox.root.lowest_epoch == inbox.epoch
