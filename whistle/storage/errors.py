"""What can go wrong when something is stored."""


class StorageError(Exception):
    """The base of the storage room's errors."""


class DuplicateError(StorageError):
    """There is a row with this key already; nothing was written."""


class ConflictError(StorageError):
    """Somebody else changed the row first; nothing was written. Read it again and retry."""
