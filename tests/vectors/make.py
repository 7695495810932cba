"""Writes the vectors of this folder: ``python -m tests.vectors.make``.

Everything is derived from labels, so that the files come out the same each time. Only what HPKE
sealed cannot be made twice: `seals.json` keeps it, and a seal that no longer opens is made anew.
"""

import json
from pathlib import Path

from tests.vectors import (
    cases,
    directory,
    factors,
    filed,
    fingerprint,
    log,
    notes,
    primitives,
    recovery,
    satisfaction,
    sessions,
    steps,
    unlocking,
)
from tests.vectors.book import Book, Seals

FOLDER = Path(__file__).parent
SEALS = FOLDER / "seals.json"


def build(seals: Seals) -> dict[str, Book]:
    """Give every file's vectors, by the file's name."""
    sealed = [*primitives.books(seals), *directory.books(seals), *cases.books(seals)]
    sealed += [*recovery.books(seals), *satisfaction.books(seals)]
    books = [*sealed, *steps.books(), *notes.books(), *filed.books(), *sessions.books()]
    books += [*unlocking.books(), *factors.books(), *fingerprint.books(), *log.books()]
    return {book.topic: book for book in books}


def load_seals() -> Seals:
    """Read the seals that were made before."""
    return Seals(json.loads(SEALS.read_text("utf-8")) if SEALS.exists() else {})


def main() -> None:
    """Write every file."""
    seals = load_seals()
    for topic, book in build(seals).items():
        (FOLDER / f"{topic}.json").write_text(book.text(), "utf-8")
    SEALS.write_text(json.dumps(seals.used, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
