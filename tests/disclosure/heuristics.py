"""What is usually done, and does not hold: the control that the attacker is a real one."""

from tests.disclosure.towns import small_places
from whistle.disclosure import Publication, Table

Places = set[tuple[str, str, str]]


def small_only(publication: Publication) -> Publication:
    """Blank what is below the threshold."""
    return publication.blanked(set(small_places(publication)))


def row_and_column(publication: Publication) -> Publication:
    """Blank what is small, then the smallest other number where a line has one blank alone."""
    hidden: Places = set(small_places(publication))
    for table in publication.tables:
        while more := _lonely(table, hidden):
            hidden |= more
    return publication.blanked(hidden)


def _lonely(table: Table, hidden: Places) -> Places:
    for one, turned in ((table, False), (table.turned(), True)):
        for row, cells in zip(one.rows, one.cells, strict=True):
            names = [
                (table.id, column.id, row.id) if turned else (table.id, row.id, column.id)
                for column in one.columns
            ]
            shown = [
                (v, name) for v, name in zip(cells, names, strict=True) if v and name not in hidden
            ]
            if sum(name in hidden for name in names) == 1 and shown:
                return {min(shown)[1]}
    return set()
