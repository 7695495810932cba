"""What is refused: tables that cannot be made safe."""

from collections.abc import Sequence
from typing import TypeAlias

from whistle.disclosure.model import Place
from whistle.domain.errors import RefusedError

Lines: TypeAlias = tuple[str, tuple[str, ...]]
"""A dimension, and some of its lines."""


class CannotProtect(RefusedError):
    """However much were hidden and merged, some numbers would stay known."""

    def __init__(
        self,
        names: Sequence[str],
        places: Sequence[Place] = (),
        near: Sequence[Lines] = (),
        *,
        late: bool = False,
    ) -> None:
        """Name some of them, and where one of them stands; ``late``: the time was up.

        ``near``: the lines that it is in, by table and dimension.
        """
        when = " in the time there is" if late else ""
        super().__init__(
            f"these tables cannot be made safe{when} ({', '.join(names)}); merge lines by hand, "
            "leave a table out, or publish a longer period"
        )
        self.places, self.near = tuple(places), tuple(near)
