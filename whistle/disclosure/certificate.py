"""The proof that a publication is safe, which anybody can check by arithmetic alone.

``whistle-certificate/1`` holds **witnesses**: joint tables of whole numbers that fit everything
published. Each blank has, in one or another of them, every value from 1 to k-1. A blank that could
not be below k in any table has a bound instead: factors by which the published numbers are taken so
that they add up to no more than it, and to more than k-1. The witnesses come from the attacker, who
never saw the true numbers, so they tell nothing that the publication does not tell.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, lcm
from operator import le
from typing import TYPE_CHECKING, cast

from whistle.disclosure.joint import Joint, join
from whistle.disclosure.model import Publication, PublicationError
from whistle.disclosure.published import publication_as_dict

if TYPE_CHECKING:
    from whistle.disclosure.attacker import Attack

FORMAT = "whistle-certificate/1"
DENOMINATOR = 10_000
"""Solvers reckon in fractions of this at the finest; what they give is rounded, then checked."""

Name = tuple[tuple[str, str], ...]
Factors = Mapping[int, Fraction]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is kept with a publication.

    ``reports``: SHA-256 of each report that it is about, in the order of publication. ``cells``
    names the cells of the witnesses, by dimension and leaf; a witness gives those that are not 0,
    by their place in ``cells``. ``bounds``: factors by number (and link) for each number that is
    never below its threshold, ``sign`` 1 if it is k or more, -1 if it is 0.
    """

    reports: tuple[str, ...]
    cells: tuple[Name, ...]
    witnesses: tuple[Mapping[int, int], ...]
    bounds: Mapping[int, tuple[int, Factors]]


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking found: how many blanks and how many derivable numbers were shown to be open.

    ``shown``: numbers with every value from 1 to k-1 in some witness; ``bounded``: never below k,
    proved; ``missing``: what is neither, by name. ``faults``: witnesses that do not fit.
    """

    shown: int
    bounded: int
    missing: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def valid(self) -> bool:
        """Whether it proves what it should."""
        return not self.missing and not self.faults


def digest(publication: Publication) -> str:
    """Give the SHA-256 of a report's numbers, whatever its words and its language."""
    told = publication_as_dict(publication)
    for table in cast("list[dict[str, object]]", told["tables"]):
        table.pop("title")
        for line in cast("list[dict[str, object]]", [*table["rows"], *table["columns"]]):  # type: ignore[misc]
            line.pop("label")
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def certify(publications: Sequence[Publication], found: "Attack") -> Certificate:
    """Make the certificate of what an attack on these publications found."""
    witnesses = _enough(found)
    used = sorted({atom for table in witnesses for atom in table})
    place = {atom: index for index, atom in enumerate(used)}
    bounds = {
        number: (
            sign,
            {row: Fraction(by).limit_denominator(DENOMINATOR) for row, by in why.items()},
        )
        for number, (sign, why) in found.never_small.items()
    }
    return Certificate(
        tuple(digest(each) for each in publications),
        tuple(found.joint.leaves[atom] for atom in used),
        tuple({place[atom]: value for atom, value in table.items()} for table in witnesses),
        bounds,
    )


def _enough(found: "Attack") -> list[Mapping[int, int]]:
    """Leave out witnesses that show nothing that others do not: the one that shows most first."""
    parts_of = found.joint.numbers_of()
    limits = [number.threshold for number in found.joint.numbers]
    shows: list[set[tuple[int, int]]] = []
    for table in found.witnesses:
        totals: dict[int, int] = {}
        for atom, value in table.items():
            for number in parts_of[atom]:
                totals[number] = totals.get(number, 0) + value
        shows.append({(n, value) for n, value in totals.items() if value < limits[n]})
    kept: list[Mapping[int, int]] = []
    wanted = set().union(*shows)
    while wanted:
        best = max(range(len(shows)), key=lambda index: len(shows[index] & wanted))
        kept.append(found.witnesses[best])
        wanted -= shows[best]
    return kept


def check(publications: Sequence[Publication], certificate: Certificate) -> Checked:
    """Check a certificate without a solver: additions and comparisons of whole numbers.

    ``publications`` in any order. Raises `PublicationError` if it is about others than these.
    """
    by_digest = {digest(each): each for each in publications}
    if set(by_digest) != set(certificate.reports):
        raise PublicationError("the certificate is about other reports than these")
    joint = join([by_digest[each] for each in certificate.reports])
    shown, faults = _shown(joint, certificate)
    asked = [
        index
        for index, number in enumerate(joint.numbers)
        if number.threshold and number.most != 0
        if not number.known or number.least < number.threshold
    ]
    open_ones = {n for n in asked if len(shown.get(n, ())) == joint.numbers[n].threshold - 1}
    proved = {
        number
        for number, (sign, factors) in certificate.bounds.items()
        if number in asked and number not in shown and _is_bound(joint, number, sign, factors)
    }
    missing = [str(joint.numbers[n]) for n in asked if n not in open_ones and n not in proved]
    return Checked(len(open_ones), len(proved), tuple(missing), tuple(faults))


def _shown(joint: Joint, certificate: Certificate) -> tuple[dict[int, set[int]], list[str]]:
    """Give the values below its threshold that each number has in some witness that fits."""
    atom_of = {name: atom for atom, name in enumerate(joint.leaves)}
    atoms = [atom_of.get(name, -1) for name in certificate.cells]
    parts_of = joint.numbers_of()
    least = [one.least for one in joint.numbers]
    most = [inf if one.most is None else one.most for one in joint.numbers]
    small = [
        (n, one.threshold) for n, one in enumerate(joint.numbers) if one.threshold and not one.known
    ]
    found: dict[int, set[int]] = {number: set() for number, _ in small}
    faults: list[str] = []
    for which, witness in enumerate(certificate.witnesses, 1):
        table = _table_of(witness, atoms, joint.atoms)
        if table is None:
            faults.append(f"witness {which} has cells or numbers that cannot be")
            continue
        totals = [0] * len(joint.numbers)
        for atom, value in enumerate(table):
            if value:
                for number in parts_of[atom]:
                    totals[number] += value
        fits = all(map(le, least, totals)) and all(map(le, totals, most))
        if not fits or not _links_agree(joint, table):
            told = enumerate(zip(totals, least, most, strict=True))
            broken = [str(joint.numbers[n]) for n, (by, low, high) in told if not low <= by <= high]
            names = ", ".join(broken[:3]) or "its cliques"
            faults.append(f"witness {which} does not fit ({names})")
            continue
        for number, limit in small:
            if 0 < (total := totals[number]) < limit:
                found[number].add(total)
    return {number: values for number, values in found.items() if values}, faults


def _table_of(witness: Mapping[int, int], atoms: Sequence[int], count: int) -> Sequence[int] | None:
    """Give a witness by atom; None if it has a cell that is none, twice, or a number below 0."""
    table = [-1] * count
    for cell, by in witness.items():
        atom = atoms[cell] if 0 <= cell < len(atoms) else -1
        if atom < 0 or by < 0 or table[atom] >= 0:
            return None
        table[atom] = by
    return [max(by, 0) for by in table]


def _links_agree(joint: Joint, table: Sequence[int]) -> bool:
    values = table.__getitem__
    return all(sum(map(values, one)) == sum(map(values, other)) for one, other in joint.links)


def _is_bound(joint: Joint, number: int, sign: int, factors: Factors) -> bool:
    """Say whether the factors prove a number to be k or more (``sign`` 1), or 0 (-1).

    The numbers, each taken times its factor, add up to no more than it in every cell, so they do in
    every table; what they come to at the least is then a bound.
    """
    scale = lcm(*(by.denominator for by in factors.values()))
    whole = {row: int(by * scale) for row, by in factors.items()}
    sums: dict[int, int] = {}
    least = 0
    for row, by in whole.items():
        terms = _terms(joint, row)
        bound = None if row < 0 else _least(joint, row, by)
        if bound is None:
            return False
        least += bound
        for atom, times in terms:
            sums[atom] = sums.get(atom, 0) + times * by
    own = dict.fromkeys(joint.numbers[number].atoms, sign * scale)
    if any(total > own.get(atom, 0) for atom, total in sums.items()):
        return False
    if any(sums.get(atom, 0) > most for atom, most in own.items()):
        return False
    return least > scale * (joint.numbers[number].threshold - 1 if sign == 1 else -1)


def _terms(joint: Joint, row: int) -> Iterator[tuple[int, int]]:
    """Yield the cells of a number with 1; those of a link with 1 and -1."""
    if row < len(joint.numbers):
        yield from ((atom, 1) for atom in joint.numbers[row].atoms)
    elif row < len(joint.numbers) + len(joint.links):
        one, other = joint.links[row - len(joint.numbers)]
        yield from ((atom, 1) for atom in one)
        yield from ((atom, -1) for atom in other)


def _least(joint: Joint, row: int, by: int) -> int | None:
    """Give what a number comes to at the least, taken so many times; None: nothing is known."""
    if row >= len(joint.numbers):
        return 0 if row < len(joint.numbers) + len(joint.links) else None
    told = joint.numbers[row]
    bound = told.least if by > 0 else told.most
    return None if bound is None else by * bound


def write_certificate(certificate: Certificate) -> str:
    """Write it as JSON, compactly."""
    told = {
        "format": FORMAT,
        "reports": list(certificate.reports),
        "cells": [dict(name) for name in certificate.cells],
        "witnesses": [
            [each for pair in sorted(one.items()) for each in pair] for one in certificate.witnesses
        ],
        "bounds": [
            [number, sign, {str(row): str(by) for row, by in sorted(factors.items())}]
            for number, (sign, factors) in sorted(certificate.bounds.items())
        ],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"


def read_certificate(text: str | bytes) -> Certificate:
    """Read its JSON. Raises `PublicationError` if it is none."""
    try:
        told = json.loads(text)
        if told["format"] != FORMAT:
            raise PublicationError("no certificate")
        return Certificate(
            tuple(str(each) for each in told["reports"]),
            tuple(tuple(sorted((str(d), str(c)) for d, c in one.items())) for one in told["cells"]),
            tuple(_pairs(one) for one in told["witnesses"]),
            {int(number): (int(sign), _factors(by)) for number, sign, by in told["bounds"]},
        )
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        ZeroDivisionError,
        RecursionError,
    ) as error:
        raise PublicationError("no certificate, or a damaged one") from error


def _pairs(values: list[object]) -> dict[int, int]:
    if len(values) % 2 or any(type(value) is not int for value in values):
        raise ValueError("pairs of whole numbers")
    whole = cast("list[int]", values)
    return dict(zip(whole[::2], whole[1::2], strict=True))


def _factors(told: Mapping[str, str]) -> Factors:
    return {int(row): Fraction(by) for row, by in told.items()}
