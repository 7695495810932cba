"""Why a case is not passed on to a centre, in words."""

from flask_babel import gettext as _

from whistle.casework.consenting import channel_of
from whistle.casework.service import OpenedCase
from whistle.casework.views.blueprint import CONFLICT
from whistle.domain.channel import Channel
from whistle.domain.referral import Hindrance
from whistle.uploads import Refusal


def hindered_refusal(opened: OpenedCase, hindrance: Hindrance) -> Refusal:
    """Refuse a letter in words."""
    return Refusal(hindrance_words(opened, hindrance), 422)


def hindrance_words(opened: OpenedCase, hindrance: Hindrance) -> str:
    """Say why a case may not be passed on like this, and what to do."""
    is_council = channel_of(opened) is Channel.COUNCIL
    return {
        Hindrance.NO_RECIPIENT: _(
            "A case of this door cannot be passed on to this centre, or to a part of it. Choose "
            "another, or the centre as a whole."
        ),
        Hindrance.NOTHING_WITHOUT_CONSENT: _(
            "Nothing of this case may leave without the council member’s consent to tell this "
            "centre. Ask for it, and file it under “Consent and access”. Your letter is below."
        )
        if is_council
        else _(
            "Nothing of this case may leave before the citizen has said yes to this centre. Ask, "
            "and tick “The citizen has said yes”. Your letter is below."
        ),
        Hindrance.MAYOR_REPORTED: _(
            "The mayor is reported, and leads every centre. This can go to the council without the "
            "parties, or to an external lawyer. Your letter is below."
        ),
        Hindrance.WITHDRAWN: _(
            "The consent for this centre has been withdrawn. No letter is made any more. If it "
            "left before, on a day when the consent stood, file it as sent."
        ),
        Hindrance.DAMAGED: _(
            "Something that is filed on this case does not open. It may be that a consent was "
            "withdrawn, so nothing leaves. Tell whoever runs the server. Your letter is below."
        ),
        Hindrance.NO_IDENTITY_WITHOUT_CONSENT: _(
            "Nobody has consented that this centre is told who it is. Ask for it and file it "
            "under “Consent and access”, or send the letter without. Your letter is below."
        ),
    }[hindrance]


def filed_and_deleted() -> Refusal:
    """Refuse a letter that was filed from the same form, and deleted."""
    return Refusal(
        _("This letter was filed, and deleted again. Nothing was stored: file it anew if it left."),
        CONFLICT,
    )
