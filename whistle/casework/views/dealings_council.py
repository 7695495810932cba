"""What the page of a council member's case says besides: who is reported, who was told what.

The rules stand in `whistle.domain.council`.
"""

from dataclasses import dataclass

from flask_babel import gettext as _

from whistle.casework.cases import OpenedCase
from whistle.casework.consenting import consents_with
from whistle.casework.dealings import Bounds, standing_wish
from whistle.casework.views.dealings_shown import ShownDealing, day_words
from whistle.casework.views.dealings_words import why_words
from whistle.casework.views.rights_shown import Line
from whistle.domain.agreed import Why
from whistle.domain.channel import Channel
from whistle.domain.council import (
    MAYOR,
    RECORD_ONLY,
    contradicts_disagreement,
    needs_guidance,
)
from whistle.domain.filed import Disclosure, Referral
from whistle.domain.office import label_of
from whistle.web import current_language, long_date


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be known before anything is done. ``to_reserve``: it links to that step."""

    heading: str
    text: str
    is_warning: bool = True
    to_reserve: bool = False


def notices(held: Bounds, opened: OpenedCase, *, has_reserve: bool) -> list[Notice]:
    """Give what a page says above all else, by the rules of the council's door."""
    if held.channel is not Channel.COUNCIL:
        return []
    found, enquiry = [], opened.registration.enquiry
    if held.reported == MAYOR:
        found.append(Notice(_("Who can be told?"), why_words(Why.MAYOR_REPORTED)))
    if contradicts_disagreement(enquiry):
        text = _(
            "What somebody did is registered as well, such as a touch or a threat. That is more "
            "than an opinion. Look at the registration again."
        )
        found.append(Notice(_("Rejected as political disagreement"), text))
    elif needs_guidance(held.channel, enquiry):
        text = _("Tell the member where it belongs: in the group, or at a meeting.")
        found.append(Notice(_("Rejected as political disagreement"), text))
    told = [*opened.notebook.of_kind(Disclosure), *opened.notebook.of_kind(Referral)]
    if standing_wish(opened) == RECORD_ONLY and told:
        text = _("Others have been told all the same. Ask the member, and note what they wish now.")
        found.append(Notice(_("The member wishes that it is only noted"), text))
    if has_reserve:
        text = _(
            "The council has hired you. Say so if anybody could doubt that you are impartial here, "
            "and pass the case to the reserve."
        )
        heading = _("Are you the right one?")
        found.append(Notice(heading, text, is_warning=False, to_reserve=True))
    return found


def said_to_whom(held: Bounds, opened: OpenedCase) -> list[ShownDealing]:
    """Give what was told of a council member's case: to whom, when, by which way, by which yes."""
    consents, language = consents_with(opened), current_language()
    everybody = (*held.office.recipients, *held.office.centres)
    shown = []
    for kept, told in reversed(opened.notebook.of_kind(Disclosure)):
        yes = consents.get(told.consent)
        lines = (
            Line(_("Day"), long_date(told.day)),
            Line(_("By which way"), label_of(held.office.ways_in, told.how, language)),
            Line(_("What"), told.what, written=True),
            Line(_("By the yes of"), day_words(yes.given if yes else None)),
            Line(_("Taken back since"), day_words(yes.withdrawn if yes else None)),
        )
        title = label_of(everybody, told.recipient, language)
        state = _("With identity") if told.with_identity else _("Without identity")
        told_lines = tuple(line for line in lines if line.value)
        bad = yes is None
        one = kept.filed_id.hex(), kept.newest.version, told.kind, title, state, bad, told_lines
        shown.append(ShownDealing(*one))
    return shown
