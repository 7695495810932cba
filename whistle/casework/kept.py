"""Why something is not erased: below all that erases, which `keeping` itself is not."""

from enum import StrEnum

from whistle.keys.records import Registration


class Keep(StrEnum):
    """Why something is not erased."""

    HELD = "held"  # a legal hold stands on the case
    ACCESS = "access"  # somebody asked to see it, and has no answer yet
    EARLY = "early"  # its day has not come, and no reason is given
    RESTED_ON = "rested-on"  # a consent by which something was told to somebody


class KeptError(Exception):
    """It is not erased; nothing was written."""

    def __init__(self, why: Keep) -> None:
        """Say why."""
        super().__init__(why)
        self.why = why


def check_not_held(registration: Registration) -> None:
    """Raise `KeptError` while a legal hold stands on the case: nothing is struck, nor erased."""
    if registration.held is not None:
        raise KeptError(Keep.HELD)
