"""What the demonstration's office has learned: its book, and what it has published.

Words in quotation marks in the comments are of Stevns' report of March 2021; the rest is invented.
"""

from collections.abc import Callable
from datetime import date, timedelta

from whistle.casework.learning import recommending
from whistle.casework.learning.book import Place, read_book, write_new
from whistle.casework.learning.publishing import NewDocument, publish
from whistle.demo.work import Desk, Step
from whistle.domain.book import (
    Activity,
    ActivityKind,
    Change,
    ChangeKind,
    Evaluation,
    NoRecommendations,
    Recommendation,
    Response,
    ResponseStatus,
    Sort,
)
from whistle.domain.published import DocumentKind
from whistle.keys.book import Page

FORM = b"the demonstration"
TEXT = "text/plain; charset=utf-8"
STATUTES = """Vedtægter for borgerrådgiveren i Stevns Kommune

1. Borgerrådgiveren er uvildig og har reference direkte til kommunalbestyrelsen.
2. Borgerrådgiveren hjælper borgerne med at finde vej i kommunen, vejleder om klager og kan mægle.
3. Borgerrådgiveren kan ikke træffe eller ændre afgørelser.
4. Borgerrådgiveren aflægger beretning til kommunalbestyrelsen en gang om året.

(Eksempel i demonstrationen. De rigtige vedtægter får du hos kommunen.)
"""
JOB_PROFILE = """Job- og personprofil for borgerrådgiveren i Stevns Kommune

Stillingen er på 25 timer om ugen. Den, vi søger, kan med lige dele empati og faglig ballast gå ind
i den enkelte sag, vurdere den objektivt og formidle det på en respektfuld måde.

(Eksempel i demonstrationen.)
"""
# 3.5, "Alle / Generelt".
COVID = (
    "På grund af covid 19 – har der ikke i 2020 været hjemtaget interne kursusforløb fra eksterne "
    "undervisere. Der har primært været tale om intern supervision ved 1:1 mellem sagsbehandler og "
    "jurist eller i mindre grupper."
)
# 4.2 and 4.3.
GOOD_PRACTICE = (
    "Lige som sidste års afrapportering er anbefalingen fortsat at god forvaltningsskik fortsat "
    "skal være et fokuspunkt."
)
TIME = (
    "Det anbefales fortsat fokus på overholdelse af sagsbehandlingstid, herunder overholdelse af "
    "frister og svartider både i forhold til gældende lov, men også egne interne regler."
)
LANGUAGE = (
    "Succeskriteriet må fortsat være, at modtagerne / borgerne skal kunne forstå, hvad vi skriver "
    "- første gang de læser et brev, og vide, hvordan de skal forholde sig. Derfor anbefales det "
    "fortsat, at alle centre har stort fokus på ”godt sprog” i vores daglige arbejde."
)


def _write(days_ago: int, page: Callable[[date], Page]) -> Step:
    def write(desk: Desk) -> None:
        desk.done(write_new(desk.office, FORM, page(desk.day)))

    return Step(days_ago, write)


def _publish(days_ago: int, kind: DocumentKind, title: str, name: str, text: str) -> Step:
    def do(desk: Desk) -> None:
        new = NewDocument(kind, title, date(2021, 1, 14), name, TEXT, text.encode())
        desk.done(publish(desk.office, name.encode(), new))

    return Step(days_ago, do)


def _recommendation(desk: Desk, title: str) -> Place:
    for kept, told in read_book(desk.office).of_kind(Recommendation):
        if told.title == title:
            return Place(kept.entry_id, kept.newest.version)
    raise LookupError(title)


def _repeat(days_ago: int, title: str) -> Step:
    """Have it stand in this year's report, too."""
    return Step(
        days_ago,
        lambda desk: desk.done(
            recommending.repeat(desk.office, _recommendation(desk, title), desk.day.year)
        ),
    )


def _respond(days_ago: int, title: str, response: Callable[[date], Response]) -> Step:
    return Step(
        days_ago,
        lambda desk: desk.done(
            recommending.respond(desk.office, _recommendation(desk, title), response(desk.day))
        ),
    )


LEARNING = (
    _publish(103, DocumentKind.STATUTES, "Vedtægter", "vedtægter.txt", STATUTES),
    _publish(103, DocumentKind.JOB_PROFILE, "Job- og personprofil", "jobprofil.txt", JOB_PROFILE),
    _write(
        102, lambda _: Activity(ActivityKind.REMARK, date(2020, 1, 1), COVID, date(2021, 3, 15))
    ),
    _write(
        102,
        lambda _: Change(
            ChangeKind.GAP,
            date(2021, 3, 16),
            "Den tidligere funktion var ved at blive nedlagt. Der var ingen borgerrådgiver at "
            "henvende sig til, før den uafhængige borgerrådgiver begyndte.",
            date(2021, 4, 30),
        ),
    ),
    _write(
        102,
        lambda _: Change(
            ChangeKind.METHOD,
            date(2021, 5, 1),
            "Metoden i registreringer er ændret: mægling er nu et udfald for sig, og sager uden "
            "for kommunens virksomhed afvises.",
        ),
    ),
    _write(101, lambda _: Recommendation("God forvaltningsskik", (2019, 2020), text=GOOD_PRACTICE)),
    _write(
        101,
        lambda _: Recommendation("Frister og svartider", (2020,), text=TIME, theme="waiting"),
    ),
    _write(
        101,
        lambda _: Recommendation("Godt sprog", (2019, 2020), text=LANGUAGE, theme="communication"),
    ),
    _write(
        100,
        lambda _: NoRecommendations(
            2021,
            "Den uafhængige borgerrådgiver begyndte den 1. maj 2021. Et halvt år er for kort tid "
            "til overordnede anbefalinger. I stedet er der eksempler på sager.",
        ),
    ),
    _write(
        88,
        lambda day: Evaluation(
            day - timedelta(days=2),
            "Kommunalbestyrelsen",
            "Funktionen videreføres",
            "Borgerne er glade for hjælpen, og funktionen bliver brugt.",
            public=True,
        ),
    ),
    _write(
        63,
        lambda day: Activity(
            ActivityKind.TEACHING,
            day,
            "Kursus i partshøring og notatpligt.",
            centres=("bl",),
            minutes=180,
            people=14,
        ),
    ),
    _write(
        38,
        lambda day: Activity(
            ActivityKind.PLACEMENT,
            day - timedelta(days=1),
            "To dage i sagsbehandlingen, for at se hverdagen der.",
            day,
            ("tm",),
        ),
    ),
    _write(
        21,
        lambda day: Activity(
            ActivityKind.TALK,
            day,
            "Oplæg for ældrerådet om, hvad borgerrådgiveren kan.",
            minutes=90,
            people=25,
        ),
    ),
    _repeat(31, "Godt sprog"),
    _repeat(31, "Frister og svartider"),
    _write(
        30,
        lambda day: Recommendation(
            "Skriv, hvornår svaret kommer",
            (day.year,),
            Sort.LEARNING_POINT,
            "Kan centret ikke svare til tiden, skal borgeren have at vide, hvornår svaret kommer.",
            ("tm",),
            "waiting",
        ),
    ),
    _respond(
        15,
        "Godt sprog",
        lambda day: Response(
            day,
            "Alle standardbreve bliver læst igennem med hjælp fra en sprogkonsulent.",
            "Kommunikation i Politik & Borger",
            ResponseStatus.STARTED,
            day + timedelta(days=25),
        ),
    ),
)
