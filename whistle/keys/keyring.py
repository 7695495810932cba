"""A member's own keys, and the inbox secrets they open."""

import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from whistle.crypto.envelope import KeyPair, box, derive, open_seal, seal, unbox
from whistle.crypto.errors import DirectoryMemberError, NotGrantedError, SealingError
from whistle.crypto.passphrase import Passphrase, Stretch
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import Seed, SymmetricKey
from whistle.crypto.signing import SigningKey
from whistle.domain.channel import Channel, InboxKind, InboxRoot
from whistle.keys.directory import MemberKeys, Statement, TrustedInbox
from whistle.keys.inbox_secret import InboxSecret
from whistle.storage.rows import GrantRow, InboxRow, StatementRow
from whistle.storage.tables import HASH_BYTES, ID_BYTES

_Key = TypeVar("_Key")


class Keyring:
    """A member's seed, unlocked: lives in one request, and nowhere else."""

    def __init__(self, installation: bytes, member_id: bytes, seed: Seed) -> None:
        """Make the member's keys from ``seed``."""
        self.installation = installation
        self.member_id = member_id
        self.seed = seed
        self.pair = KeyPair(Seed(derive(seed, self._own(Purpose.MEMBER_HYBRID))))
        self.signing = SigningKey(Seed(derive(seed, self._own(Purpose.MEMBER_SIGNING))))

    @property
    def public(self) -> MemberKeys:
        """What the directory says of this member."""
        return MemberKeys(self.member_id, self.pair.public, self.signing.verifying)

    def open_grant(self, inbox: TrustedInbox, grant: GrantRow) -> InboxSecret:
        """Open an inbox's secret; raise `SealingError` if it is not this member's or not genuine.

        The secret must make the very public key that the directory names for that epoch.
        """
        place = _grant_place(self.installation, inbox.inbox_id, self.member_id, grant.epoch)
        secret = InboxSecret(open_seal(self.pair, place, grant.sealed))
        if secret.pair.public != inbox.at(grant.epoch).public:
            raise DirectoryMemberError("the granted secret is not this inbox's")
        return secret

    def open_grants(
        self, inbox: TrustedInbox, grants: Iterable[GrantRow]
    ) -> dict[int, InboxSecret]:
        """Open this member's grants for an inbox, by epoch, as far as they open.

        One that was damaged, or put there by who writes to the database, counts for nothing: what
        needs it is not granted, and everything else goes on.
        """
        opened = {}
        for grant in grants:
            if (grant.inbox_id, grant.member_id) == (inbox.inbox_id, self.member_id):
                with suppress(SealingError):
                    opened[grant.epoch] = self.open_grant(inbox, grant)
        return opened

    def _own(self, purpose: Purpose) -> Place:
        return Place(purpose, self.installation, owner=self.member_id)

    def __repr__(self) -> str:
        """Show the type and nothing else."""
        return "<Keyring>"


def box_seed(keyring: Keyring, passphrase: Passphrase) -> tuple[bytes, bytes]:
    """Box a member's seed under a passphrase; give the stretch parameters and the box."""
    stretch = Stretch.random()
    place = Place(Purpose.MEMBER_SEED, keyring.installation, owner=keyring.member_id)
    return stretch.encode(), box(stretch.key(passphrase), place, keyring.seed.reveal())


def unbox_seed(
    installation: bytes, member_id: bytes, stretch: bytes, seed_box: bytes, passphrase: Passphrase
) -> Keyring:
    """Unlock a member; raise `UnreadableError` for a wrong passphrase."""
    key = Stretch.decode(stretch).key(passphrase)
    place = Place(Purpose.MEMBER_SEED, installation, owner=member_id)
    return Keyring(installation, member_id, Seed(unbox(key, place, seed_box)))


@dataclass(frozen=True, slots=True)
class NewInbox:
    """What founding an inbox makes: rows to store, and the root for the configuration."""

    root: InboxRoot
    inbox: InboxRow
    statement: StatementRow
    grant: GrantRow


def found_inbox(founder: Keyring, channel: Channel, kind: InboxKind) -> NewInbox:
    """Make an inbox and its secret, in the first member's own session.

    It has no recovery key yet: trustees get one in a step of its own.
    """
    secret = InboxSecret.random()
    statement = Statement(
        founder.installation,
        secrets.token_bytes(ID_BYTES),
        channel,
        kind,
        epoch=1,
        public=secret.pair.public,
        recovery=None,
        previous=bytes(HASH_BYTES),
        members=(founder.public,),
    )
    return NewInbox(
        InboxRoot(channel, kind, statement.inbox_id, statement.digest),
        InboxRow(statement.inbox_id, channel, kind),
        statement.sign(founder.signing),
        seal_grant(secret, statement, founder.public),
    )


def seal_grant(secret: InboxSecret, statement: Statement, member: MemberKeys) -> GrantRow:
    """Seal the secret of the inbox and epoch of ``statement`` to a member."""
    place = _grant_place(
        statement.installation, statement.inbox_id, member.member_id, statement.epoch
    )
    sealed = seal(member.public, place, secret.reveal())
    return GrantRow(statement.inbox_id, statement.epoch, member.member_id, sealed)


def _grant_place(installation: bytes, inbox_id: bytes, member_id: bytes, epoch: int) -> Place:
    return Place(
        Purpose.INBOX_GRANT, installation, owner=inbox_id, item=member_id, generation=epoch
    )


class InboxKeys:
    """The secrets of one inbox by epoch, as one member opened them."""

    def __init__(self, inbox: TrustedInbox, secrets_by_epoch: dict[int, InboxSecret]) -> None:
        """Take what `open_inboxes` opened."""
        self.inbox = inbox
        self._pairs = {epoch: secret.pair for epoch, secret in secrets_by_epoch.items()}
        self._vaults = {epoch: secret.vault_key for epoch, secret in secrets_by_epoch.items()}

    @property
    def granted(self) -> frozenset[int]:
        """The epochs whose secret this member has."""
        return frozenset(self._vaults)

    def pair(self, epoch: int) -> KeyPair:
        """Give the inbox's key pair of an epoch, or raise `NotGrantedError`."""
        return self._of(self._pairs, epoch)

    def vault(self, epoch: int) -> SymmetricKey:
        """Give the vault key of an epoch, or raise `NotGrantedError`."""
        return self._of(self._vaults, epoch)

    @staticmethod
    def _of(keys: dict[int, _Key], epoch: int) -> _Key:
        if epoch not in keys:
            raise NotGrantedError("this member was not granted that epoch")
        return keys[epoch]


def open_inboxes(
    keyring: Keyring, inboxes: Sequence[TrustedInbox], grants: Sequence[GrantRow]
) -> list[InboxKeys]:
    """Open every inbox that ``grants`` give this member, in the order of ``inboxes``.

    Each with what opens of it: see `Keyring.open_grants`.
    """
    theirs = {grant.inbox_id for grant in grants if grant.member_id == keyring.member_id}
    return [
        InboxKeys(inbox, keyring.open_grants(inbox, grants))
        for inbox in inboxes
        if inbox.inbox_id in theirs
    ]
