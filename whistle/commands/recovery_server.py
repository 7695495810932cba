"""The acts of a recovery that touch the server: inviting anew, asking the trustees, their reply."""

import argparse

from whistle.accounts.invitations import invite
from whistle.audit.entries import COMMAND
from whistle.audit.log import Log
from whistle.commands.files import check_new, read_text, write_new
from whistle.commands.keyboard import say
from whistle.domain.clock import Clock
from whistle.domain.errors import RefusedError
from whistle.domain.role import Role
from whistle.domain.username import is_username, plain_username
from whistle.recovery.applying import Applied, apply_reply
from whistle.recovery.asking import ask_trustees
from whistle.recovery.public_file import Covers
from whistle.recovery.reply import RecoveryReply
from whistle.settings import Settings, load_settings
from whistle.storage.engine import Store, open_store
from whistle.storage.errors import DuplicateError, StorageError

DONE, FAILED = 0, 1


def invite_anew(options: argparse.Namespace) -> int:
    """Invite somebody whom no member is left to invite; the invitation opens nothing by itself."""
    role = Role.ADVISER if Covers(options.covers) is Covers.DOORS else Role.RESERVE
    username, name = plain_username(options.username), " ".join(options.name.split())
    if not is_username(username):
        raise RefusedError("--username: should be 2 to 32 small letters, digits, dots or hyphens")
    if not name or not name.isprintable():
        raise RefusedError("--name: should be a name, in letters that can be shown")
    settings, store = _opened(options)
    log = Log(store, settings.installation, Clock(), COMMAND)
    try:
        invitation = invite(log, username, name, role)
    except DuplicateError as error:
        raise RefusedError(
            f"{username}: somebody has, or had, this user name. Choose another, such as {username}2"
        ) from error
    finally:
        store.dispose()
    print(f"Invitation of the {role}, who will sign in as {username}:")
    print(f"  long code, to send:        {invitation.token.show()}")
    print(f"  short code, by telephone:  {invitation.code}")
    say("\nIt opens no inbox. Next:")
    say("  1. They accept it at /casework/begin, write down their passphrase, and set up their")
    say("     second factor.")
    say(f"  2. whistle recovery request --data {options.data} --member {username} \\")
    say("       --lost OLD-USER-NAME --out request.json")
    return DONE


def request(options: argparse.Namespace) -> int:
    """Write down what the trustees need."""
    check_new(options.out)
    settings, store = _opened(options)
    names = tuple(name and plain_username(name) for name in (options.member, options.lost))
    try:
        with store.read() as db:
            asked = ask_trustees(
                db,
                settings.installation,
                settings.profile.municipality,
                settings.inboxes,
                (names[0], names[1]),
            )
    finally:
        store.dispose()
    write_new(options.out, asked.request.encode())
    for root in asked.uncovered:
        say(f"NOT covered, as it has no recovery key: {root.channel}, {root.kind}")
    say(f"{options.out} holds public things only. Next:")
    say("  1. Carry it to the trustees' computer, which is on no network.")
    say(f"  2. There: whistle recovery open --request {options.out} --out reply.json \\")
    say("       --shares K --of N --public recovery-new.json")
    say(f"  Have {options.member} at the telephone: they read out the digits of their own page")
    say("  /casework/keys, signed in. The trustees type them.")
    return DONE


def apply(options: argparse.Namespace) -> int:
    """Take the trustees' reply."""
    reply = RecoveryReply.decode(read_text(options.reply))
    settings, store = _opened(options)
    log = Log(store, settings.installation, Clock(), COMMAND)
    try:
        applied = apply_reply(log, settings.inboxes, reply)
    except StorageError as error:
        say(f"whistle: {error}. Run it again: a reply that was taken is not taken twice.")
        return FAILED
    finally:
        store.dispose()
    if applied.before:
        say("This reply was taken before. Nothing was changed.")
    _tell(applied, options)
    return DONE


def _tell(applied: Applied, options: argparse.Namespace) -> None:
    for inbox in applied.inboxes:
        members = len(inbox.current.members)
        print(
            f"{inbox.root.channel}, {inbox.root.kind}: statement {inbox.epoch}, {members} member(s)"
        )
    for username in applied.gone:
        print(f"{username}: can sign in no more")
    say(f"\n{applied.newcomer} can open these inboxes now. Next:")
    say(f"  1. {applied.newcomer} signs in. The cases get their new keys by and by; the page shows")
    say("     how many are left. Leave the server running until then.")
    say(f"  2. whistle confirm --data {options.data} FINGERPRINT …")
    say("     with the fingerprints that were written down at the trustees' computer. From then on")
    say("     no older state of these inboxes is accepted.")
    say("  3. The trustees shred their old sheets, and keep the new ones.")


def _opened(options: argparse.Namespace) -> tuple[Settings, Store]:
    settings = load_settings(options.data)
    return settings, open_store(settings.database)
