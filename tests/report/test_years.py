"""A small town's reports, year after year, each safe beside all that were published before it."""

import random
from dataclasses import replace
from datetime import date, timedelta

from whistle.disclosure import Publication, attack, check
from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.profile import load_profile
from whistle.domain.registration import Issue
from whistle.report.building import Wanted
from whistle.report.public import make_public

STEVNS = load_profile("stevns")
CENTRES = {"pb": 1, "am": 5, "bl": 6, "so": 13, "tm": 3, "ohi": 1}
CATEGORIES = {"1": 5, "2": 5, "3": 1, "4": 13, "5": 4, "6": 1, "7": 1}
BELOW = {"4.1": 9, "4.2": 1, "4.3": 1, "4.4": 1, "4.5": 1, "4.6": 1}
"""How often Stevns met each in its report of March 2021, about."""


def a_year(chance: random.Random, year: int) -> list[Anonymised]:
    """Make a year of about thirty enquiries up."""

    def one_of(weights: dict[str, int]) -> str:
        return chance.choices(list(weights), list(weights.values()))[0]

    found = []
    for _ in range(round(chance.gauss(30, 4))):
        day, work = date(year, 1, 1) + timedelta(chance.randrange(365)), chance.random() < 0.88
        category = one_of(CATEGORIES)
        issue = Issue(category, one_of(BELOW) if category == "4" else "", one_of(CENTRES))
        issues = (issue,) if work else ()
        found.append(Anonymised(Channel.CITIZEN, day, casework=work, issues=issues))
    return found


def test_three_years_keep_the_table_of_casework_and_their_crosses() -> None:
    chance, published = random.Random(1), list[Publication]()
    for year in (2020, 2021, 2022):
        wanted = Wanted(Period(date(year, 1, 1), date(year, 12, 31)))
        public = make_public(STEVNS, a_year(chance, year), wanted, published)
        published.append(public.publication)
        crossed = {one.id for one in public.publication.tables if len(one.columns) > 2}
        assert crossed >= {"3.1", "3.2", "3.3", "3.4"}, year
        assert check(published, public.certificate).valid
    assert attack(published).safe


def test_a_line_that_nobody_expects_is_known_to_have_somebody_in_it() -> None:
    known = Anonymised(
        Channel.CITIZEN, date(2022, 2, 1), casework=True, issues=(Issue("4", "4.1", "bl"),)
    )
    unexpected = [replace(known, issues=(Issue("4", "", "so"),)), replace(known, issues=())]
    public = make_public(
        STEVNS, [known] * 6 + unexpected * 3, Wanted(Period(date(2022, 1, 1), date(2022, 12, 31)))
    )
    told = {tuple(one.cell.items())[-1]: one.least for one in public.publication.facts}
    assert told == {
        ("category", "4/not_told"): 1,
        ("category", "not_told"): 1,
        ("centre", "not_told"): 1,
    }
