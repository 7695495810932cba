"""The office in a profile: what a mistaken one is told, place and mend, word for word."""

from datetime import date, timedelta

import pytest

from tests.support.profiles import WHOLE, changed
from whistle.domain.channel import Channel
from whistle.domain.office import find, label_of
from whistle.domain.profile import Profile, ProfileError, read_profile

OFFICE = "p.toml, office"


def read(content: bytes) -> Profile:
    return read_profile(content, "p.toml")


def with_top(lines: str) -> bytes:
    return f"{lines}\n{WHOLE}".encode()


def without_centres() -> bytes:
    start, end = WHOLE.index("[[office.centres]]"), WHOLE.index("[[office.categories]]")
    return (WHOLE[:start] + WHOLE[end:]).encode()


BROKEN = {
    "an unknown name": (
        changed("reply_days = 10", "reply_day = 10"),
        f"{OFFICE}: unknown name reply_day; take it out, or use one of hours_a_week, ",
    ),
    "no centres": (
        without_centres(),
        f"{OFFICE}: centres is missing; add one or more [[centres]]",
    ),
    "an id with a space": (
        changed('id = "tm"', 'id = "t m"'),
        (
            f"{OFFICE}, centres 2 (t m), id: t m is no identifier; use at most 40 of a–z, "
            "A–Z, 0–9, "
            "_, . and -, with a letter or digit first"
        ),
    ),
    "an id that a spreadsheet would count with": (
        changed('id = "tm"', 'id = "-1"'),
        f"{OFFICE}, centres 2 (-1), id: -1 is no identifier; ",
    ),
    "an id that is a column of reports": (
        changed('id = "tm"', 'id = "total"'),
        f"{OFFICE}, centres 2 (total), id: total has a meaning of its own; choose another",
    ),
    "one id twice": (
        changed('id = "tm"', 'id = "pb"'),
        f"{OFFICE}, centres: pb is there twice; give each its own id",
    ),
    "a centre that is a recipient as well": (
        changed('id = "tm"', 'id = "lawyer"'),
        f"{OFFICE}, centres and recipients: lawyer is there twice; give each its own id",
    ),
    "one sub-category in two categories": (
        changed('id = "2"\n', 'id = "2"\nsubcategories = [{ id = "1.1", da = "x", en = "x" }]\n'),
        f"{OFFICE}, categories, subcategories: 1.1 is there twice; give each its own id",
    ),
    "one division in two centres": (
        WHOLE.replace("da = ", 'divisions = [{ id = "d", da = "x", en = "x" }]\nda = ', 2).encode(),
        f"{OFFICE}, centres, divisions: d is there twice; give each its own id",
    ),
    "a label in one language": (
        changed('en = "Technical & Environment"', ""),
        f"{OFFICE}, centres 2 (tm): en is missing; add it",
    ),
    "a unit that nobody counts": (
        changed('unit = "enquiries"', 'unit = "cases"'),
        f"{OFFICE}, unit: should be one of enquiries, issues",
    ),
    "a year that begins on no day": (
        changed('year_begins = "01-01"', 'year_begins = "13-01"'),
        f'{OFFICE}, year_begins: should be month and day, year_begins = "01-01"',
    ),
    "a year that begins on a leap day": (
        changed('year_begins = "01-01"', 'year_begins = "02-29"'),
        f'{OFFICE}, year_begins: should be month and day, year_begins = "01-01"',
    ),
    "no time for a reply": (
        changed("reply_days = 10", "reply_days = 0"),
        f"{OFFICE}, reply_days: should be a whole number from 1 to 1200",
    ),
    "a half-year rule in words": (
        changed("half_year_months = 6", 'half_year_months = "six"'),
        f"{OFFICE}, half_year_months: should be a whole number from 1 to 1200",
    ),
    "cases kept of a door that there is not": (
        changed("citizen = 60", "citizens = 60"),
        (
            f"{OFFICE}, keep_months: unknown name citizens; take it out, or use one of "
            "whistleblower, "
            "council, citizen"
        ),
    ),
    "an open door whose cases are kept for nobody knows how long": (
        changed("citizen = 60", ""),
        f"{OFFICE}, keep_months: citizen is missing; add it",
    ),
    "numbers that show who it was": (
        changed("citizen = 3", "citizen = 2"),
        f"{OFFICE}, disclosure, citizen: should be a whole number from 3 to 1200",
    ),
    "a way of closing": (
        changed('closing = "with-reply"', 'closing = "later"'),
        (
            f"{OFFICE}, outcomes 3 (passed_on), closing: should be one of "
            "at-once, with-reply, rejected"
        ),
    ),
    "nothing that can be refused": (
        changed(', closing = "rejected"', ""),
        f'{OFFICE}, outcomes: none can refuse an enquiry; give one closing = "rejected"',
    ),
    "no result of a report that was rejected": (
        changed(
            '{ id = "rejected", da = "Afvist", en = "Rejected" }',
            '{ id = "x", da = "x", en = "x" }',
        ),
        (
            f"{OFFICE}, whistleblowing, results: rejected is missing; the program knows it by this "
            "id: add it, and call it what you like"
        ),
    ),
    "an adviser in no centre": (
        changed("reply_days = 10", 'reply_days = 10\nsits_in = "xx"'),
        f"{OFFICE}, sits_in: xx is no centre; use one of pb, tm",
    ),
    "a letter without an end": (
        changed('signature = "Kind', 'ending = "Kind'),
        (
            f"{OFFICE}, letter, en: unknown name ending; take it out, or use one of "
            "greeting, request, "
            "closing, signature"
        ),
    ),
    "the mayor by another name": (
        changed(
            '{ id = "lawyer"',
            '{ id = "top", da = "Sekretariat for borgmesteren", en = "Top" },\n{ id = "lawyer"',
        ),
        (
            f"{OFFICE}, recipients: top is the mayor or the chief executive by its name, who are "
            "never told anything; take it out"
        ),
    ),
    "an option that cannot be registered": (
        changed('{ id = "lawyer"', '{ id = "advocate"'),
        (
            "p.toml, channels, council, fields, consent: lawyer is not in [[office.recipients]]; "
            "add it there, or use person, group_chair, council, advocate, support, police, "
            "authority "
            "or unknown"
        ),
    ),
    "a placeholder that is none": (
        changed('en = "Time taken"', 'en = "{time}"'),
        (
            "p.toml, office, categories 1, subcategories 1, en: {time} is no placeholder; "
            "take it out, "
            "or use one of {phone}, {email}, {address}, {town_hall}, {municipality}, {council}, "
            "{Council}"
        ),
    ),
    "a base that is none": (
        with_top('based_on = "norm"'),
        "p.toml, based_on: there is no base norm; use one of citizens, standard",
    ),
    "nothing left out": (
        with_top('based_on = "standard"\nwithout = ["channels/mayor"]'),
        (
            "p.toml, without: channels/mayor names nothing that is there; take it out, or write it "
            "like channels/council or office/rejections/outside"
        ),
    ),
    "a day in quotes": (
        with_top('from = "2021-05-01"'),
        "p.toml, from: should be a day without quotes, from = 2021-05-01",
    ),
    "an earlier version without a day after it": (
        f"{WHOLE}\n[[earlier]]\nfrom = 2018-04-01\n".encode(),
        "p.toml: from is missing; add it",
    ),
    "versions in the wrong order": (
        f"from = 2021-05-01\n{WHOLE}\n[[earlier]]\nfrom = 2021-05-01\n".encode(),
        (
            "p.toml, earlier 1, from: 2021-05-01 should be before 2021-05-01, when the "
            "version after "
            "it begins; put the newest first"
        ),
    ),
    "an earlier version of another municipality": (
        f'from = 2021-05-01\n{WHOLE}\n[[earlier]]\nfrom = 2018-04-01\nid = "x"\n'.encode(),
        "p.toml, earlier 1 (x): id belongs to the whole file; take it out here",
    ),
    "a mistake in an earlier version": (
        (
            f"from = 2021-05-01\n{WHOLE}\n[[earlier]]\nfrom = 2018-04-01\n"
            "[earlier.office]\nreply_days = 0\n"
        ).encode(),
        "p.toml, version from 2018-04-01, office, reply_days: should be a whole number from 1 to",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_mistaken_office_is_told_where_and_how_to_mend_it(name: str) -> None:
    content, told = BROKEN[name]
    with pytest.raises(ProfileError) as refused:
        read(content)
    assert told in str(refused.value)
    assert str(refused.value).startswith("p.toml")


def test_the_profile_that_the_others_break_is_whole() -> None:
    profile = read(WHOLE.encode())
    assert set(profile.channels) == set(Channel)
    assert [one.id for one in profile.office.centres] == ["pb", "tm"]
    assert profile.earlier == ()


def test_a_door_that_is_closed_keeps_nothing() -> None:
    start, end = WHOLE.index("[channels.whistleblower]"), WHOLE.index("[channels.council]")
    text = WHOLE[:start] + WHOLE[end:]
    text = text.replace("[office.keep_months]", "[office.keep_months]\n# closed", 1)
    text = text.replace("whistleblower = 24\n", "", 1)
    assert set(read(text.encode()).office.keep_months) == {Channel.COUNCIL, Channel.CITIZEN}


def test_thresholds_that_are_left_out_are_the_usual() -> None:
    text = WHOLE.replace("[office.disclosure]", "[office.keep]")
    start = text.index("[office.keep]")
    end = text.index("# The centre answers", start)
    usual = read((text[:start] + text[end:]).encode()).office.disclosure
    assert [usual[one] for one in Channel] == [5, 5, 3]
    raised = read(changed("citizen = 3", "citizen = 7")).office.disclosure
    assert [raised[one] for one in Channel] == [5, 5, 7]


def test_what_was_registered_under_an_older_profile_is_shown_as_it_is() -> None:
    office = read(WHOLE.encode()).office
    assert label_of(office.centres, "tm", "en") == "Technical & Environment"
    assert label_of(office.centres, "gone", "en") == "gone"
    assert find(office.outcomes, "passed_on") == office.outcome("passed_on")
    assert office.category("gone") is None


def test_a_version_of_tomorrow_waits_for_its_day() -> None:
    day = date(2030, 1, 1)
    content = (
        f"from = {day}\n{WHOLE}\n[[earlier]]\nfrom = 2020-01-01\n[[earlier]]\nfrom = 2019-01-01\n"
    )
    newest = read(content.encode())
    today = newest.on(day - timedelta(days=1))
    assert today.valid_from == date(2020, 1, 1)
    assert newest.on(day) is newest
    assert today.on(date(2019, 6, 1)).valid_from == date(2019, 1, 1), "it knows those before it"
    assert today.earlier == newest.earlier[1:]
