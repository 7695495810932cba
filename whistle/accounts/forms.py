"""The forms of signing in, and of what a member signs in with."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import Length

from whistle.signed_in import MemberForm

_length = Length(max=500, message=_l("This is too long."))


class SignInForm(FlaskForm):
    """User name and passphrase; guarded by `whistle.web.refuse_cross_site`, as nobody is in yet."""

    class Meta:
        """There is no session whose token this could carry."""

        csrf = False

    username = StringField(_l("User name"), validators=[_length])
    passphrase = PasswordField(_l("Passphrase"), validators=[_length])
    totp = StringField(validators=[_length])  # scripts send it along; people are asked for it next


class CodeForm(MemberForm):
    """The second factor: a code of the app, or a backup code."""

    totp = StringField(_l("Code"), validators=[_length])
    backup_code = StringField(_l("Backup code"), validators=[_length])

    @property
    def code(self) -> str:
        """What was given, in whichever field."""
        return (self.totp.data or "").strip() or (self.backup_code.data or "").strip()


class ProveForm(CodeForm):
    """Passphrase and second factor again, and the page that asked for them.

    ``undone``: what was sent and not done (``button`` or ``passphrase``), if anything was.
    """

    passphrase = PasswordField(_l("Passphrase"), validators=[_length])
    to = HiddenField(validators=[_length])
    undone = HiddenField(validators=[_length])


class AppForm(MemberForm):
    """An authenticator app: its secret, boxed for the member, and a first code."""

    app = HiddenField(validators=[_length])
    totp = StringField(_l("Code"), validators=[_length])


class PassphraseForm(MemberForm):
    """A new passphrase that was shown, typed back from the paper."""

    proof = HiddenField(validators=[_length])
    passphrase = PasswordField(_l("Passphrase"), validators=[_length])


class SessionForm(MemberForm):
    """One of the member's own sessions."""

    session = HiddenField(validators=[_length])


class BeginForm(FlaskForm):
    """Accepting an invitation: its two codes; then the passphrase, typed back from the paper."""

    class Meta:
        """Whoever begins has no session yet; the two codes are what this rests on."""

        csrf = False

    invitation = StringField(_l("Long code"), validators=[_length])
    code = StringField(_l("Short code"), validators=[_length])
    proof = HiddenField(validators=[_length])
    passphrase = PasswordField(_l("Passphrase"), validators=[_length])
