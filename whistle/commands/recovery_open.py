"""The recovery itself, at the trustees' computer: the recovery key never touches the server."""

import argparse
import hmac
from collections.abc import Sequence
from datetime import date
from typing import TypeAlias

from whistle.commands.files import read_text, write_new
from whistle.commands.keyboard import ask, say
from whistle.commands.recovery_paper import check_room, give_sheets, given_shares
from whistle.crypto.errors import SealingError
from whistle.domain.channel import InboxKind
from whistle.domain.errors import RefusedError
from whistle.domain.fingerprint import read_spoken, show_fingerprint, show_spoken
from whistle.keys.chain import TrustedInbox
from whistle.keys.fingerprints import member_fingerprint
from whistle.keys.recovery import RecoveryKeyring
from whistle.recovery.making import make_recovery_key
from whistle.recovery.public_file import Covers
from whistle.recovery.reply import hand_over
from whistle.recovery.request import RecoveryRequest
from whistle.recovery.shares import MOST, Share, ShareError, check_together, combine
from whistle.storage.rows import RecoveryGrantRow

DONE = 0
Asked: TypeAlias = Sequence[tuple[TrustedInbox, Sequence[RecoveryGrantRow]]]


def open_request(options: argparse.Namespace) -> int:
    """Check who asks for what, put the key together, and hand the inboxes over."""
    check_room(options, options.out)
    request = RecoveryRequest.decode(read_text(options.request))
    inboxes = request.trusted()
    _compare_paper(request, inboxes)
    _compare_voice(request)
    leaving = _ask_who_leaves(request, inboxes)
    trustees, covered = _put_together(request.installation, inboxes, options)
    kinds = {inbox.root.kind for inbox, _ in covered}
    made = make_recovery_key(
        request.installation,
        Covers.RESERVES if kinds == {InboxKind.RESERVE} else Covers.DOORS,
        options.shares,
        options.of,
        date.today(),  # noqa: DTZ011  (a laptop that no installation has set the clock of)
    )
    try:
        reply = hand_over(trustees, covered, request.newcomer, leaving, made.public.keys)
    except SealingError as error:
        raise RefusedError(
            f"what the request holds for these sheets does not open ({error}); nothing was "
            "written. Have another request written, if need be from a backup"
        ) from error
    give_sheets(made, options.name or request.municipality, options)
    write_new(options.out, reply.encode())
    say("\nWrite these down: `whistle confirm` asks for them.")
    for statement in reply.statements:
        print(f"{statement.channel}, {statement.kind}: {show_fingerprint(statement.digest)}")
    say("\nNext:")
    say(f"  1. Try the new sheets: whistle recovery drill --public {options.public}")
    say(f"  2. Carry {options.out} to the server: whistle recovery apply --data DIR {options.out}")
    say("  3. Shred the old sheets when that has been done, and not before.")
    return DONE


def _compare_paper(request: RecoveryRequest, inboxes: Asked) -> None:
    """Have the inboxes' roots compared with the paper of the key ceremony."""
    say(f"A request to recover inboxes of {request.municipality}.")
    say("On the paper of the key ceremony stand these fingerprints:")
    for inbox, _ in inboxes:
        say(f"  {_named(inbox)}: {show_fingerprint(inbox.root.fingerprint)}")
    say("The newest statements, as confirmed last, or later ones:")
    for inbox, _ in inboxes:
        say(f"  {_named(inbox)}: {inbox.epoch}, {show_fingerprint(inbox.current.digest)}")
    if ask("Are they the same as on the paper, digit for digit? Type yes:").casefold() != "yes":
        raise RefusedError(
            "nothing was opened. If the paper says something else, this request is not about your "
            "inboxes: somebody may be trying to have them opened for themselves"
        )


def _compare_voice(request: RecoveryRequest) -> None:
    """Have the newcomer's fingerprint typed as it is heard: shown first, it would be nodded at."""
    person = request.people.get(request.newcomer.member_id)
    name = person.name if person else "somebody without a name"
    say(f"\n{name} asks to be let in. Call them now, on a number that you know already.")
    heard = read_spoken(ask("Type the 25 digits that they read out from their own page:"))
    if heard is None:
        raise RefusedError("a fingerprint has 25 digits, five groups of five; nothing was opened")
    if not hmac.compare_digest(heard, request.spoken_fingerprint):
        raise RefusedError(
            "these are not the keys in the request; nothing was opened. If every digit was heard "
            "right, somebody has put other keys in their place: do not go on"
        )


def _ask_who_leaves(request: RecoveryRequest, inboxes: Asked) -> frozenset[bytes]:
    """Ask who goes on; unless told, everybody but those who left or lost their keys."""
    there = {one.member_id for inbox, _ in inboxes for one in inbox.current.members}
    names = {
        person.username: member_id
        for member_id, person in request.people.items()
        if member_id in there
    }
    digits = _fingerprints(request.installation, inboxes)
    say("\nIn these inboxes are now, with the digits that each can read out:")
    for username, member_id in names.items():
        away = " – has left, or has lost the keys" if member_id in request.away else ""
        name = request.people[member_id].name
        say(f"  {username}, {name}: {', '.join(digits[member_id])}{away}")
    unnamed = there - set(names.values())
    if unnamed:
        say(f"  and {len(unnamed)} without a name, who will not stay")
    usual = [username for username, member_id in names.items() if member_id in request.away]
    given = ask(
        "Who is NOT to be in them any more? User names, or 'nobody'; "
        f"just Enter for: {', '.join(usual) or 'nobody'}."
    )
    chosen = given.replace(",", " ").casefold().split() or usual
    chosen = [] if chosen == ["nobody"] else chosen
    strange = [username for username in chosen if username not in names]
    if strange:
        raise RefusedError(f"{', '.join(strange)}: not in these inboxes; nothing was opened")
    return frozenset(names[username] for username in chosen) | unnamed


def _fingerprints(installation: bytes, inboxes: Asked) -> dict[bytes, list[str]]:
    """Give what each member can read out, by id; one alone, unless somebody has played tricks."""
    digits: dict[bytes, list[str]] = {}
    for inbox, _ in inboxes:
        for member in inbox.current.members:
            spoken = show_spoken(member_fingerprint(installation, member))
            if spoken not in digits.setdefault(member.member_id, []):
                digits[member.member_id].append(spoken)
    return digits


def _put_together(
    installation: bytes, inboxes: Asked, options: argparse.Namespace
) -> tuple[RecoveryKeyring, Asked]:
    """Take shares until there are enough; give the key, and the inboxes that have it."""
    shares: list[Share] = []
    say("")
    for share in given_shares(options, MOST):
        try:
            check_together([*shares, share])
        except ShareError as error:
            if options.words:
                raise
            say(f"Not taken: {error}.")
            continue
        shares.append(share)
        say(f"Share {share.number} is whole; {len(shares)} of {share.needed}.")
        if len(shares) == share.needed:
            break
    trustees = RecoveryKeyring(installation, combine(shares))
    covered = [one for one in inboxes if one[0].current.recovery == trustees.public]
    if not covered:
        raise RefusedError(_why_none(trustees, inboxes))
    for inbox, _ in inboxes:
        if inbox.current.recovery != trustees.public:
            say(f"NOT covered by these sheets: {_named(inbox)}")
    return trustees, covered


def _why_none(trustees: RecoveryKeyring, inboxes: Asked) -> str:
    if any(
        statement.recovery == trustees.public
        for inbox, _ in inboxes
        for statement in inbox.statements
    ):
        return "these sheets were replaced by newer ones: they open nothing any more"
    return "these shares make a recovery key, but of other inboxes than those in the request"


def _named(inbox: TrustedInbox) -> str:
    return f"{inbox.root.channel}, {inbox.root.kind}"
