"""A TOML table that knows its place in the file, so that errors can name it."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import cast

from whistle.domain.errors import RefusedError

MOST = 1_200
"""The highest number: a hundred years in months. With it, no day is beyond the calendar."""


class ProfileError(RefusedError):
    """A profile cannot be used; the message names the place in the file and the mend."""


class Table:
    """Reads values of a kind, or raises a `ProfileError` that says where and what."""

    def __init__(self, values: Mapping[str, object], place: str) -> None:
        """Read ``values``; ``place`` names them in errors."""
        self.values = values
        self.place = place

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    def table(self, name: str) -> "Table":
        """Give a table in this one."""
        return self._table(self._get(name), name)

    def tables(self, name: str) -> list["Table"]:
        """Give a list of tables, ``[[name]]``; none when it is left out."""
        value = self.values.get(name, [])
        if not isinstance(value, list):
            raise ProfileError(f"{self.place}, {name}: should be a list of tables, [[{name}]]")
        return [
            self._table(one, f"{name} {number}{_called(one)}")
            for number, one in enumerate(cast("list[object]", value), 1)
        ]

    def text(self, name: str) -> str:
        """Give a text that says something, without the space around it."""
        return self._text(self._get(name), name)

    def optional_text(self, name: str) -> str:
        """Give a text, or an empty one when it is left out."""
        return self.text(name) if name in self.values else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Give a list of texts, at least one."""
        value = self._get(name)
        if not isinstance(value, list) or not value:
            raise ProfileError(f'{self.place}, {name}: should be a list of texts, {name} = ["…"]')
        return tuple(
            self._text(one, f"{name} {number}")
            for number, one in enumerate(cast("list[object]", value), 1)
        )

    def number(self, name: str, lowest: int = 1, highest: int = MOST) -> int:
        """Give a whole number, from ``lowest`` to ``highest``."""
        value = self._get(name)
        known = isinstance(value, int) and not isinstance(value, bool)
        if not known or not lowest <= cast("int", value) <= highest:
            told = f"should be a whole number from {lowest} to {highest}"
            raise ProfileError(f"{self.place}, {name}: {told}")
        return cast("int", value)

    def day(self, name: str) -> date:
        """Give a day of the calendar."""
        value = self._get(name)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise ProfileError(
                f"{self.place}, {name}: should be a day without quotes, {name} = 2021-05-01"
            )
        return value

    def truth(self, name: str) -> bool:
        """Give true or false."""
        value = self._get(name)
        if not isinstance(value, bool):
            raise ProfileError(f"{self.place}, {name}: should be true or false")
        return value

    def only(self, *names: str) -> None:
        """Refuse any other name: it is mistyped, and what it says would be lost."""
        unknown = [name for name in self.values if name not in names]
        if unknown:
            raise ProfileError(
                f"{self.place}: unknown name {', '.join(unknown)}; take it out, or use one of "
                f"{', '.join(names)}"
            )

    def _table(self, value: object, name: str) -> "Table":
        if not isinstance(value, dict):
            raise ProfileError(f"{self.place}, {name}: should be a table, [{name}]")
        return Table(cast("dict[str, object]", value), f"{self.place}, {name}")

    def _text(self, value: object, name: str) -> str:
        if not isinstance(value, str) or not value.strip():
            raise ProfileError(f'{self.place}, {name}: should be a text in quotes, {name} = "…"')
        return value.strip()

    def _get(self, name: str) -> object:
        if name not in self.values:
            raise ProfileError(f"{self.place}: {name} is missing; add it")
        return self.values[name]


def _called(entry: object) -> str:
    """Name an entry of a list by its id, which is found more easily than its number."""
    name = cast("dict[str, object]", entry).get("id") if isinstance(entry, dict) else None
    return f" ({name})" if isinstance(name, str) else ""
