"""What whistleblowerloven (lov nr. 1436 of 29/6/2021) asks of a case besides its two clocks.

The clocks of § 12 stand in `whistle.domain.legal_clock`, what may be disclosed (§ 26) in
`whistle.domain.rules_disclosure`.
"""

from whistle.domain.channel import Channel
from whistle.domain.filed import Marking
from whistle.domain.registration import Enquiry

OUTSIDE = "none"
REJECTED = "rejected"
PENDING = "pending"


def needs_ground(enquiry: Enquiry) -> bool:
    """Say whether a report needs a ground for being rejected.

    § 12: the unit may reject what lies outside the act, and has no duty to forward it; how many
    were rejected is published every year (§ 27), so each says why.
    """
    return enquiry.scope == OUTSIDE or enquiry.result == REJECTED


def is_decided(enquiry: Enquiry) -> bool:
    """Say whether a report's scope (§ 1) and what came of it (§ 27) are decided."""
    return bool(enquiry.scope) and enquiry.result not in {"", PENDING}


def is_exempt(channel: Channel, marking: Marking) -> bool:
    """Say whether a document is exempt from access to documents (aktindsigt).

    § 25: what a whistleblower reported is. What was gathered in the case that followed is not, and
    neither is anything of the other doors, whose schemes are none of the act's (FOB 2020-44): there
    each document is looked at by itself.
    """
    return channel is Channel.WHISTLEBLOWER and marking is Marking.REPORT


def may_be_marked(channel: Channel, marking: Marking) -> bool:
    """Say whether a document may bear a marking: every one of a whistleblower's case bears one.

    § 25 speaks of the report alone, so that each is either that or the derived case's; elsewhere
    there is nothing of which to be derived.
    """
    return (channel is Channel.WHISTLEBLOWER) is (marking is not Marking.NONE)
