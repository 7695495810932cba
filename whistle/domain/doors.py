"""What a door asks for, and what the office registers: by the same identifiers."""

from collections.abc import Mapping, Sequence
from operator import attrgetter

from whistle.domain.channel import Channel
from whistle.domain.fields import UNKNOWN, Field
from whistle.domain.office import Choice, Office
from whistle.domain.table import ProfileError

# A door's fields, and the lists of the office that their options are taken over into.
_TAKEN_OVER: Mapping[Channel, Mapping[str, str]] = {
    Channel.WHISTLEBLOWER: {"matter": "whistleblowing.themes"},
    Channel.COUNCIL: {
        "behaviour": "council.behaviours",
        "reported_role": "council.roles",
        "wish": "council.wishes",
        "consent": "recipients",
    },
    Channel.CITIZEN: {"centre": "centres"},
}


def check_against_office(
    channel: Channel, fields: Sequence[Field], office: Office, place: str
) -> None:
    """Raise `ProfileError` when a door offers an option that cannot be registered."""
    taken_over = _TAKEN_OVER[channel]
    for field in fields:
        if field.id not in taken_over:
            continue
        name = taken_over[field.id]
        choices: Sequence[Choice] = attrgetter(name)(office)
        ids = [one.id for one in choices]
        strange = [one for one in field.options if one not in {*ids, UNKNOWN}]
        if strange:
            raise ProfileError(
                f"{place}, fields, {field.id}: {', '.join(strange)} is not in [[office.{name}]]; "
                f"add it there, or use {', '.join(ids)} or {UNKNOWN}"
            )
