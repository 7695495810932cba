"""Where a sealed value belongs: what binds it to its row (``docs/sealing.md``, "Places")."""

import struct
from dataclasses import dataclass
from enum import StrEnum

from whistle.crypto.errors import PlaceError

PREFIX = "whistle/v1/"
_length = struct.Struct(">I").pack
_ID_LENGTH = _length(16)
_numbers = struct.Struct(">IQIQI").pack
_u64s = struct.Struct(">QQ").pack


class Purpose(StrEnum):
    """What a value is sealed for. A value sealed for one purpose opens for no other."""

    RECEIPT_LOOKUP = "receipt/lookup"
    RECEIPT_REPORTER = "receipt/reporter"
    RECEIPT_NULLIFIER = "receipt/nullifier"
    MEMBER_HYBRID = "member/hybrid"
    MEMBER_SIGNING = "member/signing"
    MEMBER_FINGERPRINT = "member/fingerprint"
    MEMBER_SEED = "member/seed"
    MEMBER_TOTP = "member/totp"
    MEMBER_BACKUP_CODE = "member/backup-code"
    MEMBER_PASSKEY = "member/passkey"
    PASSKEY_UNLOCK = "member/passkey-unlock"
    MEMBER_KEY_FILE = "member/key-file"
    STATEMENT = "directory/statement"
    STATEMENT_HASH = "directory/statement-hash"
    INBOX_GRANT = "inbox/grant"
    RECOVERY_HYBRID = "recovery/hybrid"
    RECOVERY_SIGNING = "recovery/signing"
    RECOVERY_GRANT = "recovery/grant"
    RECOVERY_FINGERPRINT = "recovery/fingerprint"
    RECOVERY_SHARE = "recovery/share"
    RECOVERY_REPLY = "recovery/reply"
    CASE_KEYS_INBOX = "case/keys-for-inbox"
    CASE_KEYS_VAULT = "case/keys-in-vault"
    CASE_KEYS_REPORTER = "case/keys-for-reporter"
    REGISTRATION = "case/registration"
    ERASED_REASON = "case/erased-reason"
    ANONYMISED = "record/anonymised"
    BOOK = "record/book"
    COUNTED = "record/counted"
    RELEASE = "record/release"
    SATISFACTION = "satisfaction/answer"
    ITEM_KEY = "item/key"
    ITEM = "item/content"
    MEMORY = "memory"
    FILE_CHUNK = "file/chunk"
    SESSION_KEY = "session/key"
    SESSION_SEED = "session/seed"
    SESSION_CSRF = "session/csrf"
    REPORTER_SESSION = "reporter/session"
    FORM_TOKEN = "form/token"  # noqa: S105  (a purpose, not a password)
    LOG_KEY = "log/key"
    LOG_OLD_KEYS = "log/old-keys"
    LOG_DETAILS = "log/details"
    CONTENT_DIGEST = "content/digest"


def _counted(field: bytes) -> bytes:
    return _length(len(field)) + field


_PURPOSES = {purpose: _counted((PREFIX + purpose).encode()) for purpose in Purpose}


@dataclass(frozen=True, slots=True)
class Place:
    """The address of a sealed value; it goes into HPKE ``info``, AES-GCM ``aad`` and HKDF ``info``.

    ``installation``: 16 bytes. ``owner``: the inbox, case or member, 16 bytes or none.
    ``item``: the item, case, file or session within it, or none. ``kind``: a word for the kind of
    item. ``generation``: of the case keys, or the epoch of an inbox. ``version``: of a value
    that is rewritten in place. ``side``: who wrote it, where that is known before opening.

    Raises `PlaceError` for a number that is no u64, or no number: rows of a database can hold such.
    """

    purpose: Purpose
    installation: bytes
    owner: bytes = b""
    item: bytes = b""
    kind: str = ""
    generation: int = 0
    version: int = 0
    side: str = ""

    def __post_init__(self) -> None:
        """Check the numbers, as they are going to be written."""
        try:
            _u64s(self.generation, self.version)
        except struct.error as error:
            raise PlaceError("a generation, epoch or version that cannot be") from error

    def encode(self) -> bytes:
        """Give the canonical bytes: eight fields, each a big-endian u32 length and its bytes."""
        first, between, last = self._around_ids()
        owner, item = self.owner, self.item
        return b"".join(
            (first, _length(len(owner)), owner, between, _length(len(item)), item, last)
        )

    def around_ids(self) -> tuple[bytes, bytes, bytes]:
        """Give what stands before, between and after an owner and an item of 16 bytes each.

        For who opens thousands of values whose places differ in those alone.
        """
        first, between, last = self._around_ids()
        return first + _ID_LENGTH, between + _ID_LENGTH, last

    def _around_ids(self) -> tuple[bytes, bytes, bytes]:
        kind, side = self.kind.encode(), self.side.encode()
        return (
            _PURPOSES[self.purpose] + _length(len(self.installation)) + self.installation,
            _length(len(kind)) + kind,
            _numbers(8, self.generation, 8, self.version, len(side)) + side,
        )
