"""Four towns' reports in their shape: the seeds' words, and numbers, invented where it has none."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from whistle.casework.reporting.making import parts_of
from whistle.domain.anonymised import Anonymised
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
)
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.profile import load_profile
from whistle.domain.registration import Issue
from whistle.domain.report_draft import ReportDraft
from whistle.report import chapters
from whistle.report.building import Wanted, basis_of, build
from whistle.report.chapters import Book
from whistle.report.document import Document, Part
from whistle.report.model import TOTAL, LineKind

COVID = "På grund af covid 19 – har der ikke i 2020 været hjemtaget interne kursusforløb."
IN_GROUPS = (
    "Der har primært været tale om intern supervision ved 1:1 mellem sagsbehandler og jurist."
)
NO_ADVICE = (
    "Beretningen er den første for nuværende borgerrådgiver, ansat i årets to sidste måneder."
)


def of(day: date, *issues: Issue) -> Anonymised:
    return Anonymised(Channel.CITIZEN, day, casework=True, issues=issues)


def told(
    town: str, facts: Sequence[Anonymised], book: Book, draft: ReportDraft
) -> tuple[Document, str]:
    """Give a town's closed report as a document, and what is read in it, part after part."""
    profile = load_profile(town)
    wanted = Wanted(Period(draft.first, draft.last))
    basis = basis_of(profile, facts, wanted)
    report = build(profile, facts, wanted, chapters.notes(book, basis))
    parts = parts_of(basis, report, book, draft)
    assert not parts.wrong
    document = Document.of(report, parts.before, parts.after)
    return document, " ".join(_texts(document.as_data()))


def _texts(told: object) -> Iterator[str]:
    """Give all that is shown, as PDF and Word show it."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, Mapping | list | tuple):
        for one in told.values() if isinstance(told, Mapping) else told:
            yield from _texts(one)


def part(document: Document, title: str) -> Part:
    [found] = [one for one in document.parts if one.title == title]
    return found


def test_stevns_3_5_is_the_register_of_activities() -> None:
    """In the seed's order, and what is of no centre under "Alle / Generelt"; none of other days."""
    activities = [
        Activity(ActivityKind.SUPERVISION, date(2020, 9, 1), IN_GROUPS, centres=("bl", "so")),
        Activity(ActivityKind.REMARK, date(2020, 1, 1), COVID, last=date(2020, 12, 31)),
        Activity(ActivityKind.TEACHING, date(2019, 5, 1), "Kursus i forvaltningsret"),
    ]
    draft = ReportDraft(date(2020, 1, 1), date(2021, 3, 15))
    document, read = told("stevns", [], Book(activities), draft)
    lines = part(document, "3.5 Intern supervision, undervisning m.v.").told
    assert [(one.title, *one.text) for one in lines] == [
        ("Alle / Generelt", COVID),
        ("Børn & Læring, Sund & Omsorg", IN_GROUPS),
    ]
    assert read.index("3.4 Uds") < read.index("3.5 Intern supervision") < read.index(COVID[:30])


def test_gentoftes_four_themes_are_counted_and_answered_by_the_administrations_initiatives() -> (
    None
):
    themes = {"guidance": 40, "waiting": 30, "communication": 17, "meetings": 7}
    facts = [
        *(of(date(2023, 6, 1), Issue("advice")) for _ in range(49)),
        *(
            of(date(2023, 9, 1), Issue("complaints", theme=theme))
            for theme, number in themes.items()
            for _ in range(number)
        ),
        *(of(date(2023, 12, 31), Issue("others")) for _ in range(15)),
    ]
    titles = {one.id: one.label["da"] for one in load_profile("gentofte").office.themes}
    plan = Response(date(2024, 4, 1), "Plan for samtaler", "Social", ResponseStatus.STARTED)
    advised = [
        Recommendation(title, (2023,), theme=one, responses=(plan,) if one != "meetings" else ())
        for one, title in titles.items()
    ]
    draft = ReportDraft(
        date(2023, 5, 1),
        date(2023, 12, 31),
        conclusion="{{share 3.3/complaints/total of 3.3/total/total}} var klager.",
    )
    document, read = told("gentofte", facts, Book(recommendations=advised), draft)
    numbers = part(document, "Perioden i tal").tables
    [table] = [one for one in numbers if one.id == "themes"]
    shown = dict(
        zip((row.label for row in table.rows), (row[0] for row in table.cells), strict=True)
    )
    assert shown == {
        "Styrke vejledningen": 40,
        "Nedbringe sagsbehandlingstiden": 30,
        "Løbende kommunikation": 17,
        "Afholdelse af møder": 7,
        "Ikke registreret": 64,
        "I alt": 158,
    }
    answered = part(document, "Anbefalinger").told
    assert [one.title for one in answered] == list(titles.values())
    assert answered[0].text[1] == (
        "Forvaltningens redegørelse (Social): Plan for samtaler – i gang"
    )
    assert "Plan for samtaler" not in " ".join(answered[-1].text)
    assert "59,5 % var klager." in read


def test_ringsteds_counts_issues_beside_enquiries_from_august_to_july_and_was_evaluated() -> None:
    year = Period(date(2019, 8, 1), date(2020, 7, 31))
    complaint, waiting = Issue("casework"), Issue("service")
    facts = [
        *(of(date(2019, 8, 1), complaint, waiting) for _ in range(30)),
        *(of(date(2020, 7, 31), Issue("guidance")) for _ in range(12)),
        of(date(2020, 8, 1), complaint),
    ]
    decided = "Byrådet besluttede at videreføre funktionen i sin nuværende form."
    book = Book(
        evaluations=[
            Evaluation(date(2020, 6, 8), "Byrådet", decided, public=True),
            Evaluation(date(2020, 12, 7), "Byrådet", "Efter perioden"),
        ]
    )
    document, read = told("ringsted", facts, book, ReportDraft(year.first, year.last))
    assert document.title == "Borgerrådgiverens beretning: Ringsted Kommune, aug. 2019 – juli 2020"
    tables = {one.id: one for one in part(document, "Perioden i tal").tables}
    assert tables["3.1"].cell(TOTAL, TOTAL) == 42
    assert tables["3.1"].counts == "enquiries"
    assert tables["3.3"].cell(TOTAL, TOTAL) == 72
    assert tables["3.3"].counts == "issues"
    assert "Hvert klagepunkt tæller. En henvendelse kan have flere." in tables["3.3"].notes
    assert [row.label for row in tables["3.1"].rows][:-1] == [
        "Aug. – okt. 2019", "Nov. 2019 – jan. 2020", "Feb. – april 2020", "Maj – juli 2020",
    ]  # fmt: skip
    evaluated = part(document, "Evaluering af borgerrådgiverfunktionen").told
    assert [(one.title, one.text) for one in evaluated] == [("Byrådet, 8. juni 2020", [decided])]
    assert decided in read


def test_aalborgs_has_departments_with_divisions_a_gap_explained_and_no_recommendations() -> None:
    """Its year 2020: the numbers fell, as for three months there was nobody to come to."""
    places = {("fb", "fb.job"): 21, ("fb", "fb.social"): 34, ("fb", ""): 3, ("ah", "ah.aeldre"): 8}
    facts = [
        of(date(2020, 2, 1), Issue("casework", "", centre, division))
        for (centre, division), number in places.items()
        for _ in range(number)
    ]
    gap = "I en periode på tre måneder har der ikke været en borgerrådgiver at henvende sig til."
    method = "Metoden i registreringer af henvendelser er ændret."
    book = Book(
        changes=[
            Change(ChangeKind.METHOD, date(2020, 11, 1), method),
            Change(ChangeKind.GAP, date(2020, 8, 1), gap, date(2020, 10, 31)),
        ],
        without=[NoRecommendations(2020, NO_ADVICE)],
    )
    draft = ReportDraft(
        date(2020, 1, 1),
        date(2020, 12, 31),
        examples="Et eksempel fra årets sidste måneder.",
        case_number="2021-021768",
        committee="Familie- og Socialudvalget",
        decision="Til orientering.",
        annexes=("Beretning fra Borgerrådgiveren 2020",),
    )
    document, read = told("aalborg", facts, book, draft)
    numbers = part(document, "Perioden i tal")
    [divisions] = [one for one in numbers.tables if one.id == "divisions"]
    told_of = Counter({row.id: divisions.cell(row.id, TOTAL) for row in divisions.rows})
    assert {one: number for one, number in told_of.items() if number} == {
        **{f"{centre}/{division}": number for (centre, division), number in places.items()},
        TOTAL: 66,
    }
    assert len([one for one in divisions.rows if one.kind is LineKind.INNER]) > len(places)
    by_centre = next(one for one in numbers.tables if one.id == "3.2")
    assert by_centre.cell(TOTAL, "fb") == 21 + 34 + 3
    assert list(numbers.notes) == [f"Aug. – okt. 2020: {gap}", f"1. nov. 2020: {method}"]
    assert part(document, "Anbefalinger").text == [NO_ADVICE]
    handled = part(document, "Politisk behandling").text
    assert handled[0] == "Sagsnummer: 2021-021768"
    assert "Beslutning: Til orientering." in handled
    for words in (gap, NO_ADVICE, "Socialafdelingen 34", "2021-021768"):
        assert words in read, words


def test_a_recommendation_that_stood_last_year_is_carried_on() -> None:
    """Stevns' 4.2: "Lige som sidste års afrapportering er anbefalingen fortsat …"."""
    advice = Recommendation("God forvaltningsskik", (2019, 2020, 2021), text="Fortsat fokus.")
    draft = ReportDraft(date(2020, 1, 1), date(2021, 3, 15))
    document, _ = told("stevns", [], Book(recommendations=[advice]), draft)
    [one] = part(document, "Anbefalinger").told
    assert one.title == "God forvaltningsskik (fortsat)"
    fresh, _ = told("stevns", [], Book(recommendations=[replace(advice, years=(2020,))]), draft)
    assert part(fresh, "Anbefalinger").told[0].title == "God forvaltningsskik"
