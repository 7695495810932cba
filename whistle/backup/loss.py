"""What would be lost if a copy had to take the place of a database: numbers, no more."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from whistle.storage import log, tables


@dataclass(frozen=True, slots=True)
class Loss:
    """What a database has that a copy lacks. ``entries``: of the log, since the copy was made.

    Cases, messages and files are told by id, so that what was deleted since is not set off.
    """

    days: int
    entries: int
    cases: int
    messages: int
    files: int


def loss(live: Connection, copy: Connection, entries: int, days: int) -> Loss:
    """Compare a database with a copy that has so many ``entries``, and is ``days`` old.

    Ids alone are read, sixteen bytes each.
    """
    cases, items, files = tables.cases.c, tables.items.c, tables.attachments.c
    dialogue = items.compartment == "dialogue"
    queries = (
        select(cases.id),
        select(items.id).where(dialogue),
        select(files.id).where(files.case_id.is_not(None)),
    )
    lost = [
        len(set(live.execute(query).scalars()) - set(copy.execute(query).scalars()))
        for query in queries
    ]
    return Loss(days, log.head(live).size - entries, *lost)
