"""A certificate proves what it says by arithmetic, and nothing false can be proved with one."""

import json
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest

from tests.disclosure.towns import FOUR_COLUMNS, linked_set, stevns, stevns_cross
from whistle.disclosure import (
    Protected,
    PublicationError,
    attack,
    check,
    merged,
    protect,
    read_certificate,
    write_certificate,
)
from whistle.disclosure.certificate import certify


@cache
def made() -> Protected:
    return protect(stevns_cross(), crossed=True, seconds=0)


def test_it_shows_every_value_below_the_threshold_of_every_blank() -> None:
    found = check([made().publication], made().certificate)
    assert found.valid
    assert found.shown + found.bounded >= made().hidden


def test_the_middle_values_are_shown_as_well() -> None:
    whole = linked_set(11)  # its threshold is 5
    town = protect(whole, crossed=True, seconds=0)
    values: dict[int, set[int]] = {}
    joint = town.attack.joint
    for witness in town.attack.witnesses:
        for index, number in enumerate(joint.numbers):
            values.setdefault(index, set()).add(sum(witness.get(a, 0) for a in number.atoms))
    small = [
        joint.number_at[place]
        for place, value in merged(whole, town.mergings).places()
        if 0 < (value or 0) < 5
    ]
    assert small
    assert all(values[index] >= {1, 2, 3, 4} for index in small)


def test_it_is_written_and_read_as_it_was() -> None:
    text = write_certificate(made().certificate)
    assert read_certificate(text) == made().certificate
    assert len(text) < 20_000


def test_it_tells_nothing_that_the_publication_does_not_tell() -> None:
    # It comes from the published numbers alone: whoever has them makes the same one.
    alone = [made().publication]
    assert certify(alone, attack(alone)) == made().certificate


def test_a_witness_that_does_not_fit_is_found() -> None:
    certificate = made().certificate
    first = dict(certificate.witnesses[0])
    cell = next(iter(first))
    wrong = replace(
        certificate, witnesses=({**first, cell: first[cell] + 1}, *certificate.witnesses[1:])
    )
    found = check([made().publication], wrong)
    assert not found.valid
    assert "witness 1" in found.faults[0]


@pytest.mark.parametrize("bad", [{0: -1}, {10_000: 1}, {-1: 1}])
def test_cells_that_cannot_be_are_found(bad: dict[int, int]) -> None:
    wrong = replace(made().certificate, witnesses=(bad,))
    assert not check([made().publication], wrong).valid


def test_a_witness_left_out_leaves_something_unproved() -> None:
    certificate = made().certificate
    wrong = replace(certificate, witnesses=certificate.witnesses[:3])
    found = check([made().publication], wrong)
    assert found.missing
    assert not found.valid


def test_a_false_bound_proves_nothing() -> None:
    certificate = made().certificate
    doubled = {
        number: (sign, {row: by * 2 for row, by in factors.items()})
        for number, (sign, factors) in certificate.bounds.items()
    }
    assert certificate.bounds
    assert check([made().publication], replace(certificate, bounds=doubled)).missing
    far = {number: (1, {10**9: Fraction(1)}) for number in certificate.bounds}
    assert check([made().publication], replace(certificate, bounds=far)).missing


def test_it_is_about_its_own_reports_alone() -> None:
    other = merged(stevns(), [FOUR_COLUMNS])
    with pytest.raises(PublicationError, match="other reports"):
        check([other], made().certificate)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": "whistle-certificate/1"}', '{"format": "whistle-report/1"}'],
)
def test_what_is_no_certificate_is_refused(text: str) -> None:
    with pytest.raises(PublicationError):
        read_certificate(text)


def test_a_damaged_certificate_is_refused() -> None:
    told = json.loads(write_certificate(made().certificate))
    for name, value in (("witnesses", [[1]]), ("witnesses", [[0, "1"]]), ("bounds", [[1]])):
        with pytest.raises(PublicationError):
            read_certificate(json.dumps({**told, name: value}))
