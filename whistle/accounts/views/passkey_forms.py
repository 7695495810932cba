"""The forms of passkeys and key files."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from whistle.accounts.key_files import LONGEST_NAME
from whistle.signed_in import MemberForm

_name = Length(max=LONGEST_NAME, message=_l("This is too long."))


class PasskeySignInForm(FlaskForm):
    """What a passkey answered, and the key that the browser derived; nobody is in yet."""

    class Meta:
        """There is no session whose token this could carry."""

        csrf = False

    credential = HiddenField()
    unlock = HiddenField()


class PasskeyForm(MemberForm):
    """What a passkey answered in a session; ``to`` and ``undone``: as in `ProveForm`."""

    credential = HiddenField()
    unlock = HiddenField()
    to = HiddenField()
    undone = HiddenField()


class NewPasskeyForm(PasskeyForm):
    """A new passkey, and what it is to be called."""

    name = StringField(_l("What shall it be called?"), validators=[_name])


class KeyFileForm(MemberForm):
    """A new key file, and what it is to be called."""

    name = StringField(_l("What is it for?"), validators=[_name])


class ChosenForm(MemberForm):
    """One of a list, by its id in hexadecimal."""

    id = HiddenField()

    @property
    def chosen(self) -> bytes:
        """The id; nothing where it is none."""
        try:
            return bytes.fromhex(self.id.data or "")
        except ValueError:
            return b""
