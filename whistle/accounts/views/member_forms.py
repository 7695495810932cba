"""The forms with which members invite others, and let them in."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField, ValidationError
from wtforms.validators import AnyOf, DataRequired, Length

from whistle.domain.role import Role
from whistle.domain.username import is_username, plain_username
from whistle.signed_in import MemberForm

LONGEST = 80


def _visible(_form: object, field: Field) -> None:
    """Refuse a name with characters that nobody sees: it could look like somebody else's."""
    if not field.data.isprintable():
        raise ValidationError(_("Only letters, digits and signs that can be seen."))


def _username(_form: object, field: Field) -> None:
    if not is_username(field.data):
        raise ValidationError(_("2 to 32 small letters, digits, dots or hyphens."))


class InviteForm(MemberForm):
    """Who is invited: name, user name, role."""

    name = StringField(
        _l("Name"),
        filters=[lambda text: " ".join((text or "").split())],
        validators=[
            DataRequired(_l("Write the name.")),
            Length(max=LONGEST, message=_l("This is too long.")),
            _visible,
        ],
    )
    username = StringField(
        _l("User name"),
        filters=[lambda text: plain_username(text or "")],
        validators=[_username],
    )
    role = StringField(
        _l("Role"), validators=[AnyOf([role.value for role in Role], message=_l("Choose a role."))]
    )


class LetInForm(MemberForm):
    """What was heard on the telephone; the inboxes are read by hand."""

    heard = StringField(
        _l("What you heard"), validators=[Length(max=200, message=_l("This is too long."))]
    )
