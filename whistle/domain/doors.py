"""What a door asks for, and what the office registers: by the same identifiers."""

from collections.abc import Callable, Mapping, Sequence

from whistle.domain.channel import Channel
from whistle.domain.fields import UNKNOWN, Field
from whistle.domain.office import Choice, Office
from whistle.domain.table import ProfileError

# A door's field and the office's list that its options are of: read, and named for errors.
_TAKEN_OVER: Mapping[Channel, Mapping[str, tuple[str, Callable[[Office], Sequence[Choice]]]]] = {
    Channel.WHISTLEBLOWER: {
        "matter": ("whistleblowing.themes", lambda office: office.whistleblowing.themes),
    },
    Channel.COUNCIL: {
        "behaviour": ("council.behaviours", lambda office: office.council.behaviours),
        "reported_role": ("council.roles", lambda office: office.council.roles),
        "wish": ("council.wishes", lambda office: office.council.wishes),
        "consent": ("recipients", lambda office: office.recipients),
    },
    Channel.CITIZEN: {"centre": ("centres", lambda office: office.centres)},
}


def check_against_office(
    channel: Channel, fields: Sequence[Field], office: Office, place: str
) -> None:
    """Raise `ProfileError` when a door offers an option that cannot be registered."""
    for field in fields:
        if field.id not in _TAKEN_OVER[channel]:
            continue
        name, choices = _TAKEN_OVER[channel][field.id]
        ids = [one.id for one in choices(office)]
        strange = [one for one in field.options if one not in {*ids, UNKNOWN}]
        if strange:
            raise ProfileError(
                f"{place}, fields, {field.id}: {', '.join(strange)} is not in [[office.{name}]]; "
                f"add it there, or use {', '.join(ids)} or {UNKNOWN}"
            )
