"""Why a report cannot be published."""

from enum import Enum

from whistle.domain.errors import RefusedError


class Why(Enum):
    """Why nothing can be published, whatever is hidden."""

    NOT_OVER = "the period is not over yet"
    DAMAGED = "there are cases that do not open, so the numbers would be wrong for ever"
    UNREADABLE = "an earlier report does not read, so nothing can be proved beside it"
    LOST = "whom an earlier report counted is not there, or does not open"
    NOT_KEPT = "an earlier report says other numbers, and it was not kept whom it counted"
    OTHER_SOURCES = "an earlier report of these days counted other inboxes or other releases"
    CONTRADICTS = "the numbers contradict those of a report that is published"
    TOO_FEW = "earlier reports differ on these days by too few to be told of"
    UNPROVED = "the certificate does not prove it"


class NotPublishedError(RefusedError):
    """Nothing can be published."""

    def __init__(self, why: Why) -> None:
        """Say why."""
        super().__init__(f"nothing can be published: {why.value}")
        self.why = why
