"""Rules of the council's door that follow from who is reported, and from what it is about.

The adviser advises, mediates and refers, and never finds anybody guilty. They are hired by the
council: who cannot be impartial says so, and the case goes to the reserve (forvaltningsloven § 3,
`whistle.domain.recusal`).
"""

from whistle.domain.channel import Channel
from whistle.domain.office import Office
from whistle.domain.registration import Enquiry

MAYOR = "mayor"
DISAGREEMENT = "political_disagreement"
RECORD_ONLY = "record_only"
_OF_A_GROUP = "group_chair"


def is_under_the_mayor(office: Office, recipient: str) -> bool:
    """Say whether a recipient answers to the mayor, or belongs to a group that can be the mayor's.

    The mayor is the head of the administration from day to day (kommunestyrelsesloven § 31, stk.
    3), so every centre is; a group's chair may be the mayor's own.
    """
    return recipient == _OF_A_GROUP or office.centre(recipient) is not None


def refuses_recipient(channel: Channel, office: Office, reported_role: str, recipient: str) -> bool:
    """Say whether somebody may not be told as the mayor is reported.

    A report about the mayor goes to the council without the parties, or to an external lawyer, and
    to nobody whom the mayor leads. Who helps from outside can be told by consent as ever: the
    police, an authority, a psychologist; and the mayor, as the person it is about, for a talk.
    """
    reported = channel is Channel.COUNCIL and reported_role == MAYOR
    return reported and is_under_the_mayor(office, recipient)


def needs_guidance(channel: Channel, enquiry: Enquiry) -> bool:
    """Say whether a case is rejected as mere political disagreement.

    It is rejected with guidance: the door says where such a thing belongs, in the group or at a
    meeting, and so does who rejects it (forvaltningsloven § 7).
    """
    return channel is Channel.COUNCIL and enquiry.rejection == DISAGREEMENT


def contradicts_disagreement(enquiry: Enquiry) -> bool:
    """Say whether a case is called political disagreement and says that somebody was abused.

    Kommunalbestyrelsens medlemmer may disagree as sharply as they like; a touch, a threat or a
    remark on somebody's body is no opinion. Both are shown, and the adviser decides.
    """
    return enquiry.rejection == DISAGREEMENT and bool(enquiry.behaviours)
