"""What can go wrong when something is stored."""


class StorageError(Exception):
    """The base of the storage room's errors."""


class DuplicateError(StorageError):
    """There is a row with this key already; nothing was written."""


class BusyError(StorageError):
    """Others write, and went on for longer than can be waited; nothing was written."""


class UncertainError(StorageError):
    """The connection broke while the commit was under way: it may have been written, or not."""


class SessionOverError(StorageError):
    """The session that asked for it has ended meanwhile; nothing was written."""


class DoneError(StorageError):
    """Somebody else has done it already; nothing was written."""


class UnloggedError(StorageError):
    """An act could not be written to the log, or was not; so it was not done."""


class ConflictError(StorageError):
    """Somebody else changed the row first; nothing was written. Read it again and retry."""
