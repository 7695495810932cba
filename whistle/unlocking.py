"""Who opens sealed data by a command: passphrase and code, as at the sign-in page, or a key file.

Every command that opens something takes these options and no others. No passphrase is an argument:
arguments are seen by everybody on the machine. A code is worth nothing once it was used.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from whistle.domain.errors import RefusedError

if TYPE_CHECKING:
    from whistle.installation import Installation
    from whistle.keys.keyring import Keyring

# Imported when a command runs: the database and cryptography take a second to load.


class WhoError(RefusedError):
    """The options do not say who opens the sealed data."""


def add_options(command: argparse.ArgumentParser, *, key_file: bool = True) -> None:
    """Add the options that `unlock` takes; without ``key_file`` for what asks for the member."""
    who = command.add_argument_group("who opens the sealed data")
    who.add_argument("--as", dest="member", metavar="USER", help="a member's user name")
    who.add_argument(
        "--passphrase-file", metavar="FILE", help="the passphrase in a file; - for standard input"
    )
    who.add_argument("--totp", metavar="CODE", help="the code that the authenticator app shows")
    if key_file:
        who.add_argument(
            "--key-file", type=Path, metavar="FILE", help="a key file instead of all three"
        )


@contextmanager
def installation_at(data: Path) -> Iterator["Installation"]:
    """Open the installation of a data folder, its schema up to date, until the block ends."""
    from whistle.installation import open_installation  # noqa: PLC0415
    from whistle.settings import load_settings  # noqa: PLC0415
    from whistle.storage.engine import open_store  # noqa: PLC0415
    from whistle.storage.migrations import upgrade  # noqa: PLC0415

    settings = load_settings(data)
    store = open_store(settings.database)
    upgrade(store)
    store.dispose()
    installation = open_installation(settings)
    try:
        yield installation
    finally:
        installation.store.dispose()


def unlock(options: argparse.Namespace, installation: "Installation") -> "Keyring":
    """Open a member's keys with what `add_options` took, or raise a `RefusedError`."""
    from whistle.accounts.by_command import open_as_member, open_with_key_file  # noqa: PLC0415

    key_file: Path | None = getattr(options, "key_file", None)
    three = (options.member, options.passphrase_file, options.totp)
    if key_file is not None:
        if any(three):
            raise WhoError("--key-file stands alone, without --as and what belongs to it")
        return open_with_key_file(key_file, installation)
    if not all(three):
        either = "--key-file FILE, or " if hasattr(options, "key_file") else ""
        raise WhoError(
            f"say who opens the sealed data: {either}--as USER --passphrase-file FILE --totp CODE"
        )
    return open_as_member(*three, installation)
