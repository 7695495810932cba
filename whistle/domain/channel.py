"""Channels (in talk: doors) and their inboxes."""

from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    """A way of reporting, with rules of its own."""

    WHISTLEBLOWER = "whistleblower"
    COUNCIL = "council"
    CITIZEN = "citizen"


class InboxKind(StrEnum):
    """Every channel has two inboxes; the reserve's is for what concerns the adviser."""

    MAIN = "main"
    RESERVE = "reserve"


@dataclass(frozen=True, slots=True)
class InboxRoot:
    """What the configuration says of an inbox; the only reason to trust what the database says.

    ``inbox_id``: 16 bytes. ``fingerprint``: SHA-256 of the inbox's first directory statement.
    ``lowest_epoch``: a newest statement older than this is a rollback. ``lowest_digest``: SHA-256
    of the statement at that epoch, so that nobody who has left since can tell another story of
    it; none at epoch 1, where it is the fingerprint.
    """

    channel: Channel
    kind: InboxKind
    inbox_id: bytes
    fingerprint: bytes
    lowest_epoch: int = 1
    lowest_digest: bytes | None = None

    @property
    def anchor(self) -> bytes:
        """The digest of the newest statement that somebody confirmed."""
        return self.lowest_digest or self.fingerprint


class Side(StrEnum):
    """Who a message of the dialogue comes from."""

    REPORTER = "reporter"
    CASEWORK = "casework"
    SYSTEM = "system"


class Act(StrEnum):
    """What a message of the dialogue does, besides saying something."""

    WROTE = "wrote"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    REOPENED = "reopened"
    GAVE_IDENTITY = "gave identity"
    WITHDREW_IDENTITY = "withdrew identity"
    NEW_RECEIPT = "new receipt"
    TO_RESERVE = "passed to the reserve"
    TO_MAIN = "handed back"
    # a text put before the reporter: see `whistle.domain.approval`
    WROTE_IN = "wrote in"
    PROPOSED = "proposed"
    CORRECTED = "corrected"
    APPROVED = "approved"
    SENT = "sent"
    DROPPED = "dropped"
