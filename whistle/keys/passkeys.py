"""A member's seed under a passkey (``docs/sealing.md``, "Passkeys").

An authenticator's PRF gives 32 bytes that nobody else can have. The browser derives a key from them
and sends that alone; here it opens the member's seed, with no passphrase.
"""

from whistle.crypto.envelope import box, unbox
from whistle.crypto.errors import NotGrantedError
from whistle.crypto.place import PREFIX, Place, Purpose
from whistle.crypto.secret import Seed, SymmetricKey
from whistle.keys.keyring import Keyring
from whistle.storage.rows import PasskeyRow

PRF_SALT = (PREFIX + "member/passkey-prf").encode()


class UnlockKey(SymmetricKey):
    """What the browser derived at `unlock_place`: it opens one member's seed."""

    __slots__ = ()


def unlock_place(credential_id: bytes) -> Place:
    """Say where the browser derives; it does not know the installation, nor whose passkey it is."""
    return Place(Purpose.PASSKEY_UNLOCK, b"", item=credential_id)


def box_for_passkey(keyring: Keyring, credential_id: bytes, key: UnlockKey) -> bytes:
    """Box a member's seed for one passkey of theirs."""
    place = _place(keyring.installation, keyring.member_id, credential_id)
    return box(key, place, keyring.seed.reveal())


def open_by_passkey(installation: bytes, row: PasskeyRow, key: UnlockKey) -> Keyring:
    """Unlock a member; raise `NotGrantedError` for a passkey without PRF, else as `unbox`."""
    if row.seed_box is None:
        raise NotGrantedError("this passkey was not given the member's seed")
    place = _place(installation, row.member_id, row.credential_id)
    return Keyring(installation, row.member_id, Seed(unbox(key, place, row.seed_box)))


def _place(installation: bytes, member_id: bytes, credential_id: bytes) -> Place:
    return Place(Purpose.MEMBER_PASSKEY, installation, owner=member_id, item=credential_id)
