"""Changing one's passphrase: it is drawn here and typed back, as in an invitation."""

from whistle.accounts.proposals import ProposedPassphrases
from whistle.accounts.service import stretching
from whistle.audit.log import deed
from whistle.crypto.passphrase import Passphrase
from whistle.domain.logged import Logged
from whistle.installation import Installation
from whistle.keys.keyring import Keyring, box_seed
from whistle.storage import members as queries
from whistle.storage.rows import MemberRow


class OwnPassphraseService:
    """The passphrase of one member, whose keys are at hand."""

    def __init__(self, installation: Installation, member: MemberRow, keyring: Keyring) -> None:
        """Work for ``member`` on ``installation``."""
        self._here = installation
        self._member = member
        self._keyring = keyring
        self._proposed = ProposedPassphrases(installation)

    def propose(self) -> tuple[Passphrase, str]:
        """Draw a passphrase, and a proof that it was drawn here."""
        return self._proposed.propose(self._member.id)

    def is_proposed(self, typed: Passphrase, proof: str) -> bool:
        """Say whether this very passphrase was drawn here for this member."""
        return self._proposed.is_proposed(self._member.id, typed, proof)

    def change(self, typed: Passphrase, proof: str) -> bool:
        """Have the member unlock by a passphrase that was drawn here; false for any other.

        The one before opens nothing any more, but in backups. Raises `TooBusyError` when too many
        are being stretched, and `ConflictError` when another was chosen meanwhile.
        """
        if not self.is_proposed(typed, proof):
            return False
        with stretching():
            stretch, seed_box = box_seed(self._keyring, typed)
        log = self._here.log_of(self._member)
        with log.write(deed(Logged.PASSPHRASE_CHANGED)) as db:
            queries.change_passphrase(db, self._member, stretch, seed_box)
        return True
