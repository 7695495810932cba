"""The desks of those who hold no key: the technician's, and the reader's of statistics."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import abort, render_template
from flask_babel import gettext as _

from whistle.accounts.health import Finding, HealthService, What
from whistle.accounts.members import MembersService, role_of
from whistle.accounts.views.blueprint import blueprint
from whistle.accounts.views.shown import channel_title, who_can_open
from whistle.domain.role import Role
from whistle.limits import MEGABYTE, Budgets
from whistle.signed_in import members_only, this_member
from whistle.web import file_size, this_installation

_Arguments = ParamSpec("_Arguments")


def for_role(*roles: Role) -> Callable[[Callable[_Arguments, Any]], Callable[_Arguments, Any]]:
    """Show a page to members of some roles; to others it is not there."""

    def guard(view: Callable[_Arguments, Any]) -> Callable[_Arguments, Any]:
        @wraps(view)
        def guarded(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> Any:
            if role_of(this_member().row) not in roles:
                abort(404)
            return view(*args, **kwargs)

        return guarded

    return guard


@blueprint.get("/technician")
@members_only
@for_role(Role.TECHNICIAN)
def technician() -> str:
    """Show how the installation is, how much it holds, and who can open what; never content."""
    here, health = this_installation(), HealthService(this_installation())
    findings = health.findings()
    trusted = all(one.is_well for one in findings if one.what is What.DIRECTORY)
    return render_template(
        "accounts/technician.html",
        version=health.version,
        findings=[(one.is_well, _said(one)) for one in findings],
        all_is_well=all(one.is_well for one in findings),
        keys_are_trusted=trusted,
        figures=health.figures(),
        profile=here.profile,
        doors=[channel_title(one) for one in health.open_doors()] if trusted else [],
        limits=_limits(here.limits.budgets),
        readers=who_can_open(MembersService(here, this_member().row)) if trusted else [],
    )


@blueprint.get("/statistics")
@members_only
@for_role(Role.READER)
def reader() -> str:
    """Show what a reader of statistics has: nothing yet."""
    return render_template("accounts/reader.html")


def _limits(budgets: Budgets) -> list[str]:
    """Say what each process takes before it says "try again"."""
    return [
        _("%(number)s reports an hour by each door", number=budgets.reports_per_hour),
        _("%(number)s reports a day by each door", number=budgets.reports_per_day),
        _("%(number)s messages an hour", number=budgets.messages_per_hour),
        _("%(size)s of files a day", size=file_size(budgets.megabytes_per_day * MEGABYTE)),
        _("%(size)s are kept free", size=file_size(budgets.free_megabytes * MEGABYTE)),
    ]


def _said(one: Finding) -> str:
    """Say a finding in words."""
    if one.what is What.DATABASE:
        return (
            _("The database answers, and can be written to.")
            if one.is_well
            else _("The database does not answer: %(why)s.", why=one.detail)
        )
    if one.what is What.MIGRATIONS:
        return (
            _("The tables are up to date (revision %(revision)s).", revision=one.detail)
            if one.is_well
            else _("The tables are of another version: %(revision)s.", revision=one.detail)
        )
    if one.what is What.ROOM:
        return _room(one)
    if one.what is What.DIRECTORY:
        return (
            _("The keys in the database are those that were confirmed.")
            if one.is_well
            else _("The keys in the database cannot be trusted: %(why)s.", why=one.detail)
        )
    return (
        _("Every door of the profile is open.")
        if one.is_well
        else _(
            "Doors that are closed, as not all of their inboxes are confirmed: %(number)s.",
            number=one.detail,
        )
    )


def _room(one: Finding) -> str:
    size = file_size(one.detail) if isinstance(one.detail, int) else "?"
    if one.is_well:
        return _("There is room for more: %(size)s.", size=size)
    return _("There is no room for reports: %(size)s is left.", size=size)
