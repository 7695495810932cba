"""What checking a log finds: each fault by its kind, where it is, and in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from whistle.keys.canonical import Json

SHOWN = 20  # faults in words; `--json` has all of them


class Fault(StrEnum):
    """A kind of fault; ``docs/log.md`` says what each means."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    REWRITTEN = "rewritten"  # any of the four, and all that depends on it was made anew
    TRUNCATED = "truncated"
    ROLLED_BACK = "rolled-back"
    SPLIT_VIEW = "split-view"
    OTHER_KEY = "other-key"
    BAD_CHECKPOINT = "bad-checkpoint"
    HEAD = "head"
    SUBTREE = "subtree"
    UNREADABLE = "unreadable"
    ROWS_MISSING = "rows-missing"
    ROWS_CHANGED = "rows-changed"
    ROWS_OLDER = "rows-older"
    STATE = "state"


def counted(number: int, one: str, many: str) -> str:
    """Write a number with its noun."""
    return f"{number} {one if number == 1 else many}"


@dataclass(frozen=True, slots=True)
class Mark:
    """A checkpoint, by how many entries it is over and what to call it."""

    size: int
    name: str

    def __str__(self) -> str:
        """Name it."""
        return f"{self.name} ({counted(self.size, 'entry', 'entries')})"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault. ``first``: the first entry at fault; else two marks between which it lies."""

    fault: Fault
    message: str
    first: int | None = None
    after: Mark | None = None
    before: Mark | None = None

    def json(self) -> Json:
        """Write it for scripts."""
        told: dict[str, object] = {"fault": self.fault, "message": self.message}
        if self.first is not None:
            told["first"] = self.first
        for name, mark in (("after", self.after), ("before", self.before)):
            if mark is not None:
                told[name] = {"size": mark.size, "name": mark.name}
        return told


@dataclass(slots=True)
class Report:
    """What was checked, and what was found.

    ``size``, ``root``: of the log as it stands, ``root`` in base64. ``fitting``: the checkpoints
    that it agrees with, ``outside`` those of them that were not kept with it. ``trusted``: the key
    was told, not taken from what was checked. ``rows``: how many sealed rows were compared; none
    where there was no database.
    """

    size: int = 0
    root: str = ""
    fitting: list[Mark] = field(default_factory=list)
    outside: int = 0
    trusted: bool = False
    rows: int | None = None
    remarks: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_fine(self) -> bool:
        """Say whether nothing is wrong."""
        return not self.findings

    def json(self) -> Json:
        """Write it for scripts."""
        return {
            "format": "whistle-log-check/1",
            "fine": self.is_fine,
            "size": self.size,
            "root": self.root,
            "checkpoints": [{"size": one.size, "name": one.name} for one in self.fitting],
            "outside": self.outside,
            "trusted_key": self.trusted,
            "sealed_rows": self.rows,
            "remarks": self.remarks,
            "findings": [one.json() for one in self.findings],
        }

    def lines(self) -> Sequence[str]:
        """Write it for people."""
        told = [*self._checked(), *(f"Note: {remark}" for remark in self.remarks)]
        if self.is_fine:
            return [*told, "", "Nothing is wrong.", *self._proved()]
        told += ["", f"WRONG: {len(self.findings)} found."]
        for one in self.findings[:SHOWN]:
            told.append(f"  {one.fault}: {one.message}")
        if len(self.findings) > SHOWN:
            told.append(f"  and {len(self.findings) - SHOWN} more; --json tells all of them")
        return [
            *told,
            "",
            "What is told of entries after the first that is at fault cannot be relied on.",
        ]

    def _checked(self) -> Sequence[str]:
        entries = counted(self.size, "entry", "entries")
        told = [f"Checked: {entries}, each against its hash, and all in one tree."]
        if self.fitting:
            newest = max(self.fitting, key=lambda one: one.size)
            told.append(
                f"Checked: {counted(len(self.fitting), 'checkpoint', 'checkpoints')} with their "
                f"signatures, {self.outside} brought from elsewhere; the newest is {newest}."
            )
        else:
            told.append("Checked: no signed checkpoint fits, or there was none.")
        if self.rows is None:
            told.append("Not checked: whether the sealed rows are those that were logged.")
        else:
            rows = counted(self.rows, "sealed row", "sealed rows")
            told.append(f"Checked: {rows} against what the log says of them.")
        return told

    def _proved(self) -> Sequence[str]:
        signed = max((one.size for one in self.fitting), default=0)
        told = []
        if signed:
            told.append(
                f"This proves that entries 0 to {signed - 1} are those that were signed: none of "
                "them was changed, removed, inserted or moved since."
            )
        if self.size > signed:
            told.append(
                f"{counted(self.size - signed, 'entry is', 'entries are')} not signed yet: they "
                "fit together, but whoever owns the database could have made them anew."
            )
        if not self.trusted:
            told.append(
                "The key was taken from what was checked. Whoever changed the log could have "
                "changed the key too: give the one you know, with --key."
            )
        if not self.outside:
            told.append(
                "No checkpoint came from elsewhere. An older copy of everything, or a log that "
                "whoever has the signing key made anew, would look the same: give checkpoints "
                "that were kept elsewhere, with --checkpoint."
            )
        told.append(
            "No log proves that everything that was done was written down; it proves what was."
        )
        return told
