"""The papers of a mediation and of a proposal: always in the municipality's own language, Danish.

Neither tells who the person is: a proposal goes without them, and who met knows whom they met.
"""

from collections.abc import Iterable
from datetime import date

from babel.dates import format_date
from flask_babel import gettext as _

from whistle.casework.cases import OpenedCase
from whistle.casework.service import CaseworkService
from whistle.casework.views.dealings_words import roles
from whistle.casework.views.referrals_letters import LANGUAGE, reference_of
from whistle.domain.channel import Channel
from whistle.domain.disguise import show_controls
from whistle.domain.improvement import Improvement
from whistle.domain.mediation import Mediation, Meeting
from whistle.domain.office import Office, label_of
from whistle.domain.referral import office_naming
from whistle.letters.papers import Fact, Letter
from whistle.web import speaking


def agreement_paper(
    work: CaseworkService, opened: OpenedCase, mediation: Mediation, meetings: Iterable[Meeting]
) -> Letter:
    """Give the agreement that a mediation came to, with when both met and who was there."""
    settled = mediation.settled or work.here.clock.today()
    office = office_naming(work.here.profiles, mediation.begun, mediation.other_side)
    side = label_of((*office.centres, *office.recipients), mediation.other_side, LANGUAGE)
    with speaking(LANGUAGE):
        parts = [_begins(opened), mediation.agreement.strip()]
        parts += [_met(one) for one in sorted(meetings, key=lambda one: one.day) if one.is_held]
        if mediation.follow_up:
            day = _day(mediation.follow_up)
            parts.append(_("We look at it together again on %(day)s.", day=day))
        facts = (Fact(_("Agreed on"), _day(settled)), _reference(opened))
        subject = _("Agreement after mediation")
        return _letter(work, settled, side, facts, (subject, "\n\n".join(parts)))


def proposal_letter(work: CaseworkService, opened: OpenedCase, proposal: Improvement) -> Letter:
    """Give the letter that a proposal is passed on in, or would be today."""
    day = proposal.passed_on or work.here.clock.today()
    office = office_naming(work.here.profiles, day, proposal.centre)
    words = office.letter[LANGUAGE]
    with speaking(LANGUAGE):
        greeting = _filled(words.greeting, office, proposal, day)
        told = _(
            "A citizen has told me what they experienced with you, and has said yes to my passing "
            "it on as a proposal. Who the citizen is, is not part of it."
        )
        asked = _(
            "Please tell me by %(day)s whether you take it up, and how. It is no complaint, and "
            "nobody is to be found.",
            day=_day(proposal.reply_by),
        )
        if proposal.reply_by is None:
            asked = _(
                "Please tell me whether you take it up, and how. It is no complaint, and nobody is "
                "to be found."
            )
        parts = [greeting, told, proposal.text.strip(), asked, words.signature]
        subject = proposal.subject or _("A proposal for improvement")
        side = label_of(office.centres, proposal.centre, LANGUAGE)
        facts = (Fact(_("Date"), _day(day)), _reference(opened))
        return _letter(work, day, side, facts, (subject, "\n\n".join(parts)))


def _reference(opened: OpenedCase) -> Fact:
    return Fact(_("Our reference"), reference_of(opened.case))


def _begins(opened: OpenedCase) -> str:
    if opened.inbox.inbox.root.channel is Channel.CITIZEN:
        return _("The citizen and the centre have met with the citizen adviser, and agree on this:")
    return _("Both have met with the citizen adviser, and agree on this:")


def _met(meeting: Meeting) -> str:
    there = roles(meeting.present)
    held = _("We met on %(day)s.", day=_day(meeting.day))
    return held + (" " + _("There were: %(roles)s.", roles=there) if there else "")


def _letter(
    work: CaseworkService,
    day: date,
    side: str,
    facts: tuple[Fact, ...],
    words: tuple[str, str],
) -> Letter:
    """Put a letter together; ``words``: its subject and its body."""
    profile, (subject, body) = work.here.profiles.on(day), words
    return Letter(
        LANGUAGE,
        (_("The citizen adviser"), profile.municipality),
        (side,),
        facts,
        show_controls(subject),
        body,
        (
            _("The citizen adviser") + ", " + profile.municipality + ", " + profile.address,
            _("Telephone %(phone)s", phone=profile.phone) + ", " + profile.email,
        ),
    )


def _filled(text: str, office: Office, proposal: Improvement, day: date) -> str:
    centre = label_of(office.centres, proposal.centre, LANGUAGE)
    return text.replace("{centre}", centre).replace("{day}", _day(proposal.reply_by or day)).strip()


def _day(day: date | None) -> str:
    return format_date(day, "long", locale=LANGUAGE) if day else ""
