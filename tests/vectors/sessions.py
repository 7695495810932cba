"""Vectors of members' sessions."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from tests.vectors.book import INSTALLATION, Book, fixed_box, flipped, made, place
from tests.vectors.directory import ANNE, BO
from whistle.crypto.envelope import derive, derive_from
from whistle.crypto.place import Purpose
from whistle.crypto.secret import Seed

TOKEN, BOOT = made("token", 32), made("boot", 32)
STARTED = int(datetime(2026, 11, 20, 8, tzinfo=UTC).timestamp())
MINUTE, HOUR = 60, 3600


def books() -> Iterator[Book]:
    """Give the file of sessions."""
    book = Book("session", "Unlocked sessions: null where a session is over or not genuine.")
    _whole(book)
    _half(book)
    csrf = derive(Seed(TOKEN), place(Purpose.SESSION_CSRF))
    book.expect("the token of forms", "csrf", csrf, installation=INSTALLATION, token=TOKEN)
    yield book


def _seed_box(proved: int | None) -> bytes:
    at = place(
        Purpose.SESSION_SEED,
        owner=ANNE.member_id,
        item=sha256(TOKEN).digest(),
        kind="half" if proved is None else "",
        generation=proved or 0,
        version=STARTED,
    )
    session_key = derive_from(TOKEN + BOOT, place(Purpose.SESSION_KEY))
    return fixed_box(session_key, at, ANNE.seed.reveal())


def _session(proved: int | None) -> dict[str, Any]:
    return {
        "installation": INSTALLATION,
        "token": TOKEN,
        "boot_key": BOOT,
        "member_id": ANNE.member_id,
        "started": STARTED,
        "seen": STARTED + MINUTE,
        "now": STARTED + 2 * MINUTE,
        "proved": proved,
        "seed_box": _seed_box(proved),
    }


def _whole(book: Book) -> None:
    seed, proved = ANNE.seed.reveal(), STARTED + 30
    good = _session(proved)
    book.expect("a session", "resume", seed, **good)
    last = STARTED + 10 * HOUR
    book.expect("at the last second", "resume", seed, **{**good, "seen": last, "now": last})
    idle = STARTED + 31 * MINUTE
    book.expect("after half an hour", "resume", seed, **{**good, "now": idle})
    for name, changes in (
        ("idle for longer", {"now": idle + 1}),
        ("older than ten hours", {"seen": last, "now": last + 1}),
        ("another token", {"token": made("other token", 32)}),
        ("another start of the server", {"boot_key": made("other boot", 32)}),
        ("another member's", {"member_id": BO.member_id}),
        ("made to look younger", {"started": STARTED + MINUTE}),
        ("made to look proved later", {"proved": proved + MINUTE}),
        ("the proof taken out", {"proved": None}),
        ("a start before 1970", {"started": -1, "seen": 0, "now": 0}),
        ("a proof before 1970", {"proved": -1}),
        ("a bit flipped", {"seed_box": flipped(good["seed_box"], 5)}),
        ("in another installation", {"installation": made("other installation")}),
    ):
        book.expect(name, "resume", None, **{**good, **changes})


def _half(book: Book) -> None:
    good = _session(None)
    book.expect("half a session", "resume", ANNE.seed.reveal(), **good)
    last = STARTED + 30 * MINUTE
    at_last = {**good, "seen": last, "now": last}
    book.expect("half a session at the last second", "resume", ANNE.seed.reveal(), **at_last)
    late = {**good, "seen": last, "now": last + 1}
    book.expect("half a session that is over", "resume", None, **late)
    for name, proved in (("half a session made whole", STARTED), ("made whole in 1970", 0)):
        book.expect(name, "resume", None, **{**good, "proved": proved})
