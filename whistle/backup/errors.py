"""Refusals of backup and restore; each message says what is wrong and the mend."""

from whistle.domain.errors import RefusedError


class CopyError(RefusedError):
    """A copy cannot be made, or cannot be used."""
