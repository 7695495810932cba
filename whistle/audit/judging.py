"""Where a log was touched, when every entry fits its own hash: who made those anew left the tree.

Signed checkpoints are beyond doubt. The head and the subtrees' roots are whoever's who owns the
database; they count where nothing signed speaks against them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from whistle.audit.evidence import Evidence
from whistle.audit.findings import Fault, Finding, Mark, counted
from whistle.audit.passing import Passing
from whistle.crypto.merkle import nodes_over, root_of
from whistle.crypto.notes import Checkpoint
from whistle.storage.log import SUBTREE_LEVELS

BEGINNING = Mark(0, "the beginning")
_LEVELS = 64


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint whose signature holds."""

    mark: Mark
    checkpoint: Checkpoint
    outside: bool


@dataclass(frozen=True, slots=True)
class Unfit:
    """A root that was kept, and is not that of the entries from ``start`` to before ``end``."""

    fault: Fault
    start: int
    end: int

    @property
    def mark(self) -> Mark:
        """Name it."""
        whose = "the head of the log" if self.fault is Fault.HEAD else "the kept root of a subtree"
        return Mark(self.end, whose)


class Judge:
    """Holds what passed against what was signed and what was kept."""

    def __init__(self, evidence: Evidence, passed: Passing, signed: Sequence[Signed]) -> None:
        """Sort the checkpoints into those that fit, those that do not, and those beyond."""
        self._evidence, self._passed, self._signed = evidence, passed, signed
        within = [one for one in signed if one.mark.size <= passed.size]
        self.fitting = [one for one in within if self._fits(one)]
        self._broken = [one for one in within if not self._fits(one)]
        self._beyond = [one for one in signed if one.mark.size > passed.size]
        self._proved = max((one.mark.size for one in self.fitting), default=0)
        self._sure = self._proved  # up to here head and entries agree
        self._node = nodes_over(passed.tiles.roots)
        self._unfit = [*self._unfit_roots(), *self._unfit_subtrees()]

    def judge(self, restored: Sequence[int]) -> list[Finding]:
        """Say what is wrong. ``restored``: the entries that tell of a restored copy."""
        suspects = [self._sharpened(one) for one in self._passed.suspects.judge()]
        views = list(self._views())
        whole = self._whole(suspects)
        found = [*views, *self._rewritten(restored, whole, known=bool(views)), *suspects]
        if not any(one.fault in {Fault.REMOVED, Fault.REWRITTEN} for one in found):
            found += self._short(restored)
        if not any(one.fault in {Fault.INSERTED, Fault.REWRITTEN} for one in found):
            found += self._long()
        return [*found, *self._kept()]

    def _fits(self, one: Signed) -> bool:
        return self._passed.at[one.mark.size].root() == one.checkpoint.root

    def _sharpened(self, one: Finding) -> Finding:
        """Say of an entry that does not fit its hash which of the two was changed."""
        named = one.fault is Fault.CHANGED and one.first is not None
        if not named or one.first is None or one.first >= self._proved:
            return one
        more = "The entry is as it was signed; it is the kept hash that was changed."
        return replace(one, message=f"{one.message} {more}")

    def _views(self) -> Iterator[Finding]:
        """Two signed checkpoints that cannot both be of one log."""
        roots: dict[int, Signed] = {}
        for one in self._signed:
            other = roots.setdefault(one.mark.size, one)
            if other.checkpoint.root != one.checkpoint.root:
                yield self._split(one, other)
        for one in self._broken:
            if one.mark.size < self._proved:
                yield self._split(one, max(self.fitting, key=lambda fits: fits.mark.size))

    def _split(self, one: Signed, other: Signed) -> Finding:
        return Finding(
            Fault.SPLIT_VIEW,
            f"{one.mark} and {other.mark} are both signed, and cannot both be of one log: two "
            "histories were shown.",
            after=self._fitting_below(one.mark.size, outside=one.outside),
            before=one.mark,
        )

    def _fitting_below(self, size: int, *, outside: bool | None = None) -> Mark:
        """Give the newest checkpoint below a size that fits; if told, of one source alone."""
        marks = [
            one.mark
            for one in self.fitting
            if one.mark.size < size and outside in {None, one.outside}
        ]
        return max(marks, key=lambda mark: mark.size, default=BEGINNING)

    def _whole(self, suspects: Sequence[Finding]) -> int:
        """Say up to where the tree is not disturbed by entries that are known to be at fault."""
        named = (one.first for one in suspects if one.first is not None)
        return min((first for first in named if first >= self._proved), default=self._passed.size)

    def _rewritten(self, restored: Sequence[int], whole: int, *, known: bool) -> Iterator[Finding]:
        """Entries before ``whole`` that fit their hashes, and are not those that were signed."""
        broken = [] if known else [one.mark for one in self._broken if one.mark.size <= whole]
        hints = [one for one in self._unfit if self._proved < one.end <= whole]
        if not broken and not hints:
            return
        hint = min(hints, key=lambda one: (one.end, -one.start), default=None)
        before = min(broken or [one.mark for one in hints], key=lambda mark: mark.size)
        after = self._fitting_below(before.size)
        if hint and not broken:
            after = Mark(max(after.size, hint.start), after.name)
        where = f"between {after} and {before}"
        rolled = [number for number in restored if after.size <= number < before.size]
        if rolled:
            fault = Fault.ROLLED_BACK
            message = (
                f"What was signed is gone {where}. Entry {rolled[0]} says that an older copy was "
                "restored: that explains it, and brings nothing back."
            )
        else:
            fault, what = self._how()
            message = f"{what} {where}; the hashes were made anew to fit."
            if hint and broken:
                message += f" {hint.mark.name.capitalize()} points to entry {hint.start} or later."
        yield Finding(fault, message, after=after, before=before)

    def _how(self) -> tuple[Fault, str]:
        head = self._evidence.head
        missing = head.size - self._passed.size if head else 0
        if missing > 0:
            return Fault.REMOVED, f"{counted(missing, 'entry is', 'entries are')} missing"
        if missing < 0:
            return Fault.INSERTED, f"{counted(-missing, 'entry was', 'entries were')} put in"
        return Fault.REWRITTEN, "Entries were changed, removed, inserted or reordered"

    def _short(self, restored: Sequence[int]) -> Iterator[Finding]:
        """Entries that are missing at the end."""
        size = self._passed.size
        kept = [one.mark for one in self._beyond if not one.outside]
        head, subtrees = self._evidence.head, self._evidence.subtrees or {}
        if head:
            kept.append(Mark(head.size, "the head of the log"))
        kept += [
            Mark((number + 1) << level, "the kept root of a subtree")
            for level, number in subtrees
            if level < _LEVELS
        ]
        longest = max(kept, key=lambda mark: mark.size, default=BEGINNING)
        if longest.size > size:
            missing = counted(longest.size - size, "entry is", "entries are")
            yield Finding(
                Fault.TRUNCATED,
                f"{missing} missing at the end, after entry {size - 1} (or before it, but none "
                f"before entry {min(self._sure, size)}); {longest} had more.",
                size,
                before=longest,
            )
        elif self._beyond:
            longest = max((one.mark for one in self._beyond), key=lambda mark: mark.size)
            why = "An older copy stands in the log's place."
            if restored:
                why += f" Entry {restored[-1]} says so; what was lost is lost all the same."
            yield Finding(
                Fault.ROLLED_BACK,
                f"{longest} was signed, but there are only {size} entries. {why}",
                size,
                after=self._fitting_below(longest.size),
                before=longest,
            )

    def _long(self) -> Iterator[Finding]:
        """Entries that stand behind the head."""
        head, size = self._evidence.head, self._passed.size
        if head and head.size < size and self._proved <= head.size:
            yield Finding(
                Fault.INSERTED,
                f"Entries {head.size} to {size - 1} stand behind the head of the log: they were "
                "not written as the log is written.",
                head.size,
            )

    def _kept(self) -> Iterator[Finding]:
        """What is kept beside the entries, where a signed checkpoint says that those are right."""
        head = self._evidence.head
        if head is None:
            yield Finding(Fault.HEAD, "The head of the log is missing or is none.")
        elif head.size < self._proved:
            yield Finding(
                Fault.HEAD,
                f"The head of the log says {head.size} entries; {self._proved} were signed.",
            )
        for one in self._unfit:
            if one.end <= self._proved:
                yield Finding(
                    one.fault,
                    f"{one.mark.name} does not fit entries {one.start} to {one.end - 1}, which are "
                    "as they were signed.".capitalize(),
                )
        yield from self._lacking()

    def _lacking(self) -> Iterator[Finding]:
        subtrees, size = self._evidence.subtrees, self._passed.size
        if subtrees is None:
            return
        for level in range(SUBTREE_LEVELS, size.bit_length(), SUBTREE_LEVELS):
            for number in range(size >> level):
                if (level, number) not in subtrees:
                    yield Finding(
                        Fault.SUBTREE,
                        f"The root of entries {number << level} to {(number + 1 << level) - 1} is "
                        "not kept.",
                    )

    def _unfit_roots(self) -> Iterator[Unfit]:
        head = self._evidence.head
        if head is None:
            return
        size, here = head.size, self._passed.at.get(head.size)
        start = 0
        for place, root in enumerate(head.roots):
            level = (size - start).bit_length() - 1
            end = start + (1 << level)
            told = here.roots[place] if here else self._root(level, start >> level)
            if told is not None and told != root:
                yield Unfit(Fault.HEAD, start, end)
            elif told is not None:
                self._sure = max(self._sure, end)
            start = end

    def _unfit_subtrees(self) -> Iterator[Unfit]:
        for (level, number), root in sorted((self._evidence.subtrees or {}).items()):
            told = self._root(level, number)
            if told is not None and told != root:
                yield Unfit(Fault.SUBTREE, number << level, number + 1 << level)

    def _root(self, level: int, number: int) -> bytes | None:
        """Give the root over what passed; none where not all of it did, or it was let go."""
        tiles = self._passed.tiles
        if level >= _LEVELS or number + 1 << level > tiles.size:
            return None
        if level >= SUBTREE_LEVELS:
            return self._node(level - SUBTREE_LEVELS, number)
        before = len(tiles.roots) << SUBTREE_LEVELS
        first, last = (number << level) - before, (number + 1 << level) - before
        return root_of(tiles.leaves[first:last]) if first >= 0 else None
