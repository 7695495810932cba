"""The tables of ``whistle.toml`` that have a usual answer for everything, and single values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import cast

from whistle.domain.chores import LAST_HOUR, Chores
from whistle.domain.copies import MOST_DAYS, Copies
from whistle.domain.errors import RefusedError
from whistle.limits import Budgets
from whistle.mail import PORTS, MailPassword, MailServer, Security

THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
MAIL_PASSWORD = "WHISTLE_MAIL_PASSWORD"  # noqa: S105  (a variable's name)
_ADDRESS = re.compile(r"[!-~]+@[A-Za-z0-9.-]+")
_NO_ADDRESS = re.compile(r"[()<>,;:\"\\\[\]]")  # what would make two of one
_PORTS = range(1, 2**16)


class SettingsError(RefusedError):
    """A setting is missing, weak or contradictory; the message says how to mend it."""


@dataclass(frozen=True, slots=True)
class Mail:
    """Who gets letters, and by which server. ``checkpoints_to``: addresses."""

    server: MailServer
    checkpoints_to: tuple[str, ...]


def limits(values: Mapping[str, object]) -> Budgets:
    """Read ``[limits]``."""
    table = values.get("limits", {})
    if not isinstance(table, dict):
        raise SettingsError("limits: should be a table, [limits]")
    unknown = set(table) - {field.name for field in fields(Budgets)}
    if unknown:
        raise SettingsError(f"[limits]: {', '.join(sorted(unknown))}: no such limit")
    for name, value in table.items():
        if type(value) is not int or value < 1:
            raise SettingsError(f"[limits], {name}: should be a whole number from 1 up")
    return Budgets(**table)


def backup(values: Mapping[str, object]) -> Copies:
    """Read ``[backup]``."""
    table = values.get("backup", {})
    if not isinstance(table, dict) or set(table) - {"keep_days"}:
        raise SettingsError("backup: should be a table, [backup], with keep_days alone")
    days = table.get("keep_days", MOST_DAYS)
    if type(days) is not int or not 1 <= days <= MOST_DAYS:
        raise SettingsError(
            f"[backup], keep_days: should be a whole number from 1 to {MOST_DAYS}: what people "
            "have erased must not live longer in copies"
        )
    return Copies(days)


def housekeeping(values: Mapping[str, object]) -> Chores:
    """Read ``[housekeeping]``."""
    table = _table(values, "housekeeping", {"hour", "in_process"})
    usual = Chores()
    hour = table.get("hour", usual.hour)
    in_process = table.get("in_process", usual.in_process)
    if type(hour) is not int or not 0 <= hour <= LAST_HOUR:
        raise SettingsError(f"[housekeeping], hour: should be a whole number from 0 to {LAST_HOUR}")
    if type(in_process) is not bool:
        raise SettingsError("[housekeeping], in_process: should be true or false")
    return Chores(hour, in_process)


def mail(values: Mapping[str, object], environment: Mapping[str, str]) -> Mail | None:
    """Read ``[mail]``; none where there is no such table: then nothing is mailed."""
    if "mail" not in values:
        return None
    names = {"host", "port", "security", "user", "password_file", "from", "checkpoints_to"}
    table = _table(values, "mail", names)
    host, told = text_of(table, "host"), table.get("security", "tls")
    if told not in list(Security):
        raise SettingsError('[mail], security: should be "tls" or "starttls"')
    security = Security(cast("str", told))
    if security is Security.NONE and host not in THIS_MACHINE:
        raise SettingsError(
            '[mail], security: "none" is for a server on this machine; what is sent to another one '
            'could be read or changed on the way. Write "tls" or "starttls"'
        )
    port = table.get("port", PORTS[security])
    if type(port) is not int or port not in _PORTS:
        raise SettingsError("[mail], port: should be a port's number")
    user = text_of(table, "user") if "user" in table else None
    server = MailServer(
        host,
        port,
        security,
        _address(table.get("from"), "from"),
        user,
        _password(table, environment),
    )
    if user is not None and server.password is None:
        raise SettingsError(f"[mail], user: has no password_file, and {MAIL_PASSWORD} is not set")
    return Mail(server, _addresses(table))


def _password(
    table: Mapping[str, object], environment: Mapping[str, str]
) -> MailPassword | Path | None:
    if environment.get(MAIL_PASSWORD):
        return MailPassword(environment[MAIL_PASSWORD])
    return Path(text_of(table, "password_file")) if "password_file" in table else None


def _addresses(table: Mapping[str, object]) -> tuple[str, ...]:
    told = table.get("checkpoints_to")
    if not isinstance(told, list) or not told:
        raise SettingsError('[mail], checkpoints_to: should be a list, ["auditor@example.org"]')
    return tuple(_address(one, "checkpoints_to") for one in told)


def _address(value: object, name: str) -> str:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value) or _NO_ADDRESS.search(value):
        raise SettingsError(f"[mail], {name}: should be an address, such as somebody@example.org")
    return value


def _table(values: Mapping[str, object], name: str, known: set[str]) -> dict[str, object]:
    table = values.get(name, {})
    if not isinstance(table, dict):
        raise SettingsError(f"{name}: should be a table, [{name}]")
    if unknown := set(table) - known:
        raise SettingsError(f"[{name}]: {', '.join(sorted(unknown))}: no such setting")
    return cast("dict[str, object]", table)


def text_of(values: Mapping[str, object], name: str) -> str:
    """Give a text that must be there."""
    value = values.get(name)
    if not isinstance(value, str) or not value:
        raise SettingsError(f'{name}: is missing, or is no text; write {name} = "…"')
    return value


def hex_of(values: Mapping[str, object], name: str, size: int) -> bytes:
    """Give ``size`` bytes that must be there in hexadecimal."""
    try:
        value = bytes.fromhex(text_of(values, name))
    except ValueError as error:
        raise SettingsError(f"{name}: should be {size} bytes in hexadecimal") from error
    if len(value) != size:
        raise SettingsError(f"{name}: should be {size} bytes in hexadecimal, is {len(value)}")
    return value
