"""Second factors as a member keeps them: the app's secret boxed, backup codes as digests.

Both are bound to the member's seed: the database alone shows no secret and tries no code.
"""

import hmac
import secrets

from whistle.crypto.envelope import box, derive, unbox
from whistle.crypto.place import Place, Purpose
from whistle.crypto.receipt import ALPHABET
from whistle.crypto.secret import SymmetricKey
from whistle.crypto.totp import TotpSecret
from whistle.keys.keyring import Keyring

BACKUP_CODES = 10
_SYMBOLS = 10  # 50 bits, tried by hand: a wrong one is counted
_FORGIVEN = str.maketrans("OIL", "011", " -\t")


def box_totp(keyring: Keyring, secret: TotpSecret) -> bytes:
    """Box an authenticator app's secret for its member."""
    place = _place(keyring, Purpose.MEMBER_TOTP)
    return box(_key(keyring, place), place, secret.reveal())


def unbox_totp(keyring: Keyring, boxed: bytes) -> TotpSecret:
    """Open what `box_totp` made for the same member, or raise a `SealingError`."""
    place = _place(keyring, Purpose.MEMBER_TOTP)
    return TotpSecret(unbox(_key(keyring, place), place, boxed))


def draw_backup_codes() -> list[str]:
    """Draw ten codes, as they are printed: ``XXXXX-XXXXX``."""
    drawn = [
        "".join(secrets.choice(ALPHABET) for _ in range(_SYMBOLS)) for _ in range(BACKUP_CODES)
    ]
    return [f"{code[:5]}-{code[5:]}" for code in drawn]


def looks_like_backup_code(text: str) -> bool:
    """Tell a backup code from a code of an app, which has six digits."""
    return len(_symbols(text)) == _SYMBOLS


def backup_code_digest(keyring: Keyring, code: str) -> bytes:
    """Give the 32 bytes under which a code is kept; case, spaces and hyphens are forgiven.

    HMAC under a key from the seed: 50 bits would not last long against whoever has the database.
    """
    place = _place(keyring, Purpose.MEMBER_BACKUP_CODE)
    return hmac.digest(derive(keyring.seed, place), _symbols(code).encode(), "sha256")


def _symbols(code: str) -> str:
    return code.upper().translate(_FORGIVEN)


def _place(keyring: Keyring, purpose: Purpose) -> Place:
    return Place(purpose, keyring.installation, owner=keyring.member_id)


def _key(keyring: Keyring, place: Place) -> SymmetricKey:
    return SymmetricKey(derive(keyring.seed, place))
