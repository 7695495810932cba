"""Which of two a test runs on, where both would take longer than two cores have.

The claims of pages and services are the same on either engine, as the queries under them have tests
of their own on both. So each is tried on one, and which one hangs on its name: half of a room's on
each, and of a test with many cases some here and some there. ``--both-engines`` tries all on both.
"""

from zlib import crc32

import pytest

ENGINES = ("sqlite", "postgresql")
ROOMS = {"abuse", "accounts", "casework", "exchange", "intake", "recovery"}
# There, what is about how rows are stored, found, moved, counted or erased: always on both.
STORED = {
    *("test_anonymising.py", "test_entering.py", "test_erasing.py", "test_filing.py"),
    *("test_filters.py", "test_keeping.py", "test_leaving.py", "test_listing.py", "test_notes.py"),
    *("test_own_keys.py", "test_records_for_life.py", "test_recusal.py", "test_rotation.py"),
    *("test_rotation_of_records.py", "test_round_trip.py", "test_search.py", "test_twice.py"),
    *("test_search_trace.py", "test_links.py"),
}


def runs_on_the_other(item: pytest.Item, room: str) -> bool:
    """Say whether a test runs on the other engine than this item's."""
    callspec = getattr(item, "callspec", None)
    engine = callspec.params.get("backend") if callspec else None
    if room not in ROOMS or item.path.name in STORED or engine not in ENGINES:
        return False
    name = item.name.replace(ENGINES[0], "").replace(ENGINES[1], "")
    return bool(engine != ENGINES[crc32(name.encode()) % len(ENGINES)])
