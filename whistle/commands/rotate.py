"""`whistle rotate`: new keys for inboxes, and all their cases brought under them."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from whistle.domain.channel import Channel, InboxKind
from whistle.domain.errors import RefusedError
from whistle.unlocking import add_options, installation_at, unlock

if TYPE_CHECKING:
    from whistle.installation import Installation
    from whistle.keys.keyring import Keyring

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
DONE, FAILED = 0, 1


def add_rotate(commands: Commands) -> None:
    """Add `whistle rotate`."""
    command = commands.add_parser(
        "rotate", help="bring all cases under the newest keys of their inboxes"
    )
    command.add_argument("--data", type=Path, required=True, help="the data folder")
    command.add_argument(
        "--inbox",
        action="append",
        default=[],
        metavar="CHANNEL/KIND",
        help="make new keys for this inbox first, such as citizen/main; may be repeated",
    )
    add_options(command)
    command.set_defaults(run=_rotate)


def _rotate(options: argparse.Namespace) -> int:
    wanted = [_named(text) for text in options.inbox]
    with installation_at(options.data) as installation:
        keyring = unlock(options, installation)
        for channel, kind in wanted:
            _make_new_keys(installation, keyring, channel, kind)
        return _to_the_end(installation, keyring)


def _named(text: str) -> tuple[Channel, InboxKind]:
    channel, _, kind = text.partition("/")
    try:
        return Channel(channel), InboxKind(kind)
    except ValueError as error:
        raise RefusedError(f"--inbox {text}: should be such as citizen/main") from error


def _make_new_keys(
    installation: "Installation", keyring: "Keyring", channel: Channel, kind: InboxKind
) -> None:
    from whistle.accounts.own_keys import OwnKeysService  # noqa: PLC0415
    from whistle.storage import members  # noqa: PLC0415

    with installation.store.read() as db:
        row = members.by_id(db, keyring.member_id)
    inbox = installation.directory.inbox(channel, kind)
    if row is None or not OwnKeysService(installation, row, keyring).rotate(inbox.inbox_id):
        raise RefusedError(f"--inbox {channel}/{kind}: this member is not in it")
    newest = installation.directory.inbox(channel, kind)
    print(f"{channel}, {kind}: new keys, epoch {newest.epoch}")


def _to_the_end(installation: "Installation", keyring: "Keyring") -> int:
    from whistle.casework.cases import Cases  # noqa: PLC0415
    from whistle.casework.rotation import is_pending, rotate_to_the_end  # noqa: PLC0415

    cases, renewed, damaged = Cases(installation, keyring), 0, 0
    for done in rotate_to_the_end(cases):
        renewed, damaged = renewed + done.renewed, done.damaged
        print(f"{renewed} cases and anonymised records have new keys", flush=True)
    if is_pending(cases):
        print(f"{damaged} cases or anonymised records do not open and keep their old keys.")
        return FAILED
    print("Every case is under the newest keys of its inbox.")
    return DONE
