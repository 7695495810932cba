"""What happened in the demonstration's last months: who wrote when, and who was answered."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources

from whistle.demo.dealing import DEALINGS
from whistle.demo.gathering import GATHERING
from whistle.demo.learning import LEARNING
from whistle.demo.reporting import REPORTING
from whistle.demo.telling import TELLING
from whistle.demo.work import NOT_YET, STEPS, Step, registration_step
from whistle.domain.channel import Channel


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the adviser's, so many days after the report came."""

    days_later: int
    text: str
    is_feedback: bool = False


@dataclass(frozen=True, slots=True)
class InventedReport:
    """An invented report, received so many days ago."""

    id: str
    channel: Channel
    text: str
    days_ago: int
    answers: tuple[Answer, ...]
    registration: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day: a report came, or was answered, or the office worked."""

    day: date
    report: InventedReport | None = None
    answer: Answer | None = None
    step: Step | None = None


_DAYS_AGO = {
    "r01": 96, "r02": 74, "r03": 61, "r04": 40, "r05": 12, "r06": 9, "r07": 104, "r08": 55,
    "r09": 33, "r10": 6, "r11": 20, "r12": 3, "r13": 47, "r14": 10, "r15": 5, "r16": 1,
}  # fmt: skip

_ANSWERS = {
    "r01": (
        Answer(
            1,
            "Tak for din henvendelse. Det er Økonomi, HR & IT, der sender opkrævninger ud. Ring "
            "til dem på kommunens hovednummer, og bed om opkrævningen. Skriv igen, hvis du ikke "
            "kommer igennem.",
            is_feedback=True,
        ),
    ),
    "r02": (
        Answer(
            2,
            "Brevet betyder, at Arbejdsmarked skal vurdere, om du stadig kan få sygedagpenge. De "
            "stopper ikke nu. Du bliver hørt, før der bliver truffet en afgørelse.",
            is_feedback=True,
        ),
    ),
    "r03": (
        Answer(
            3,
            "I klager til Sund & Omsorg inden fire uger fra den dag, I fik afgørelsen. I kan "
            "klage mundtligt eller skriftligt. Vil I have hjælp til at skrive klagen?",
        ),
    ),
    "r04": (
        Answer(
            5,
            "Tak for din klage. Med dit ja sender jeg den til Børn & Læring og beder om en "
            "udtalelse. De svarer dig direkte, og jeg får en kopi.",
        ),
    ),
    "r07": (
        Answer(6, "Tak for din indberetning. Den er modtaget, og jeg følger op på den."),
        Answer(
            60,
            "Jeg har gennemgået indkøbene sammen med revisionen. Der bliver nu fulgt op på, at "
            "reglerne om udbud bliver overholdt.",
            is_feedback=True,
        ),
    ),
    "r08": (Answer(4, "Tak for din indberetning. Den er modtaget. Hvornår så du det sidst?"),),
    "r13": (Answer(2, "Tak, fordi du skriver. Hvad ønsker du, at jeg gør?"),),
}


@cache
def invented_reports() -> tuple[InventedReport, ...]:
    """Give the sixteen invented reports, oldest first."""
    text = resources.files("whistle.demo").joinpath("reports.jsonl").read_text("utf-8")
    reports = [json.loads(line) for line in text.splitlines() if line.strip()]
    told = [
        InventedReport(
            report["id"],
            Channel(report["channel"]),
            report["text"],
            _DAYS_AGO[report["id"]],
            _ANSWERS.get(report["id"], ()),
            report["registration"],
        )
        for report in reports
    ]
    return tuple(sorted(told, key=lambda report: -report.days_ago))


def events(today: date, channels: Collection[Channel], *, office_works: bool) -> list[Event]:
    """Give all that happened, in its order; a municipality may have fewer ``channels``.

    ``office_works``: also what the office did besides answering.
    """
    told, worked = [], []
    for report in invented_reports():
        if report.channel not in channels:
            continue
        received = today - timedelta(days=report.days_ago)
        told.append(Event(received, report))
        told += [
            Event(min(received + timedelta(days=one.days_later), today), report, one)
            for one in report.answers
        ]
        if report.days_ago > NOT_YET:
            registered = report.days_ago - 1
            worked.append(
                registration_step(report.id, registered, report.registration, report.channel)
            )
    if office_works:
        told += [
            Event(today - timedelta(days=one.days_ago), step=one)
            for one in (*worked, *STEPS, *DEALINGS, *LEARNING, *REPORTING, *GATHERING, *TELLING)
        ]
    return sorted(told, key=_day)


def _day(event: Event) -> date:
    return event.day
