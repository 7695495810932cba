"""What helps people to choose a door, and what a door can and cannot promise them."""

from collections.abc import Sequence
from dataclasses import dataclass

from whistle.domain.channel import Channel
from whistle.domain.table import ProfileError, Table


@dataclass(frozen=True, slots=True)
class WrongDoor:
    """Somebody this door is not for: who, and the door that is; none when it is outside here."""

    text: str
    door: Channel | None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Something the adviser cannot do, and where to go with it instead."""

    text: str
    go_to: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another way or another authority; ``address``: of a website or a telephone, may be empty."""

    name: str
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Privacy:
    """What a door's privacy notice says of its own (GDPR arts. 13 and 14)."""

    purpose: str
    basis: tuple[str, ...]
    data: str
    recipients: tuple[str, ...]
    storage: str
    rights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guidance:
    """A door's guidance in one language."""

    promises: tuple[str, ...]
    limits: tuple[str, ...]
    not_for: tuple[WrongDoor, ...]
    exclusions: tuple[Exclusion, ...]
    external: tuple[Elsewhere, ...]
    privacy: Privacy


@dataclass(frozen=True, slots=True)
class Notice:
    """What all privacy notices say, in one language (GDPR art. 13, stk. 1, a–b; stk. 2, d)."""

    controller: str
    officer: str
    complaint: str
    other_ways: tuple[Elsewhere, ...]


def read_guidance(table: Table, open_doors: Sequence[str]) -> Guidance:
    """Read a channel's text table of one language, or raise `ProfileError`."""
    return Guidance(
        promises=table.texts("promises"),
        limits=table.texts("limits"),
        not_for=tuple(_wrong_door(one, open_doors) for one in table.tables("not_for")),
        exclusions=tuple(
            Exclusion(one.text("text"), one.text("go_to")) for one in table.tables("exclusions")
        ),
        external=read_elsewhere(table, "external"),
        privacy=_privacy(table.table("privacy")),
    )


def read_elsewhere(table: Table, name: str) -> tuple[Elsewhere, ...]:
    """Read a list of other ways or authorities."""
    return tuple(
        Elsewhere(one.text("name"), one.text("text"), one.optional_text("address"))
        for one in table.tables(name)
    )


def read_notice(table: Table) -> Notice:
    """Read what the whole municipality says, in one language."""
    return Notice(
        table.text("controller"),
        table.text("officer"),
        table.text("complaint"),
        read_elsewhere(table, "other_ways"),
    )


def _wrong_door(table: Table, open_doors: Sequence[str]) -> WrongDoor:
    door = table.optional_text("door")
    if door and door not in set(Channel):
        raise ProfileError(
            f"{table.place}, door: unknown channel {door}; the channels are {', '.join(Channel)}"
        )
    return WrongDoor(table.text("text"), Channel(door) if door in open_doors else None)


def _privacy(table: Table) -> Privacy:
    return Privacy(
        table.text("purpose"),
        table.texts("basis"),
        table.text("data"),
        table.texts("recipients"),
        table.text("storage"),
        table.texts("rights"),
    )
