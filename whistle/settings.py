"""Settings: one documented file (``docs/settings.md``) and the environment, checked at start."""

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from whistle import setting_tables
from whistle.crypto.errors import KeyShapeError
from whistle.crypto.secret import Secret, Seed
from whistle.crypto.signing import SigningKey, VerifyingKey
from whistle.domain.channel import Channel, InboxKind, InboxRoot
from whistle.domain.chores import Chores
from whistle.domain.copies import Copies
from whistle.domain.profile import Profile, ProfileError, load_profile
from whistle.limits import Budgets
from whistle.setting_tables import THIS_MACHINE, Mail, SettingsError, hex_of, text_of
from whistle.storage.tables import HASH_BYTES, ID_BYTES

FILE_NAME = "whistle.toml"
ENVIRONMENT = {
    "database": "WHISTLE_DATABASE",
    "profile": "WHISTLE_PROFILE",
    "form_key": "WHISTLE_FORM_KEY",
    "log_key": "WHISTLE_LOG_KEY",
}
CREDENTIALS = "CREDENTIALS_DIRECTORY"  # where systemd puts what it decrypted: systemd.exec(5)
SEALED = "WHISTLE_SEALED_"  # what deploy/whistle opened of the same, for a command that root types
SECRETS = ("database", "form_key", "log_key")


KNOWN = {
    "database", "profile", "installation", "form_key", "log_key", "inboxes", "limits", "backup",
    "housekeeping", "mail", "public_address",
}  # fmt: skip
WEAKEST_KEY = 8  # different bytes; 32 random ones practically never have fewer


class FormKey(Secret):
    """32 bytes that authenticate the forms of the anonymous door. They open nothing."""

    __slots__ = ()


class LogKey(Seed):
    """The Ed25519 seed that signs the log's checkpoints (RFC 8032). It opens nothing."""

    __slots__ = ()

    @property
    def verifying(self) -> VerifyingKey:
        """The public half, by which everybody checks a checkpoint."""
        return SigningKey(self).verifying


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an installation is told. ``installation``: 16 bytes; ``database``: a URL.

    ``public_address``: where reporters go, as it is read out: a host, and no more than that.

    Without ``inboxes`` nothing can be sealed, and no door is open.
    """

    database: str
    installation: bytes
    form_key: FormKey
    log_key: LogKey
    profile: Profile
    inboxes: tuple[InboxRoot, ...]
    limits: Budgets = field(default_factory=Budgets)
    backup: Copies = field(default_factory=Copies)
    housekeeping: Chores = field(default_factory=Chores)
    mail: Mail | None = None
    public_address: str = ""


def load_settings(data: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read ``whistle.toml`` in the data folder; credentials and the environment go before the file.

    Raises `SettingsError`.
    """
    environment = os.environ if environment is None else environment
    path = data / FILE_NAME
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(f"{path} is missing") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} is not TOML in UTF-8: {error}") from error
    unknown_names = set(values) - KNOWN
    if unknown_names:
        raise SettingsError(f"{path}: {', '.join(sorted(unknown_names))}: no such setting")
    handed = _credentials(environment)
    _check_one_place(path, values, handed)
    values |= handed
    for name, variable in ENVIRONMENT.items():
        if environment.get(variable):
            values[name] = environment[variable]
    try:
        settings = Settings(
            database=_database(values),
            installation=hex_of(values, "installation", ID_BYTES),
            form_key=FormKey(_key(values, "form_key")),
            log_key=LogKey(_key(values, "log_key")),
            profile=load_profile(text_of(values, "profile")),
            inboxes=_roots(values),
            limits=setting_tables.limits(values),
            backup=setting_tables.backup(values),
            housekeeping=setting_tables.housekeeping(values),
            mail=setting_tables.mail(values, environment),
            public_address=_public_address(values),
        )
    except (ProfileError, KeyShapeError) as error:
        raise SettingsError(f"{path}: {error}") from error
    known = {channel for version in settings.profile.versions for channel in version.channels}
    unknown = {root.channel for root in settings.inboxes} - known
    if unknown:
        raise SettingsError(
            f"no version of the profile has a channel {', '.join(sorted(unknown))}, but there are "
            "inboxes for it: their cases could not be shown. Keep it in an earlier version."
        )
    return settings


def write_settings(data: Path, settings: Settings, profile: str) -> None:
    """Write ``whistle.toml``, readable by its owner alone; ``profile`` is a name or a file."""
    lines = [
        "# The settings of this installation; docs/settings.md explains each of them.",
        f"database = {_quoted(settings.database)}",
        f"profile = {_quoted(profile)}",
        f'installation = "{settings.installation.hex()}"',
        f'form_key = "{settings.form_key.reveal().hex()}"',
        f'log_key = "{settings.log_key.reveal().hex()}"',
    ]
    path = data / FILE_NAME
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n" + _inbox_tables(settings.inboxes), "utf-8")


def append_inboxes(data: Path, roots: Sequence[InboxRoot]) -> None:
    """Add inboxes to ``whistle.toml``; what stands there stays as it is, comments too."""
    path = data / FILE_NAME
    new = path.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(path.read_text("utf-8").rstrip("\n") + "\n" + _inbox_tables(roots), "utf-8")
    new.replace(path)


def update_inboxes(data: Path, roots: Sequence[InboxRoot]) -> None:
    """Write later anchors of inboxes that ``whistle.toml`` names; everything else stays.

    Raises `SettingsError`, and changes nothing, where the file is not written as `write_settings`
    writes it.
    """
    path = data / FILE_NAME
    told = path.read_text("utf-8")
    for root in roots:
        told = _with_anchor(told, root)
    new = path.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(told, "utf-8")
    if not set(roots) <= set(_roots(tomllib.loads(told))):
        new.unlink()
        raise SettingsError(f"{path}: write lowest_epoch and lowest_digest by hand")
    new.replace(path)


def _with_anchor(told: str, root: InboxRoot) -> str:
    tables = re.split(r"^(?=\[)", told, flags=re.MULTILINE)
    for number, table in enumerate(tables):
        if f'"{root.inbox_id.hex()}"' in table.lower():
            kept = re.sub(r"^lowest_(epoch|digest)\b.*\n?", "", table, flags=re.MULTILINE)
            space = kept[len(kept.rstrip()) :] or "\n"
            tables[number] = kept.rstrip() + "\n" + _anchor(root).rstrip() + space
    return "".join(tables)


def _inbox_tables(roots: Sequence[InboxRoot]) -> str:
    return "".join(
        f"\n[[inboxes]]\n"
        f'channel = "{root.channel}"\n'
        f'kind = "{root.kind}"\n'
        f'id = "{root.inbox_id.hex()}"\n'
        f'fingerprint = "{root.fingerprint.hex()}"\n'
        f"{_anchor(root)}"
        for root in roots
    )


def _anchor(root: InboxRoot) -> str:
    digest = f'lowest_digest = "{root.lowest_digest.hex()}"\n' if root.lowest_digest else ""
    return f"lowest_epoch = {root.lowest_epoch}\n{digest}"


def _credentials(environment: Mapping[str, str]) -> dict[str, str]:
    """Read what was encrypted for this machine: ``whistle_form_key`` and the like.

    systemd hands it to a unit in a folder; `SEALED` are the same of a command that root types.
    """
    folder = environment.get(CREDENTIALS)
    files = {name: Path(folder) / f"whistle_{name}" for name in SECRETS} if folder else {}
    opened = {
        name: environment[variable]
        for name in SECRETS
        if (variable := SEALED + name.upper()) in environment
    }
    try:
        return opened | {
            name: file.read_text("ascii").strip() for name, file in files.items() if file.exists()
        }
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{folder}: a credential cannot be read") from error


def _check_one_place(path: Path, values: Mapping[str, object], handed: Mapping[str, str]) -> None:
    """Refuse a sealed setting that is empty, or that the file has as well: which one is meant?"""
    for name, value in handed.items():
        if not value:
            raise SettingsError(
                f"{name}: what was encrypted for this machine is empty; remove "
                f"/etc/whistle/secrets/{name}, write the setting into {path} again, and encrypt it "
                "anew (docs/operations.md, 5)"
            )
        if name in values:
            raise SettingsError(
                f"{name}: stands in {path}, and is encrypted in /etc/whistle/secrets as well. "
                f"Remove the one that is no longer true: its line, or /etc/whistle/secrets/{name}"
            )


def _database(values: Mapping[str, object]) -> str:
    url = text_of(values, "database")
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError("database: should begin with sqlite:/// or postgresql+psycopg://")
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise SettingsError("database: is no URL; docs/settings.md shows two") from error
    if parsed.get_backend_name() == "postgresql" and not _is_private(parsed):
        raise SettingsError(
            "database: the server is another machine, and what is sent to it could be read or "
            "changed on the way; add sslmode=verify-full to the URL"
        )
    return url


def _public_address(values: Mapping[str, object]) -> str:
    """Read a host, with a port where it needs one; nothing where none is told."""
    told = values.get("public_address", "")
    if not isinstance(told, str) or not re.fullmatch(r"([a-z0-9.-]+(:[0-9]{1,5})?)?", told):
        raise SettingsError(
            "public_address: is no host; write it as in whistle.example.dk, without https://"
        )
    return told


def _is_private(url: URL) -> bool:
    """Say whether nobody reads along: a socket or address of this machine, or checked TLS."""
    hosts = [url.host] if url.host else url.normalized_query.get("host", ())
    stays_here = all(host.startswith("/") or host in THIS_MACHINE for host in hosts)
    return stays_here or url.query.get("sslmode") == "verify-full"


def _key(values: Mapping[str, object], name: str) -> bytes:
    mend = "make one with: openssl rand -hex 32"
    if not values.get(name):
        raise SettingsError(f"{name}: is missing; {mend}")
    key = hex_of(values, name, Secret.size)
    if len(set(key)) < WEAKEST_KEY:
        raise SettingsError(f"{name}: is no random key; {mend}")
    return key


def _roots(values: Mapping[str, object]) -> tuple[InboxRoot, ...]:
    tables = values.get("inboxes", [])
    if not isinstance(tables, list):
        raise SettingsError("inboxes: should be tables, [[inboxes]]")
    roots = tuple(_root(table) for table in tables)
    if len({(root.channel, root.kind) for root in roots}) != len(roots):
        raise SettingsError("[[inboxes]]: two have the same channel and kind; remove one")
    return roots


def _root(table: object) -> InboxRoot:
    if not isinstance(table, dict):
        raise SettingsError("inboxes: should be tables, [[inboxes]]")
    values = cast("dict[str, object]", table)
    epoch = values.get("lowest_epoch", 1)
    if type(epoch) is not int or epoch < 1:
        raise SettingsError("[[inboxes]], lowest_epoch: should be a whole number from 1 up")
    if epoch > 1 and "lowest_digest" not in values:
        raise SettingsError(
            "[[inboxes]], lowest_digest: is missing beside lowest_epoch; set lowest_epoch = 1, and "
            "have `whistle confirm` write both"
        )
    try:
        return InboxRoot(
            Channel(text_of(values, "channel")),
            InboxKind(text_of(values, "kind")),
            hex_of(values, "id", ID_BYTES),
            hex_of(values, "fingerprint", HASH_BYTES),
            epoch,
            hex_of(values, "lowest_digest", HASH_BYTES) if epoch > 1 else None,
        )
    except ValueError as error:
        raise SettingsError(f"[[inboxes]]: {error}") from error


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
