"""A TOML table that knows its place in the file, so that errors can name it."""

from collections.abc import Iterator, Mapping
from typing import cast

from whistle.domain.errors import RefusedError


class ProfileError(RefusedError):
    """A profile cannot be used; the message names the place in the file and the mend."""


class Table:
    """Reads values of a kind, or raises a `ProfileError` that says where and what."""

    def __init__(self, values: Mapping[str, object], place: str) -> None:
        """Read ``values``; ``place`` names them in errors."""
        self._values = values
        self.place = place

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def table(self, name: str) -> "Table":
        """Give a table in this one."""
        return self._table(self._get(name), name)

    def tables(self, name: str) -> list["Table"]:
        """Give a list of tables, ``[[name]]``; none when it is left out."""
        value = self._values.get(name, [])
        if not isinstance(value, list):
            raise ProfileError(f"{self.place}, {name}: should be a list of tables, [[{name}]]")
        return [
            self._table(one, f"{name} {number}")
            for number, one in enumerate(cast("list[object]", value), 1)
        ]

    def text(self, name: str) -> str:
        """Give a text that says something, without the space around it."""
        return self._text(self._get(name), name)

    def optional_text(self, name: str) -> str:
        """Give a text, or an empty one when it is left out."""
        return self.text(name) if name in self._values else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Give a list of texts, at least one."""
        value = self._get(name)
        if not isinstance(value, list) or not value:
            raise ProfileError(f'{self.place}, {name}: should be a list of texts, {name} = ["…"]')
        return tuple(
            self._text(one, f"{name} {number}")
            for number, one in enumerate(cast("list[object]", value), 1)
        )

    def number(self, name: str) -> int:
        """Give a whole number from 1 up."""
        value = self._get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ProfileError(f"{self.place}, {name}: should be a whole number from 1 up")
        return value

    def truth(self, name: str) -> bool:
        """Give true or false."""
        value = self._get(name)
        if not isinstance(value, bool):
            raise ProfileError(f"{self.place}, {name}: should be true or false")
        return value

    def only(self, *names: str) -> None:
        """Refuse any other name: it is mistyped, and what it says would be lost."""
        unknown = [name for name in self._values if name not in names]
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
        if name not in self._values:
            raise ProfileError(f"{self.place}: {name} is missing; add it")
        return self._values[name]
