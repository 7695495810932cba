"""The protector: merge first, then blank as little as possible, until the attacker gives up.

It is one search through **forms** of a publication, the preferred one first. What is learnt on the
way is kept: a proof that a form cannot be made safe however much of it were merged and blank rules
out every form that would tell more.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from whistle.disclosure.attacker import Attack, Finding, attack
from whistle.disclosure.certificate import Certificate, certify
from whistle.disclosure.deadline import NEVER, Deadline, OutOfTime
from whistle.disclosure.merging import (
    Merging,
    Single,
    collapsed,
    merged,
    mergings_of,
    next_merging,
    one_way,
    singles,
    too_small,
    without,
)
from whistle.disclosure.model import Place, Publication, PublicationError
from whistle.disclosure.refusal import CannotProtect

if TYPE_CHECKING:
    from whistle.disclosure.blanking import Blanking

ORDER = ("category", "centre", "period")
STEPS_A_SECOND = 40_000
"""About what a machine of 2026 does of the solver's."""
FEW = 100
"""Fewer people than this a year are shown in one-way tables, unless crossed ones are asked for."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a publication may be made into. ``order``: the dimensions that may be merged, in turn.

    ``crossed``: its two-way tables stay; else they are one-way. ``without``: tables that are left
    out.
    """

    order: tuple[str, ...] = ORDER
    crossed: bool = True
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Protected:
    """What may be published, with the proof that it may.

    ``mergings``: what was merged, in turn. ``singles``: lines whose people have something in
    common. ``method``: which search hid least. ``attack``: that found nothing.
    """

    publication: Publication
    certificate: Certificate
    mergings: tuple[Merging, ...]
    singles: tuple[Single, ...]
    method: str
    attack: Attack

    @property
    def hidden(self) -> int:
        """Count the numbers that are blank, each once wherever it stands."""
        newest = len(self.certificate.reports) - 1
        told = self.publication.places(newest)
        return len({self.attack.joint.number_at[place] for place, v in told if v is None})


def protect(  # noqa: PLR0913 (what is to be made safe, and how far one may go)
    publication: Publication,
    earlier: Sequence[Publication] = (),
    *,
    order: Sequence[str] = ORDER,
    crossed: bool | None = None,
    seconds: float = 2.0,
    deadline: Deadline = NEVER,
    forms: Sequence[Form] = (),
) -> Protected:
    """Make a publication safe beside everything published before it.

    ``publication`` has every number; ``earlier`` as they were published. ``forms``: what it may be
    made into, the preferred one first; or, as the one there is, ``order`` and ``crossed`` (unless
    told, two-way tables from `FEW` people). ``seconds``: about how much work is spent to look for
    the least to hide, after something safe was found; it is counted in steps, so that the same
    numbers give the same blanks on any machine. ``deadline``, far off, for all of it.
    Lines that were merged in a report of the same days are merged here.

    What is returned, the attacker has failed at, though not at what was broken before it. Raises
    `CannotProtect`, and `PublicationError` for tables with blanks or contradictions.
    """
    if publication.hidden:
        raise PublicationError("it has blanks already; every number is needed to make it safe")
    if not forms:
        whole = _people(publication) >= FEW if crossed is None else crossed
        forms = (Form(tuple(order), crossed=whole),)
    search = _Search(publication, earlier, forms, seconds, deadline)
    try:
        return search.run()
    except OutOfTime as error:
        raise CannotProtect([table.id for table in publication.tables], late=True) from error


class _Search:
    """Goes through the forms of a publication; knows which need not be tried."""

    def __init__(
        self,
        publication: Publication,
        earlier: Sequence[Publication],
        forms: Sequence[Form],
        seconds: float,
        deadline: Deadline,
    ) -> None:
        self._publication, self._earlier, self._forms = publication, earlier, forms
        self._effort, self._deadline = round(seconds * STEPS_A_SECOND), deadline
        self._proofs: dict[Form, CannotProtect | None] = {}

    def run(self) -> Protected:
        """Give the first form that can be made safe. Raises `CannotProtect` and `OutOfTime`."""
        refused: CannotProtect | None = None
        for form in self._forms:
            try:
                return self._made(form)
            except CannotProtect as error:
                refused = refused or error
        raise refused or CannotProtect([table.id for table in self._publication.tables])

    def _made(self, form: Form) -> Protected:
        for order in (self._most_merged(form), form.order):
            self._rule_out(replace(form, order=order))
        publication = self._in_form(form)
        mergings: list[Merging] = []
        for merging in mergings_of(self._earlier, publication, form.order):
            with suppress(PublicationError):  # a line of it is not there
                publication = merged(publication, [merging])
                mergings.append(merging)
        while small := too_small(publication, form.order):
            publication = merged(publication, [small])
            mergings.append(small)
        while True:
            try:
                safe, method = self._blanking(publication).run(self._effort)
            except CannotProtect as error:
                next_one = next_merging(publication, form.order, error.near)
                if next_one is None:
                    raise
                publication = merged(publication, [next_one])
                mergings.append(next_one)
                continue
            return self._proved(safe, publication, method, mergings)

    def _most_merged(self, form: Form) -> tuple[str, ...]:
        """Give every dimension that some form of these tables may merge."""
        same = (each.order for each in self._forms if replace(each, order=form.order) == form)
        return max(same, key=len, default=form.order)

    def _rule_out(self, form: Form) -> None:
        """Raise `CannotProtect` if the totals alone that a form may be merged into say too much."""
        if form not in self._proofs:
            self._proofs[form] = None
            try:
                whole = self._in_form(form)
                least = self._blanking(collapsed(whole, form.order), [whole])
                least.check()
                least.check_others()
            except CannotProtect as error:
                self._proofs[form] = error
        if (proof := self._proofs[form]) is not None:
            raise proof

    def _in_form(self, form: Form) -> Publication:
        publication = without(self._publication, form.without)
        if not any(table.rows for table in publication.tables):
            raise CannotProtect([table.id for table in self._publication.tables])
        return publication if form.crossed else one_way(publication)

    def _blanking(self, publication: Publication, beside: Sequence[Publication] = ()) -> "Blanking":
        from whistle.disclosure.blanking import Blanking  # noqa: PLC0415 (loads HiGHS)

        return Blanking(publication, self._earlier, self._deadline, beside)

    def _proved(
        self,
        safe: Publication,
        whole: Publication,
        method: str,
        mergings: Sequence[Merging],
    ) -> Protected:
        """Let the attacker, who starts afresh, and the certificate have the last word.

        What was broken before it stays so, and stops nothing that does not meet it.
        """
        published = [*self._earlier, safe]
        found = attack(published, deadline=self._deadline)
        if found.findings:
            before = {one.number for one in attack(self._earlier, deadline=self._deadline).findings}
            new = [one for one in found.findings if one.number not in before]
            if new:
                raise CannotProtect([one.number for one in new])
        certificate = certify(published, found)
        return Protected(safe, certificate, tuple(mergings), tuple(singles(whole)), method, found)


def possible(
    publication: Publication,
    earlier: Sequence[Publication] = (),
    keep: frozenset[Place] = frozenset(),
) -> tuple[Finding, ...]:
    """Say what stays known though everything is blank but zeros, grand totals and ``keep``.

    Anything but an empty answer proves that no blanking makes the publication safe.
    """
    from whistle.disclosure.blanking import loosest_of  # noqa: PLC0415 (loads HiGHS)

    loosest, truth = loosest_of(publication, len(earlier), keep)
    return attack([*earlier, loosest], truth).findings


def _people(publication: Publication) -> int:
    return max((v or 0 for _, v in publication.places()), default=0)
