"""Why something is not erased, in words."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import Length

from whistle.casework.forms import LONGEST_REASON
from whistle.casework.kept import Keep
from whistle.casework.views.blueprint import CONFLICT
from whistle.casework.views.paper_forms import Choice
from whistle.casework.views.rights_shown import refusal_words
from whistle.domain.erasing import Early
from whistle.domain.rules_disclosure import No
from whistle.fields import unix_lines
from whistle.signed_in import MemberForm
from whistle.uploads import Refusal


class HoldForm(MemberForm):
    """Why a case is held."""

    reason = TextAreaField(
        filters=[unix_lines],
        validators=[
            Length(max=LONGEST_REASON, message=_l("This is longer than 1,000 characters."))
        ],
    )


def kept_refusal(why: Keep) -> Refusal:
    """Say why something was not erased."""
    words = {
        Keep.HELD: _("A legal hold stands on the case. Nothing was erased."),
        Keep.ACCESS: _(
            "Somebody has asked for access, and has no answer yet. Answer first. Nothing was "
            "erased."
        ),
        Keep.EARLY: _("The day has not come. Choose why the case is erased before it."),
    }
    told = words.get(why) or " ".join(refusal_words([No.RESTED_ON]))
    return Refusal(told, 422 if why is Keep.EARLY else CONFLICT)


def early_choices() -> list[Choice]:
    """Give the fixed words that say why a case is erased before its day."""
    return [
        Choice(Early.NOT_OURS, _("The whole of it has nothing to do with the office")),
        Choice(Early.ASKED, _("The person it is about has the right to have it erased")),
        Choice(Early.TWICE, _("It was entered twice, or to try something out")),
    ]
