"""Roles: which inboxes a member founds. A role shows buttons; keys decide what opens."""

from enum import StrEnum

from whistle.domain.channel import InboxKind


class Role(StrEnum):
    """The members an installation begins with."""

    ADVISER = "adviser"
    RESERVE = "reserve"

    @property
    def founds(self) -> InboxKind:
        """The inbox of each channel that this role's first member makes the keys of."""
        return InboxKind.RESERVE if self is Role.RESERVE else InboxKind.MAIN
