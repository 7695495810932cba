"""The sign-in form."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import Length

_length = Length(max=500, message=_l("This is too long."))


class SignInForm(FlaskForm):
    """User name and passphrase; guarded by `whistle.web.refuse_cross_site`, as nobody is in yet."""

    class Meta:
        """There is no session whose token this could carry."""

        csrf = False

    username = StringField(_l("User name"), validators=[_length])
    passphrase = PasswordField(_l("Passphrase"), validators=[_length])


class BeginForm(FlaskForm):
    """Accepting an invitation: its two codes; then the passphrase, typed back from the paper."""

    class Meta:
        """Whoever begins has no session yet; the two codes are what this rests on."""

        csrf = False

    invitation = StringField(_l("Long code"), validators=[_length])
    code = StringField(_l("Short code"), validators=[_length])
    proof = HiddenField(validators=[_length])
    passphrase = PasswordField(_l("Passphrase"), validators=[_length])
