"""What is said of mediation, proposals, wishes, support and risk, in words."""

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _

from whistle.casework.timeline import What
from whistle.domain.agreed import Why
from whistle.domain.filed import Purpose
from whistle.domain.improvement import Improvement, TakenUp
from whistle.domain.mediation import Mediation, Meeting, Present, Result
from whistle.domain.office import Office, label_of
from whistle.domain.support import Help, Level, Support, Wish
from whistle.keys.filed import Dealing


def why_words(why: Why) -> str:
    """Say why something may not be noted, or no paper of it made."""
    return {
        Why.NOT_HERE: _("This cannot be noted on a case like this."),
        Why.UNKNOWN: _("This is none of those that can be chosen here."),
        Why.NO_CONSENT: _(
            "The person whose case it is has not said yes to this on that day. Ask first, and note "
            "the yes. Nothing is told to anybody before."
        ),
        Why.WITHDRAWN: _(
            "The person whose case it is has taken their yes back. Nothing goes on without a new "
            "one."
        ),
        Why.OTHER_SIDE_MISSING: _(
            "The other side has not said yes on that day. Note its yes first, with the day."
        ),
        Why.OTHER_SIDE_WITHDREW: _("The other side has said no, or taken its yes back."),
        Why.NOTHING_AGREED: _("There is no agreement to make a paper of."),
        Why.MAYOR_REPORTED: _(
            "The mayor is reported. This goes to the council without the parties, or to an "
            "external lawyer, and to nobody whom the mayor leads."
        ),
        Why.NO_TIE: _(
            "The municipality can help where it is closely tied to the member’s office (§ 16, stk. "
            "11). Write how it is."
        ),
        Why.RESTED_ON: _("It has meetings. Delete those first."),
        Why.DAMAGED: _(
            "Something that is filed on this case does not open. It may be that a consent was "
            "withdrawn, so nothing goes on. Tell whoever runs the server."
        ),
    }[why]


def purpose_words() -> Mapping[Purpose, str]:
    """Say what somebody says yes to."""
    return {
        Purpose.CASE: _("That they get something of the case"),
        Purpose.MEDIATION: _("That they are asked to mediate"),
        Purpose.PROPOSAL: _("That a proposal for improvement is passed on, without a name"),
    }


def result_words() -> Mapping[Result, str]:
    """Say what came of a mediation."""
    return {
        Result.AGREEMENT: _("Agreement"),
        Result.PARTLY: _("Partly agreement"),
        Result.NONE: _("No agreement"),
        Result.BROKEN_OFF: _("Broken off"),
    }


def present_words() -> Mapping[Present, str]:
    """Say who was at a meeting, by role."""
    return {
        Present.CITIZEN: _("The citizen"),
        Present.MEMBER: _("The council member"),
        Present.COMPANION: _("A companion of theirs"),
        Present.REPRESENTATIVE: _("A representative of theirs"),
        Present.ADVISER: _("The citizen adviser"),
        Present.OTHER_SIDE: _("The other side"),
        Present.MANAGER: _("A manager of the centre"),
        Present.CASEWORKER: _("A caseworker of the centre"),
        Present.SPECIALIST: _("A specialist"),
        Present.INTERPRETER: _("An interpreter"),
    }


def roles(present: Iterable[Present]) -> str:
    """Name who was at a meeting, in one line that goes on."""
    named = [present_words()[one] for one in present]
    return ", ".join(one[0].lower() + one[1:] for one in named)


def taken_up_words() -> Mapping[TakenUp, str]:
    """Say whether a centre took a proposal up."""
    return {
        TakenUp.YES: _("Taken up"),
        TakenUp.PARTLY: _("Taken up in part"),
        TakenUp.NO: _("Not taken up"),
    }


def help_words() -> Mapping[Help, str]:
    """Say what support is."""
    return {
        Help.PSYCHOLOGIST: _("Psychologist"),
        Help.POLICE: _("Help to report to the police"),
        Help.LAWYER: _("Legal advice"),
        Help.TALK: _("Talks with the citizen adviser"),
        Help.OTHER: _("Other help"),
    }


def level_words() -> Mapping[Level, str]:
    """Say how great a risk is."""
    return {
        Level.LOW: _("Low risk"),
        Level.RAISED: _("Raised risk"),
        Level.HIGH: _("High risk"),
    }


def heading_of(what: What, about: Dealing, office: Office, language: str) -> str:
    """Say what happened on a day of the timeline."""
    match about:
        case Mediation():
            heading = _mediation(what, about, office, language)
        case Meeting():
            heading = _("A meeting of the mediation")
        case Improvement():
            centre = label_of(office.centres, about.centre, language)
            heading = {
                What.PASSED_ON: _("A proposal was passed on to %(centre)s", centre=centre),
                What.TAKEN_UP: _("%(centre)s answered the proposal", centre=centre),
            }.get(what, _("A proposal for %(centre)s was written", centre=centre))
        case Wish():
            wish = label_of(office.council.wishes, about.wish, language)
            heading = _("The member wishes: %(wish)s", wish=wish)
        case Support():
            heading = _("Support: %(help)s", help=help_words()[about.help])
        case _:
            heading = _("The risk was assessed: %(level)s", level=level_words()[about.level])
    return heading


def _mediation(what: What, about: Mediation, office: Office, language: str) -> str:
    side = label_of((*office.centres, *office.recipients), about.other_side, language)
    result = result_words().get(about.result) if about.result else ""
    return {
        What.AGREED_TO_MEDIATE: _("%(side)s said yes to mediation", side=side),
        What.NO_TO_MEDIATION: _("%(side)s said no to mediation", side=side),
        What.SETTLED: _("Agreement with %(side)s", side=side),
        What.FOLLOWED_UP: _("The agreement with %(side)s was followed up", side=side),
        What.MEDIATED: _("The mediation ended: %(result)s", result=result or ""),
    }.get(what, _("Mediation with %(side)s was begun", side=side))


def texts_of(what: What, about: Dealing) -> list[str]:
    """Give what was written of what happened on a day of the timeline."""
    match about:
        case Mediation():
            texts = {
                What.MEDIATION: [about.about],
                What.SETTLED: [about.agreement],
                What.FOLLOWED_UP: [about.findings],
            }.get(what, [])
        case Meeting():
            texts = [about.place, roles(about.present), about.minutes]
        case Improvement() if what is What.TAKEN_UP:
            taken_up = taken_up_words()[about.taken_up] if about.taken_up else ""
            texts = [taken_up, about.answer]
        case Improvement():
            texts = [about.subject, about.text]
        case Wish():
            texts = [about.words]
        case Support():
            texts = [about.provider, about.tie, about.words]
        case _:
            texts = [about.words, about.measures]
    return texts


def kind_words(about: Dealing) -> tuple[str, str]:
    """Say what something is, and what it says, where it is to be erased."""
    match about:
        case Mediation():
            words = _("A mediation"), f"{about.about}\n{about.agreement}\n{about.findings}"
        case Meeting():
            words = _("A meeting"), f"{about.place}\n{about.minutes}"
        case Improvement():
            texts = f"{about.subject}\n{about.text}\n{about.answer}"
            words = _("A proposal for improvement"), texts
        case Wish():
            words = _("A wish"), about.words
        case Support():
            words = _("Support"), f"{about.provider}\n{about.tie}\n{about.words}"
        case _:
            words = _("An assessment of risk"), f"{about.words}\n{about.measures}"
    return words[0], words[1].strip()
