"""The three questions that a reporter may answer when their case is closed.

Ringsted's council judged its adviser by "positive tilbagemeldinger", by whether citizens are met
"i øjenhøjde" and whether they "føler sig hørt". Answers are counted question by question: which
three somebody gave together is forgotten as they are added up.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TypeAlias


class Question(StrEnum):
    """What is asked, in this order."""

    HEARD = "heard"
    EYE_LEVEL = "eye-level"
    CONTENT = "content"


class Choice(StrEnum):
    """What can be answered to each, in this order."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = "unknown"


Answer: TypeAlias = tuple[Choice, ...]
CHOICES = tuple(Choice)
COUNTS = len(Question) * len(CHOICES)


def nothing() -> tuple[int, ...]:
    """Give the counts of nobody."""
    return (0,) * COUNTS


def add_up(counts: Sequence[int], answers: Iterable[Answer]) -> tuple[int, ...]:
    """Add answers to counts: those of the first question's choices, then of the next."""
    sums = list(counts)
    for answer in answers:
        for number, chosen in enumerate(answer):
            sums[number * len(CHOICES) + CHOICES.index(chosen)] += 1
    return tuple(sums)


def counts_of(counts: Sequence[int], question: Question) -> dict[Choice, int]:
    """Give the counts of one question."""
    first = list(Question).index(question) * len(CHOICES)
    return dict(zip(CHOICES, counts[first:], strict=False))
