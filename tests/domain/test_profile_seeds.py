"""The four profiles say what their municipalities' sources say, as of its date."""

import re
from datetime import date, timedelta

import pytest

from whistle.domain.channel import Channel
from whistle.domain.office import Category, Choice, Closing, Office, Unit
from whistle.domain.profile import Profile, load_profile

DAY = timedelta(days=1)
ALL = ("stevns", "ringsted", "gentofte", "aalborg")
INDEPENDENT = date(2021, 5, 1)


def office(name: str) -> Office:
    return load_profile(name).office


def ids(choices: tuple[Choice, ...]) -> list[str]:
    return [one.id for one in choices]


def danish(choices: tuple[Choice, ...]) -> list[str]:
    return [one.label["da"] for one in choices]


@pytest.fixture(scope="module")
def stevns() -> Profile:
    return load_profile("stevns")


# -- Stevns ------------------------------------------------------------------------------------


def test_the_seven_categories_are_those_of_the_report_word_for_word(stevns: Profile) -> None:
    assert danish(stevns.office.categories) == [
        "1. Vejvisning i organisationen",
        "2. Vejledning til forståelse af afgørelsen eller andre breve",
        "3. Vejledning om regler",
        "4. Klager over sagsbehandling",
        "5. Klager over afgørelser",
        "6. Andet",
        "7. Henvendelser, som ikke kan / må behandles",
    ]
    assert ids(stevns.office.categories) == list("1234567")
    assert [one.id for one in stevns.office.categories if one.complaint] == ["4", "5"]
    assert [one.id for one in stevns.office.categories if one.refused] == ["7"]


def test_the_six_subcategories_are_those_of_table_3_4(stevns: Profile) -> None:
    parts = {one.id: danish(one.subcategories) for one in stevns.office.categories}
    assert parts.pop("4") == [
        "4.1 Sagsbehandlingstid",
        "4.2 Diverse procesregler",
        "4.3 Manglende inddragelse / vejledning / koordinering",
        "4.4 Opfølgning",
        "4.5 Adfærd",
        "4.6 Andet",
    ]
    assert not any(parts.values())


def test_the_six_centres_are_called_as_in_the_tables(stevns: Profile) -> None:
    assert [(one.id, one.short, one.label["da"]) for one in stevns.office.centres] == [
        ("pb", "P&B", "Politik & Borger"),
        ("am", "AM", "Arbejdsmarked"),
        ("bl", "B&L", "Børn & Læring"),
        ("so", "S&O", "Sund & Omsorg"),
        ("tm", "T&M", "Teknik & Miljø"),
        ("ohi", "ØH&I", "Økonomi, HR & IT"),
    ]


def marked(categories: tuple[Category, ...]) -> list[str]:
    parts = [part.id for one in categories for part in one.subcategories if part.behaviour]
    return [one.id for one in categories if one.behaviour] + parts


def test_how_staff_behave_is_told_from_how_they_are_employed() -> None:
    assert {name: marked(office(name).categories) for name in ALL} == {
        "stevns": ["4.5"],
        "ringsted": ["service"],
        "gentofte": [],
        "aalborg": ["service"],
    }


def test_what_is_passed_on_waits_for_the_copy_of_the_reply(stevns: Profile) -> None:
    for version in stevns.versions:
        waits = [one.id for one in version.office.outcomes if one.closing is Closing.WITH_REPLY]
        assert waits == ["passed_on"]
        assert {"guided", "pointed", "passed_on", "rejected"} <= set(ids(version.office.outcomes))


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        (INDEPENDENT, INDEPENDENT),
        (INDEPENDENT - DAY, date(2018, 4, 1)),
        (date(2018, 4, 1), date(2018, 4, 1)),
        (date(2018, 4, 1) - DAY, date(2018, 4, 1)),
        (date(2020, 1, 1), date(2018, 4, 1)),
        (date(2026, 11, 22), INDEPENDENT),
    ],
)
def test_a_day_has_the_version_that_stood_then(stevns: Profile, day: date, begins: date) -> None:
    assert stevns.on(day).valid_from == begins


def test_the_adviser_became_independent(stevns: Profile) -> None:
    now, before = stevns.on(INDEPENDENT), stevns.on(INDEPENDENT - DAY)
    assert (now.address, before.address) == (
        "Store Heddinge Bibliotek",
        "Rådhuset i Store Heddinge",
    )
    assert (now.office.hours_a_week, before.office.hours_a_week) == (25, None)
    assert (now.office.sits_in, before.office.sits_in) == ("", "pb")
    assert now.office.report_to["da"] == "Kommunalbestyrelsen"
    assert before.office.report_to["da"] == "Direktionen og Økonomiudvalget"
    assert "Kommunaldirektørens ressortområde".lower() in before.office.placement["da"].lower()
    assert set(now.channels) == set(Channel)
    assert set(before.channels) == {Channel.CITIZEN}
    assert now.phone == before.phone
    assert now.office.centres == before.office.centres
    assert now.office.categories == before.office.categories


def test_what_can_be_brought_elsewhere_became_what_has_been(stevns: Profile) -> None:
    now, before = stevns.on(INDEPENDENT).office, stevns.on(INDEPENDENT - DAY).office
    assert set(ids(before.rejections)) - set(ids(now.rejections)) == {"appealable"}
    assert set(ids(now.rejections)) - set(ids(before.rejections)) == {"outside"}
    then = dict(zip(ids(before.rejections), danish(before.rejections), strict=True))
    today = dict(zip(ids(now.rejections), danish(now.rejections), strict=True))
    assert then["appealable"] == "Kan indbringes for andet lovhjemlet klageorgan"
    assert "klageorgan" not in then["other_body"]
    assert today["other_body"].startswith("Indbragt for klageorgan")


def test_the_citizens_door_told_so_then_and_tells_so_now(stevns: Profile) -> None:
    def cannot(day: date) -> str:
        guidance = stevns.on(day).channels[Channel.CITIZEN].guidance["da"]
        return " ".join(one.text for one in guidance.exclusions)

    before, now = cannot(INDEPENDENT - DAY), cannot(INDEPENDENT)
    assert "kan indbringes for et andet klageorgan" in before
    assert "kan indbringes" not in now
    assert "som nu ligger hos en klageinstans" in now
    assert "kommunen ikke står for" in now
    assert "kommunen ikke står for" not in before
    told = stevns.on(INDEPENDENT - DAY).channels[Channel.CITIZEN]
    assert "mægle" not in " ".join([told.text["da"].intro, *told.guidance["da"].promises])
    assert "65 e" not in " ".join(told.guidance["da"].privacy.basis)


# -- the others --------------------------------------------------------------------------------


def test_ringsted_counts_issues_from_august_and_was_evaluated() -> None:
    ringsted = load_profile("ringsted")
    assert ringsted.email == "borgerraadgiver@ringsted.dk"
    assert ringsted.phone == "57 62 67 93"
    assert ringsted.office.year_begins == (8, 1)
    assert ringsted.office.unit is Unit.ISSUES
    assert {"citizen", "employee"} <= set(ids(ringsted.office.enquirers))
    (evaluation,) = ringsted.office.evaluations
    assert evaluation.day == date(2020, 12, 7)
    assert evaluation.day.strftime("%w") == "1", "mandag aften"
    assert evaluation.body["da"] == "Byrådet"
    assert "videreføres" in evaluation.decision["da"]
    assert "Borgerne føler sig hørt" in danish(ringsted.office.criteria)
    assert ringsted.office.report_to["da"] == "Byrådet"


def test_gentofte_has_the_types_causes_and_themes_of_its_report() -> None:
    gentofte = load_profile("gentofte")
    assert gentofte.valid_from == date(2023, 5, 1)
    assert danish(gentofte.office.categories) == ["Råd og vejledning", "Klager", "Øvrige"]
    causes = gentofte.office.categories[1].subcategories
    assert danish(causes)[:4] == [
        "Manglende vejledning",
        "Manglende svar på henvendelser",
        "Manglende fremdrift i sagsbehandlingen",
        "Lange sagsbehandlingstider",
    ]
    assert danish(gentofte.office.themes) == [
        "Styrke vejledningen",
        "Nedbringe sagsbehandlingstiden",
        "Løbende kommunikation",
        "Afholdelse af møder",
    ]
    assert gentofte.office.learning_points
    label = gentofte.channels[Channel.CITIZEN].fields[0].text["da"].label
    assert label == "Hvilket opgaveområde handler det om?"


def test_aalborg_has_departments_with_divisions() -> None:
    aalborg = load_profile("aalborg")
    families = aalborg.office.centre("fb")
    assert families is not None
    assert families.label["da"] == "Familie- og Beskæftigelsesforvaltningen"
    assert {"Job- og Ydelsesafdelingen", "Socialafdelingen"} <= set(danish(families.divisions))
    assert all(one.divisions for one in aalborg.office.centres)
    assert aalborg.office.year_begins == (1, 1)
    assert "Erhvervsdrivende" in danish(aalborg.office.enquirers)
    assert aalborg.office.report_to["da"] == "Familie- og Socialudvalget"


@pytest.mark.parametrize("name", ["ringsted", "gentofte", "aalborg"])
def test_no_door_is_open_that_the_source_does_not_name(name: str) -> None:
    profile = load_profile(name)
    assert set(profile.channels) == {Channel.CITIZEN}
    told = profile.channels[Channel.CITIZEN].guidance["da"].not_for
    assert [one.door for one in told] == [None]
    assert "whistleblower.dk" in told[0].text, "whoever comes is told where else to go"


# -- all ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_neither_the_mayor_nor_the_chief_executive_is_a_recipient(name: str) -> None:
    for version in load_profile(name).versions:
        for one in version.office.recipients:
            said = f"{one.id} {' '.join(one.label.values())}"
            assert not re.search("borgmester|direktør|mayor|executive", said, re.IGNORECASE)


@pytest.mark.parametrize("name", ALL)
def test_every_version_names_its_own_municipality_alone(name: str) -> None:
    others = {"Stevns", "Heddinge", "Ringsted", "Gentofte", "Aalborg"}
    others -= {name.capitalize(), *(["Heddinge"] if name == "stevns" else [])}
    for version in load_profile(name).versions:
        assert version.id == name
        assert not [one for one in others if one in repr(version)]
        assert not re.search(r"\{(?!centre\}|day\})\w+\}", repr(version)), "a placeholder is left"


@pytest.mark.parametrize("name", ALL)
def test_a_published_number_has_three_people_behind_it_a_whistleblowers_five(name: str) -> None:
    assert office(name).disclosure == {
        Channel.WHISTLEBLOWER: 5,
        Channel.COUNCIL: 5,
        Channel.CITIZEN: 3,
    }


@pytest.mark.parametrize("name", ALL)
def test_something_can_be_closed_refused_and_complained_of_everywhere(name: str) -> None:
    for version in load_profile(name).versions:
        assert any(one.complaint for one in version.office.categories)
        assert {one.closing for one in version.office.outcomes} == set(Closing)
        assert len(version.office.texts) == 6
