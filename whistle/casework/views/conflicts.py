"""Two people at once: who was slower is shown what the other did, and keeps what they wrote."""

from flask_babel import gettext as _
from wtforms import Field

from whistle.casework.views.blueprint import CONFLICT, renew
from whistle.signed_in import MemberForm
from whistle.uploads import Refusal


def is_conflict(refusal: Refusal | None) -> bool:
    """Say whether somebody was quicker."""
    return refusal is not None and refusal.status == CONFLICT


def changed_meanwhile() -> Refusal:
    """Say that somebody has changed it: a page shows what it says now, and the form below."""
    words = _(
        "Somebody changed this while you were writing. What it says now is shown below. Yours is "
        "not lost: save again to put it in its place."
    )
    return Refusal(words, CONFLICT)


def deleted_meanwhile() -> Refusal:
    """Say that somebody has deleted it: the form below is for a new one."""
    words = _("It has been deleted meanwhile. Your words are below: save them to file it anew.")
    return Refusal(words, CONFLICT)


def stand_beside(form: MemberForm, version: int, refusal: Refusal | None) -> bool:
    """Have a form name the version that it is shown beside, and say whether that is another one."""
    named: Field = form["version"]
    changed = is_conflict(refusal)
    if changed or not isinstance(named.data, int):
        named.raw_data = None  # shown is what is, not what was sent
        named.data = version
    renew(form)
    return changed
