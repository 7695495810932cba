"""The one family of errors of the sealing protocol: one class for one cause.

No message holds a key, a plaintext or a ciphertext, so that an error may be logged as it is.
"""


class SealingError(Exception):
    """Something sealed did not open, or must not be sealed. The base of all of them."""


class UnknownVersionError(SealingError):
    """The first byte names a version of the protocol that this code does not speak."""


class TruncatedError(SealingError):
    """A value is shorter than the shortest that the protocol can make."""


class UnreadableError(SealingError):
    """Authentication failed: another key, another place, another version, or changed bytes.

    An authenticated cipher cannot tell these apart, and nothing of the value is released.
    """


class PlaceError(SealingError):
    """A row names a generation, epoch or version that no value can have: below 0, or above u64."""


class PaddingError(SealingError):
    """An opened value is not padded as the protocol pads."""


class ContentError(SealingError):
    """An opened value is padded and authentic, but is not the record that was expected."""


class StreamLengthError(SealingError):
    """A sealed file has another number of chunks than its manifest says."""


class ReceiptError(SealingError):
    """A receipt cannot be read. The base of the two ways in which that happens."""


class ReceiptShapeError(ReceiptError):
    """A receipt has another number of symbols than 25, or a symbol outside the alphabet."""


class ReceiptCheckError(ReceiptError):
    """The check symbol does not fit: a symbol is wrong, or two have changed places."""


class StretchParametersError(SealingError):
    """Stored Argon2id parameters are weaker or dearer than the protocol allows."""


class KeyShapeError(SealingError):
    """A public key or secret has the wrong length, or is no key at all."""


class NotGrantedError(SealingError):
    """A member holds no grant for the epoch of an inbox that a value needs."""


class DirectoryError(SealingError):
    """The signed key directory cannot be trusted. Nothing may be sealed by it."""


class DirectoryInboxError(DirectoryError):
    """The configuration names no such inbox, so there is nothing to start trusting from."""


class DirectoryStatementError(DirectoryError):
    """The bytes of a statement are no statement, or not the canonical bytes of one."""


class DirectoryRootError(DirectoryError):
    """The first statement of an inbox is not the one whose fingerprint the configuration holds."""


class DirectorySignatureError(DirectoryError):
    """A statement is signed by nobody who may: no member of the one before, or not for this."""


class DirectoryChainError(DirectoryError):
    """Statements are missing, repeated, about another inbox, or a step that nobody may take."""


class DirectoryRollbackError(DirectoryError):
    """The newest statement is older than the configuration accepts, or than was trusted before."""


class DirectoryForkError(DirectoryError):
    """A statement is another than the one that was confirmed, or trusted before, at its epoch."""


class DirectoryMemberError(DirectoryError):
    """A key does not belong to the member or inbox that the directory names."""


class LogError(SealingError):
    """The base of what can be wrong with the audit log."""


class ProofError(LogError):
    """A tree, or a proof about one, that cannot be (RFC 9162)."""


class NoteError(LogError):
    """A signed note or a checkpoint that cannot be trusted. The base of why."""


class NoteShapeError(NoteError):
    """The bytes are no signed note, no key of one, or no checkpoint."""


class NoteUnsignedError(NoteError):
    """No key that is known has signed the note."""


class NoteSignatureError(NoteError):
    """A signature claims to be by a known key, and is not."""
