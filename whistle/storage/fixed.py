"""Fixed statements: put together once for each database, then handed to the driver as they are.

What SQLAlchemy does for a statement takes it a tenth of a millisecond each time, several times as
long as the database needs; a report is six of them. For the anonymous door alone: whatever watches
the other door's statements does not see these.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Select, Table, Update, insert
from sqlalchemy.exc import DBAPIError, IntegrityError

from whistle.storage.rows import Row, why_refused

Values = Mapping[str, Any]
_Convert = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Written:
    """A statement as a driver takes it, and what turns values into the database's and back.

    ``names``: of the values, in the order of their placeholders; ``by_name``: the driver wants
    them by name all the same; ``constant``: those that are always the same.
    """

    text: str
    names: Sequence[str]
    by_name: bool
    constant: Values
    write: Sequence[_Convert]
    read: Sequence[_Convert]

    def given(self, values: Values) -> Any:
        """Give the values of one execution as the driver takes them."""
        values = {**self.constant, **values} if self.constant else values
        converted = [
            values[name] if convert is None else convert(values[name])
            for name, convert in zip(self.names, self.write, strict=True)
        ]
        return dict(zip(self.names, converted, strict=True)) if self.by_name else converted


class Fixed:
    """A statement whose values alone differ from one execution to the next."""

    def __init__(self, statement: Insert | Select[Any] | Update, *, ending: str = "") -> None:
        """Take a statement with a `bindparam` for each value, and SQL to end it with."""
        self._statement, self._ending = statement, ending
        self._written: dict[str, _Written] = {}

    def rows(self, db: Connection, values: Values) -> list[tuple[Any, ...]]:
        """Run it and give its rows."""
        written = self._for(db.dialect)
        with _as_sqlalchemy_tells(db, written.text):
            found: list[tuple[Any, ...]] = (
                _cursor(db).execute(written.text, written.given(values)).fetchall()
            )
        if not any(written.read):
            return found
        return [
            tuple(
                value if convert is None else convert(value)
                for value, convert in zip(row, written.read, strict=True)
            )
            for row in found
        ]

    def run(self, db: Connection, values: Values) -> int:
        """Run it and give the number of rows that it changed."""
        written = self._for(db.dialect)
        with _as_sqlalchemy_tells(db, written.text):
            return int(_cursor(db).execute(written.text, written.given(values)).rowcount)

    def run_each(self, db: Connection, each: Iterable[Values]) -> None:
        """Run it once for each of several values."""
        written = self._for(db.dialect)
        with _as_sqlalchemy_tells(db, written.text):
            _cursor(db).executemany(written.text, [written.given(values) for values in each])

    def _for(self, dialect: Dialect) -> _Written:
        written = self._written.get(dialect.name)
        if written is None:
            written = self._written[dialect.name] = _write(self._statement, self._ending, dialect)
        return written


def insert_rows(db: Connection, rows: Sequence[Row]) -> None:
    """Insert rows of one table, as `Row.insert_all` does, with the same errors."""
    table = rows[0].table
    try:
        if len(rows) == 1:
            _insert(table).run(db, rows[0].values())
        else:
            _insert(table).run_each(db, [row.values() for row in rows])
    except IntegrityError as error:
        raise why_refused(error, table) from error


@cache
def _insert(table: Table) -> Fixed:
    return Fixed(insert(table))


def _write(statement: Insert | Select[Any] | Update, ending: str, dialect: Dialect) -> _Written:
    compiled = statement.compile(dialect=dialect)
    bound = {name: one for one, name in compiled.bind_names.items()}
    names = compiled.positiontup or list(bound)
    columns = statement.selected_columns if isinstance(statement, Select) else ()
    return _Written(
        f"{compiled} {ending}".rstrip(),
        names,
        not compiled.positional,
        {name: one.value for name, one in bound.items() if not one.required},
        [bound[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names],
        [one.type.dialect_impl(dialect).result_processor(dialect, None) for one in columns],
    )


def _cursor(db: Connection) -> Any:
    """Give a cursor of the driver's, in the transaction that is open; begin one if none is."""
    if not db.in_transaction():
        db.begin()
    return db.connection.cursor()


@contextmanager
def _as_sqlalchemy_tells(db: Connection, text: str) -> Iterator[None]:
    """Raise SQLAlchemy's errors in place of the driver's; a lost connection is used no more."""
    driver = db.dialect.loaded_dbapi
    try:
        yield
    except driver.Error as error:
        lost = db.dialect.is_disconnect(error, db.connection.dbapi_connection, None)
        if lost:
            db.invalidate(error)
        raise DBAPIError.instance(
            text,
            None,
            error,
            driver.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=db.dialect,
        ) from error
