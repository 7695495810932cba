"""Recovery keys on paper: making one, and the drill. Both need neither network nor database."""

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from whistle.commands.files import check_new, read_text, write_new
from whistle.commands.keyboard import hand_out, say, shares_from, type_share
from whistle.domain.errors import RefusedError
from whistle.recovery.drill import Drill
from whistle.recovery.making import NewRecoveryKey, make_recovery_key
from whistle.recovery.public_file import Covers, PublicFile
from whistle.recovery.shares import Share, ShareError, check_numbers
from whistle.recovery.sheets import sheet
from whistle.storage.tables import ID_BYTES

DONE, FAILED = 0, 1
NAMELESS = "________________________"


def new(options: argparse.Namespace) -> int:
    """Make a recovery key: sheets for the trustees, and the public file for the page."""
    check_room(options)
    installation, name = _installation(options)
    today = date.today()  # noqa: DTZ011  (a laptop that no installation has set the clock of)
    made = make_recovery_key(
        installation, Covers(options.covers), options.shares, options.of, today
    )
    give_sheets(made, name, options)
    say("\nNext:")
    say(f"  1. Try the sheets, here: whistle recovery drill --public {options.public}")
    say("  2. Carry the public file to a member of the inboxes. They give it to the page")
    say("     /casework/recovery, and type the fingerprint there from one of the sheets.")
    say("Until that is done, the sheets open nothing.")
    return DONE


def check_room(options: argparse.Namespace, *also: Path) -> None:
    """Refuse, before any key is made, what could not be written afterwards; ``also``: files."""
    check_numbers(options.shares, options.of)
    check_new(options.public, *also)
    if options.sheets and options.sheets.exists() and any(options.sheets.iterdir()):
        raise RefusedError(f"{options.sheets} is not empty; nothing was made")
    if options.shares == options.of:
        say(f"Mind: with {options.shares} of {options.of}, one lost sheet loses everything.")


def give_sheets(made: NewRecoveryKey, name: str, options: argparse.Namespace) -> None:
    """Hand the sheets out, and only then write the public file: no key before it is on paper."""
    hand_out(
        [sheet(share, made.public, name, options.language) for share in made.shares],
        options.sheets,
    )
    write_new(options.public, made.public.encode())
    say(f"The public file is {options.public}. It opens nothing; keep it for drills.")
    say(f"The recovery key's fingerprint is {made.public.fingerprint}")


def _installation(options: argparse.Namespace) -> tuple[bytes, str]:
    """Give the installation's id and what the sheets call the municipality."""
    if options.data:
        from whistle.settings import load_settings  # noqa: PLC0415  (not there when offline)

        settings = load_settings(options.data)
        return settings.installation, options.name or settings.profile.municipality
    try:
        installation = bytes.fromhex(options.installation)
    except ValueError:
        installation = b""
    if len(installation) != ID_BYTES:
        raise RefusedError("--installation: should be 32 digits, as the page shows them")
    return installation, options.name or NAMELESS


def drill(options: argparse.Namespace) -> int:
    """Have trustees prove their sheets; 1 when one is not genuine, or the key does not open."""
    public = PublicFile.decode(read_text(options.public))
    say(f"Recovery key {public.fingerprint}, made {public.made}: {public.needed} of {public.count}")
    proved, strange = Drill(public), 0
    for share in given_shares(options, public.count):
        try:
            proved = proved.with_share(share)
            print(f"share {share.number} of {public.count}: genuine")
        except ShareError as error:
            strange += 1
            print(f"a share that says it is number {share.number}: {error}")
        if proved.is_complete:
            break
    if not proved.genuine and not strange:
        raise RefusedError("no share was given")
    return DONE if _tell(proved) and not strange else FAILED


def _tell(proved: Drill) -> bool:
    """Print what the drill has shown; false where the key did not open."""
    public = proved.public
    if not proved.is_enough:
        print(f"{len(proved.genuine)} of the {public.needed} that open the key, so not tried.")
    elif proved.opens():
        print("Together these shares open the recovery key.")
    else:
        print("Together these shares do NOT open the recovery key. Make a new one.")
        return False
    if proved.is_complete:
        print(f"All {public.count} shares are proved.")
    else:
        missing = sorted(set(range(1, public.count + 1)) - set(proved.proved))
        print(f"Not proved: {', '.join(map(str, missing))}")
    return True


def given_shares(options: argparse.Namespace, most: int) -> Iterator[Share]:
    """Give the shares of a file; or have trustees type them, until nobody has one."""
    if options.words:
        yield from shares_from(options.words)
        return
    for number in range(1, most + 1):
        share = type_share(f"Trustee {number} of {most}")
        if share is None:
            return
        yield share
