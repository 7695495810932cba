"""The member of the current request, and the forms only that member's own pages can send."""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, cast

from flask import Response, abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import UserMixin, current_user
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import ValidationError
from wtforms.csrf.core import CSRF

from whistle.keys.keyring import Keyring
from whistle.keys.sessions import SessionToken
from whistle.storage.rows import MemberRow
from whistle.web import this_installation

_Arguments = ParamSpec("_Arguments")


@dataclass(frozen=True, slots=True, eq=False)
class SignedIn(UserMixin):
    """A member with their keys unlocked, for the length of one request.

    ``proved``: when they last showed passphrase or passkey and second factor, UTC without zone;
    none in a half session. ``proof_is_fresh``: that still counts for what changes keys.
    ``must_enrol``: they have no second factor yet, and this half session is for choosing one.
    """

    row: MemberRow
    keyring: Keyring
    token: SessionToken
    csrf_token: str
    proved: datetime | None
    proof_is_fresh: bool
    must_enrol: bool

    @property
    def name(self) -> str:
        """What the member is called."""
        return self.row.name

    @property
    def role(self) -> str:
        """The member's role; it shows buttons, and opens nothing."""
        return self.row.role

    @property
    def role_title(self) -> str:
        """What the role is called, in the language of the request."""
        return role_title(self.row.role)

    def get_id(self) -> str:
        """Give the member's id, for Flask-Login."""
        return self.row.id.hex()


def role_title(role: str) -> str:
    """Say what a role is called."""
    titles = {
        "adviser": _("citizen adviser"),
        "deputy": _("deputy"),
        "reserve": _("reserve"),
        "technician": _("technician"),
        "reader": _("reader of statistics"),
    }
    return titles.get(role, role)


def signed_in() -> SignedIn | None:
    """Give the member of this request, if somebody is signed in: wholly, never by half."""
    if "entered" in g:  # in this very request, by a session that its cookie does not name yet
        return cast("SignedIn", g.entered) if g.entered.proved else None
    member = current_user._get_current_object()  # noqa: SLF001  # a look through the proxy is a search
    return cast("SignedIn", member) if member.is_authenticated else None


def half_signed_in() -> SignedIn | None:
    """Give the member whose second factor is still to come, if this is such a session."""
    if signed_in():  # which also reads the cookie
        return None
    half = g.get("entered", g.get("half_session"))
    return half if half and half.proved is None else None


def enter(member: SignedIn) -> None:
    """Be this member for the rest of the request: the session has just been started."""
    g.entered = member


def whoever_is_here() -> SignedIn:
    """Give the member of this session, whole or half; only behind a guard of this module."""
    member = signed_in() or half_signed_in()
    if member is None:
        raise RuntimeError("nobody is here")
    return member


def this_member() -> SignedIn:
    """Give the member of this request; only behind `members_only`."""
    member = signed_in()
    if member is None:
        raise RuntimeError("no member is signed in")
    return member


def is_in_an_inbox(member: SignedIn) -> bool:
    """Say whether the signed directory names this member's keys.

    It looks again before it says no: somebody may have let them in by another process.
    """
    directory, mine = this_installation().directory, member.keyring.public

    def named() -> bool:
        return any(mine in inbox.current.members for inbox in directory.inboxes)

    if named():
        return True
    directory.refresh()
    return named()


def members_only(
    view: Callable[_Arguments, Any],
) -> Callable[_Arguments, Any]:
    """Send whoever is not signed in to the sign-in page; 503 while nobody can be recognised."""

    @wraps(view)
    def guarded(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> Any:
        if signed_in() is None:
            if g.get("member_unknown"):
                abort(503)
            draft = Draft.of_this_request()
            if draft:
                return draft.page(None, 401)
            return redirect(url_for("accounts.sign_in"), 303)
        return view(*args, **kwargs)

    return guarded


def proof_needed(
    view: Callable[_Arguments, Any],
) -> Callable[_Arguments, Any]:
    """Have the member show passphrase and second factor again, before what changes keys.

    After `members_only`; on the page of a form and on its post alike. What was written comes along,
    to be sent afterwards; a button has to be pressed once more, and a passphrase that was shown to
    be written down is void.
    """

    @wraps(view)
    def guarded(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> Any:
        if this_member().proof_is_fresh:
            return view(*args, **kwargs)
        draft = Draft.of_this_request()
        if draft:
            return draft.proof_page(None, 401)
        undone = ("passphrase" if "passphrase" in request.form else "button") if _posted() else None
        return redirect(url_for("accounts.prove", to=request.path, undone=undone), 303)

    return guarded


def second_factor_due(
    view: Callable[_Arguments, Any],
) -> Callable[_Arguments, Any]:
    """Let in half sessions alone, of members who have a second factor to show."""

    @wraps(view)
    def guarded(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> Any:
        member = half_signed_in()
        if member is not None and not member.must_enrol:
            return view(*args, **kwargs)
        draft = Draft.carried()
        if draft and signed_in() is None:
            return draft.page(None, 401)
        return redirect(url_for("accounts.sign_in"), 303)

    return guarded


def enrolment_or_proof_needed(
    view: Callable[_Arguments, Any],
) -> Callable[_Arguments, Any]:
    """Let in who has no second factor yet, and members with a fresh proof: both may add one.

    The view then asks `whoever_is_here`, not `this_member`. In place of `members_only`.
    """
    proved = members_only(proof_needed(view))

    @wraps(view)
    def guarded(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> Any:
        member = half_signed_in()
        if member is not None and member.must_enrol:
            return view(*args, **kwargs)
        return proved(*args, **kwargs)

    return guarded


PATHS = re.compile(r"/casework/[0-9a-z/_-]{1,200}")
PREFIX = "kept."
WRITTEN = (  # by people
    *("text", "note", "title", "name", "username", "public", "on_paper"),
    *("subject", "person", "reason"),
    *("asked_by", "extended", "not_told", "view"),
    *("contact", "words-0"),
    *("purpose", "centre_first", "half_year", "exclusion", "unanswered"),
    *("initiative", "owner", "body", "decision"),
    *("agreed", "dismissed", "result"),
    *("agreement", "findings", "place", "minutes", "answer", "provider", "tie", "measures"),
)
SECRET = ("csrf_token", "passphrase", "proof", "totp", "backup_code", "credential", "unlock")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a member had written when the session was found to be over: nothing of it is lost.

    It travels in the sign-in form itself, from page to page, and is stored nowhere.
    """

    path: str
    fields: tuple[tuple[str, str], ...]

    @classmethod
    def of_this_request(cls) -> "Draft | None":
        """Give what was posted, where there is a text among it."""
        if not _posted():
            return None
        if not any(request.form.get(name, "").strip() for name in WRITTEN):
            return None
        sent = request.form.items(multi=True)
        return cls(request.path, tuple((name, value) for name, value in sent if name not in SECRET))

    @classmethod
    def carried(cls) -> "Draft | None":
        """Give what the sign-in form carries, if it carries anything that goes to casework."""
        path = request.form.get("kept_path", "")
        if not PATHS.fullmatch(path):
            return None
        sent = request.form.items(multi=True)
        kept = ((name, value) for name, value in sent if name.startswith(PREFIX))
        return cls(path, tuple((name.removeprefix(PREFIX), value) for name, value in kept))

    @property
    def written(self) -> list[tuple[str, str]]:
        """What somebody wrote, to be seen again."""
        return [(name, value) for name, value in self.fields if name in WRITTEN and value]

    @property
    def rest(self) -> list[tuple[str, str]]:
        """What the form carried besides."""
        return [one for one in self.fields if one not in self.written]

    def page(self, problem: str | None, status: int) -> Response:
        """Ask for the passphrase, with the text in sight."""
        page = render_template("accounts/kept.html", draft=self, problem=problem)
        return Response(page, status=status)

    def proof_page(self, problem: str | None, status: int) -> Response:
        """Ask who is signed in for a proof, with the text in sight."""
        page = render_template(
            "accounts/prove.html", draft=self, to=self.path, undone="", problem=problem
        )
        return Response(page, status=status)

    def unsent_page(self, csrf_token: str) -> Response:
        """Show the text to a member who is signed in, or has proved it, again: ready to be sent."""
        page = render_template("accounts/unsent.html", draft=self, csrf_token=csrf_token)
        return Response(page)


def _posted() -> bool:
    return request.method == "POST"


class _SessionCSRF(CSRF):
    """A CSRF token derived from the session's own secret: nothing to store, nothing to guess."""

    def generate_csrf_token(self, _field: Any) -> str:
        """Give the token of this session."""
        member = signed_in() or half_signed_in()
        return member.csrf_token if member else ""

    def validate_csrf_token(self, _form: Any, field: Any) -> None:
        """Raise `ValidationError` unless the token is this session's."""
        member = signed_in() or half_signed_in()
        given = field.data or ""
        if member is None or not hmac.compare_digest(given.encode(), member.csrf_token.encode()):
            raise ValidationError("csrf")


class MemberForm(FlaskForm):
    """A form of a signed-in member's; one without fields guards a button."""

    class Meta:
        """Every form of casework carries the session's token."""

        csrf = True
        csrf_class = _SessionCSRF
        csrf_field_name = "csrf_token"


def csrf_field() -> Markup:
    """Give the hidden field for a form that is written by hand; a page may have several."""
    return cast("Markup", MemberForm(formdata=None).csrf_token(id=False))
