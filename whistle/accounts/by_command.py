"""Opening a member's keys for a command, where there is no browser and no session."""

import getpass
import stat
import sys
from pathlib import Path

from whistle.accounts.delays import DelayedError
from whistle.accounts.factors import FactorService, NoMoreCodesError
from whistle.accounts.key_files import KeyFileService, read_key_file, read_small
from whistle.accounts.service import AccountService, TooBusyError
from whistle.crypto.passphrase import Passphrase
from whistle.domain.errors import RefusedError
from whistle.domain.logged import Logged
from whistle.installation import Installation
from whistle.keys.factors import looks_like_backup_code
from whistle.keys.keyring import Keyring

STANDARD_INPUT = "-"


class NotUnlockedError(RefusedError):
    """Nothing was opened; the message says what to give."""


def open_with_key_file(path: Path, installation: Installation) -> Keyring:
    """Open the keys of a key file's member; `KeyFileError` where it is not right."""
    return KeyFileService(installation).unlock(read_key_file(path, installation.id))


def open_as_member(
    username: str, passphrase_file: str, code: str, installation: Installation
) -> Keyring:
    """Open a member's keys as signing in does, or raise `NotUnlockedError`.

    Failures are counted and delay; the code is used up. Backup codes are not taken: they are for
    the day when the app is lost. ``passphrase_file``: a file, or ``-`` for standard input.
    """
    if looks_like_backup_code(code):
        raise NotUnlockedError("--totp takes the app's code; backup codes are for the sign-in page")
    if not (username + code).isprintable():
        raise NotUnlockedError("--as and --totp: should be text that can be shown")
    passphrase = _passphrase(passphrase_file)
    try:
        unlocked = AccountService(installation).unlock(username, passphrase)
        if unlocked is None:
            raise NotUnlockedError("the user name or the passphrase is not right")
        if unlocked.member.totp_box is None:
            raise NotUnlockedError("this member has no authenticator app: use a key file")
        factors = FactorService(installation, unlocked.member, unlocked.keyring)
        if not factors.show(code, unlocked.lane, Logged.UNLOCKED):
            raise NotUnlockedError("the code is not right, or was used before; wait for the next")
    except NoMoreCodesError as error:
        raise NotUnlockedError("too many wrong codes today; use a key file") from error
    except DelayedError as error:
        when = f"{error.until:%H:%M:%S} UTC"
        raise NotUnlockedError(f"too many wrong tries; try again after {when}") from error
    except TooBusyError as error:
        raise NotUnlockedError("too many are signing in just now; try again") from error
    return unlocked.keyring


def _passphrase(file: str) -> Passphrase:
    if file != STANDARD_INPUT:
        content = read_small(Path(file))
        _warn_if_open_to_others(Path(file))
        return Passphrase(content)
    if sys.stdin.isatty():
        return Passphrase(getpass.getpass("Passphrase: "))
    return Passphrase(sys.stdin.readline())


def _warn_if_open_to_others(path: Path) -> None:
    """Say on standard error that a passphrase can be read by others; scripts go on."""
    state = path.stat()
    if stat.S_ISREG(state.st_mode) and state.st_mode & 0o077:
        print(  # noqa: T201  (a command's own warning)
            f"whistle: {path}: others can read it; use: chmod 600 {path}", file=sys.stderr
        )
