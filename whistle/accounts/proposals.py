"""Generated passphrases on their way to paper: people do not choose their own."""

import hmac

from whistle.crypto.passphrase import Passphrase
from whistle.crypto.place import Place, Purpose
from whistle.installation import Installation


class ProposedPassphrases:
    """Passphrases that a page shows and takes back; nothing of them is stored between."""

    def __init__(self, installation: Installation) -> None:
        """Work on ``installation``."""
        self._here = installation

    def propose(self, whose: bytes) -> tuple[Passphrase, str]:
        """Draw a passphrase for ``whose`` (an id), and a proof that it was drawn here."""
        passphrase = Passphrase.generate()
        return passphrase, self._proof(whose, passphrase)

    def is_proposed(self, whose: bytes, passphrase: Passphrase, proof: str) -> bool:
        """Say whether this very passphrase was drawn for ``whose``."""
        return hmac.compare_digest(self._proof(whose, passphrase).encode(), proof.encode())

    def _proof(self, whose: bytes, passphrase: Passphrase) -> str:
        place = Place(Purpose.FORM_TOKEN, self._here.id, item=whose, kind="generated passphrase")
        message = place.encode() + passphrase.show().encode()
        return hmac.digest(self._here.form_key.reveal(), message, "sha256").hex()
