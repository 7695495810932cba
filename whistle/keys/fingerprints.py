"""What a member's keys are known by: what is compared by voice before they are let in."""

import hashlib

from whistle.crypto.envelope import PublicKey
from whistle.crypto.errors import KeyShapeError
from whistle.crypto.place import Place, Purpose
from whistle.crypto.signing import VerifyingKey
from whistle.keys.fields import join_fields
from whistle.keys.statements import MemberKeys
from whistle.storage.rows import MemberRow


def member_fingerprint(installation: bytes, keys: MemberKeys) -> bytes:
    """Give the SHA-256 digest, 32 bytes, of a member's id and both public keys at its place."""
    place = Place(Purpose.MEMBER_FINGERPRINT, installation, owner=keys.member_id)
    fields = join_fields([keys.member_id, keys.public.raw, keys.verifying.raw])
    return hashlib.sha256(place.encode() + fields).digest()


def offered_keys(row: MemberRow) -> MemberKeys | None:
    """Read the keys that a member's row offers; none where there are none, or they are no keys.

    They are worth nothing before their fingerprint has been compared with their owner.
    """
    if row.public is None or row.verifying is None:
        return None
    try:
        return MemberKeys(row.id, PublicKey(row.public), VerifyingKey(row.verifying))
    except KeyShapeError:
        return None
