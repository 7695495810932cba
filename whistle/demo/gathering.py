"""What gathers in the demonstration's last weeks, and what people thought of the adviser's help.

Ten enquiries of earlier years say what is usual. Six parents call about slow answers at one centre:
that is more, so the adviser is told. Seven who had closed cases have answered the three questions
and are counted; five more wait.
"""

from collections.abc import Sequence
from datetime import timedelta

from whistle.casework.entering import NewCase, case_id_of, enter
from whistle.casework.learning.satisfaction import add_waiting
from whistle.crypto.receipt import Receipt
from whistle.demo.work import DemoStoryError, Desk, Step, call, of_phone
from whistle.domain.channel import Channel
from whistle.domain.satisfaction import Answer, Choice
from whistle.intake.satisfaction import take
from whistle.keys.records import Registration

_CALLS = (
    (33, "Venter på svar om skoleskift siden sommerferien."),
    (29, "Har rykket tre gange for en afgørelse om aflastning."),
    (24, "Har ikke hørt noget om sin ansøgning i tre måneder."),
    (19, "Spørger, hvornår der kommer svar om specialundervisning."),
    (12, "Fik at vide, at der ville gå en uge. Der er gået otte."),
    (6, "Har ventet siden maj på et møde, som var lovet."),
)
_FILED = 40  # days ago
_OF_OLD = (
    (1_050, "1", "so"),
    (980, "3", "tm"),
    (890, "4.2", "am"),
    (800, "6", "bl"),
    (690, "1", "tm"),
    (610, "4.3", "bl"),
    (520, "3", "so"),
    (430, "6", "am"),
    (340, "1", "bl"),
    (250, "4.2", "tm"),
)
_YES, _PARTLY, _NO, _UNKNOWN = Choice
_COUNTED: tuple[Answer, ...] = (
    (_YES, _YES, _YES),
    (_YES, _YES, _PARTLY),
    (_YES, _PARTLY, _YES),
    (_PARTLY, _YES, _PARTLY),
    (_YES, _YES, _YES),
    (_NO, _PARTLY, _NO),
    (_YES, _UNKNOWN, _YES),
)
_WAITING: tuple[Answer, ...] = (
    (_YES, _YES, _YES),
    (_PARTLY, _YES, _YES),
    (_YES, _YES, _PARTLY),
    (_NO, _NO, _PARTLY),
    (_YES, _YES, _YES),
)


def _call(number: int, days_ago: int, text: str) -> Step:
    enquiry = of_phone("4", "bl", "guided", subcategory="4.1")
    return call(f"slow-{number}", days_ago, enquiry, text, closes=number % 2 == 0)


def _of_old(number: int, days_ago: int, category: str, centre: str) -> Step:
    """Enter an enquiry of earlier years from the paper file, so that there is something usual."""

    def file(desk: Desk) -> None:
        day, part = desk.day - timedelta(days=days_ago), category if "." in category else ""
        told = Registration(
            enquiry=of_phone(category[0], centre, "advised", subcategory=part), closed=day
        )
        new = NewCase(case_id_of(desk.office, b"of old %d" % number), day, told)
        if not enter(desk.office, Channel.CITIZEN, new):
            raise DemoStoryError(number)

    return Step(_FILED, file)


def _answers(days_ago: int, answers: Sequence[Answer]) -> Step:
    def answer(desk: Desk) -> None:
        for one in answers:
            take(desk.office.here, Receipt.random(), one)

    return Step(days_ago, answer)


def _add_up(days_ago: int) -> Step:
    return Step(days_ago, lambda desk: desk.done(add_waiting(desk.office)))


GATHERING: tuple[Step, ...] = (
    *(_of_old(number, *told) for number, told in enumerate(_OF_OLD)),
    *(_call(number, days_ago, text) for number, (days_ago, text) in enumerate(_CALLS)),
    _answers(20, _COUNTED),
    _add_up(18),
    _answers(4, _WAITING),
)
