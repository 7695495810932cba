"""`whistle key-file`: makes and revokes the key files that scripts unlock with."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from whistle.commands.files import created
from whistle.domain.errors import RefusedError
from whistle.unlocking import add_options, installation_at, unlock

if TYPE_CHECKING:
    from whistle.installation import Installation
    from whistle.keys.keyring import Keyring

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
DONE = 0


def add_key_file(commands: Commands) -> None:
    """Add `whistle key-file` and its acts."""
    command = commands.add_parser("key-file", help="make or revoke a key file for scripts")
    acts = command.add_subparsers(required=True, metavar="ACT")
    new = acts.add_parser("new", help="make a key file for a member")
    new.add_argument("--data", type=Path, required=True, help="the data folder")
    new.add_argument("--out", type=Path, required=True, metavar="FILE", help="where to write it")
    new.add_argument("--name", help="what it is listed as (the file's name)")
    add_options(new, key_file=False)  # a key file makes no other, which would outlive it
    new.set_defaults(run=_new)
    revoke = acts.add_parser("revoke", help="revoke a key file; it opens nothing from then on")
    revoke.add_argument("--data", type=Path, required=True, help="the data folder")
    revoke.add_argument("--name", help="which of the member's; --key-file revokes itself")
    add_options(revoke)
    revoke.set_defaults(run=_revoke)


def _new(options: argparse.Namespace) -> int:
    from whistle.accounts.key_files import LONGEST_NAME, KeyFileService  # noqa: PLC0415

    name = (options.out.name if options.name is None else options.name).strip()[:LONGEST_NAME]
    if not name or not name.isprintable():
        raise RefusedError("--name: should be a name, in letters that can be shown")
    with created(options.out) as file, installation_at(options.data) as installation:
        keyring = unlock(options, installation)
        file.write(KeyFileService(installation).make(keyring, name))
    print(
        f"{options.out} opens what its member opens, until it is revoked. It is listed as {name}."
    )
    return DONE


def _revoke(options: argparse.Namespace) -> int:
    if bool(options.key_file) == bool(options.name):
        raise RefusedError(
            "say which: --name NAME with --as, or --key-file FILE, which goes itself"
        )
    with installation_at(options.data) as installation:
        keyring = unlock(options, installation)
        _revoke_one(options, installation, keyring)
    print("The key file is revoked: it opens nothing from now on.")
    return DONE


def _revoke_one(
    options: argparse.Namespace, installation: "Installation", keyring: "Keyring"
) -> None:
    from whistle.accounts.key_files import KeyFileService, read_key_file  # noqa: PLC0415

    service = KeyFileService(installation)
    if options.key_file:
        service.revoke(keyring.member_id, read_key_file(options.key_file, installation.id).hash)
        return
    for row in service.all_of(keyring.member_id):
        if row.name == options.name:
            service.revoke(keyring.member_id, row.key_hash)
            return
    raise RefusedError(f"--name {options.name}: {options.member} has no key file of this name")
