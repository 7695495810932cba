"""Roles: which inboxes a member may be let into. A role shows buttons; keys decide what opens.

No role gives the mayor, directors or the technician the content of cases (kommunestyrelsesloven
§ 65 e): there is none for the first two, and the last holds no inbox key.
"""

from enum import StrEnum

from whistle.domain.channel import InboxKind


class Role(StrEnum):
    """What a member is to the installation."""

    ADVISER = "adviser"
    DEPUTY = "deputy"
    RESERVE = "reserve"  # an external lawyer, a neighbouring municipality's adviser
    TECHNICIAN = "technician"  # runs it, and may read nothing
    READER = "reader"  # sees statistics before they are published

    @property
    def founds(self) -> InboxKind | None:
        """The inbox of each channel that this role's first member makes the keys of."""
        return {Role.ADVISER: InboxKind.MAIN, Role.RESERVE: InboxKind.RESERVE}.get(self)

    @property
    def may_open(self) -> InboxKind | None:
        """The kind of inbox that members of this role may be let into; none for most."""
        return InboxKind.MAIN if self is Role.DEPUTY else self.founds

    @property
    def may_invite(self) -> frozenset["Role"]:
        """Whom a member of this role may invite. Nobody invites a member with more than they have.

        An invitation opens nothing: whoever is in an inbox lets others in, after comparing keys.
        """
        return _INVITED_BY.get(self, frozenset())

    @property
    def may_remove(self) -> frozenset["Role"]:
        """Whose access a member of this role may end, besides their own.

        Nobody but a reserve ends a reserve's: what concerns the adviser is theirs to read.
        """
        return _REMOVED_BY.get(self, frozenset())


_INVITED_BY = {
    Role.ADVISER: frozenset(Role),
    Role.RESERVE: frozenset({Role.RESERVE}),
    Role.TECHNICIAN: frozenset({Role.TECHNICIAN}),
}
_REMOVED_BY = {
    Role.ADVISER: frozenset(Role) - {Role.RESERVE},
    Role.RESERVE: frozenset({Role.RESERVE}),
    Role.TECHNICIAN: frozenset({Role.TECHNICIAN}),
}
