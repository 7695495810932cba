"""The digest by which the same report is known again."""

from collections.abc import Mapping
from itertools import combinations

from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Channel
from whistle.intake.service import NOBODY, Report, report_digest

HERE = b"i" * 16
RECEIPT = Receipt(bytes(15))


def digest(answers: Mapping[str, tuple[str, ...]]) -> bytes:
    report = Report("sagen", NOBODY, concerns_adviser=False, answers=answers)
    return report_digest(HERE, Channel.CITIZEN, RECEIPT, report)


def test_no_two_ways_to_answer_have_one_digest() -> None:
    ways: list[dict[str, tuple[str, ...]]] = [
        {},
        {"a": ()},
        {"a": ("b",)},
        {"a": ("b", "c")},
        {"a": ("b",), "c": ()},
        {"a": (), "b": ("c",)},
        {"a": (), "b": (), "c": ()},
        {"a": ("bc",)},
    ]
    for one, other in combinations(ways, 2):
        assert digest(one) != digest(other), (one, other)


def test_the_order_in_which_fields_come_does_not_matter() -> None:
    assert digest({"a": ("1",), "b": ("2",)}) == digest({"b": ("2",), "a": ("1",)})
