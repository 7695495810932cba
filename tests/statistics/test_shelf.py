"""What everybody may ask for is made once: no page and no file works a server by asking again."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from tests.report.test_comparing import published  # noqa: F401  (a fixture)
from tests.support.office import Founding, Office, open_office
from whistle.domain.published import REPORT_RECORD
from whistle.report.published import Published
from whistle.statistics import compare, open_data, reports
from whistle.statistics.shelf import Shelf
from whistle.storage import public_documents
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade
from whistle.storage.public_documents import PublicDocumentRow

HALF = b"h" * 16


@pytest.fixture
def office(
    tmp_path_factory: pytest.TempPathFactory,
    founding: Founding,
    published: list[Published],  # noqa: F811  (the fixture)
) -> Iterator[Office]:
    """An office that has published a year, forty times over in its words, and half a year."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('shelf')}/whistle.db")
    upgrade(store)
    first, _ = published
    half = replace(first, report=replace(first.report, last=date(2022, 6, 30)))
    with store.write() as db:
        for number in range(1, 41):
            one = replace(first, number=number, order=number)
            row(bytes([number]) * 16, one).insert(db)
        row(HALF, half).insert(db)
    yield open_office(store, founding)
    store.dispose()


def row(name: bytes, one: Published) -> PublicDocumentRow:
    return PublicDocumentRow(name, REPORT_RECORD, "", one.day, "x.json", "", one.encode())


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often something dear was made."""
    found: Counter[str] = Counter()

    def counted(of: object, name: str) -> None:
        make = getattr(of, name)

        def counting(*given: object, **named: object) -> object:
            found[name] += 1
            return make(*given, **named)

        monkeypatch.setattr(of, name, counting)

    counted(reports, "write")
    counted(compare, "beside")
    counted(open_data, "catalogue")
    counted(Published, "decode")
    return found


def test_every_file_of_every_report_is_written_once(office: Office, made: Counter[str]) -> None:
    reporter = office.reporter()
    address = "/da/statistics/report/2022-01-01_2022-12-31_{}/data.csv"
    first, then = (
        [reporter.get(address.format(number)).data for number in range(1, 41)] for _ in range(2)
    )
    assert first == then
    assert made["write"] == 40


def test_lists_and_what_is_drawn_of_all_are_made_once_for_each_language(
    office: Office, made: Counter[str]
) -> None:
    reporter = office.reporter()
    pages = [
        f"/{lang}/statistics/{page}"
        for lang in ("da", "en")
        for page in ("", "compare", "catalogue.jsonld")
    ]
    first = [reporter.get(page).data for page in pages]
    assert (made["beside"], made["catalogue"]) == (2, 2)
    made.clear()
    assert [reporter.get(page).data for page in pages] == first
    assert made == {}


def test_a_page_reads_the_one_report_that_it_shows(office: Office, made: Counter[str]) -> None:
    reporter = office.reporter()
    reporter.get("/da/statistics/")
    made.clear()
    page = reporter.get("/da/statistics/report/2022-01-01_2022-12-31_7").text
    assert "2022-01-01_2022-12-31_40" in page, "the newest version"
    assert made == {"decode": 1}


def test_what_is_taken_down_is_gone_and_what_comes_is_there(
    office: Office,
    published: list[Published],  # noqa: F811  (the fixture)
) -> None:
    reporter, store = office.reporter(), office.installation.store
    report = "/da/statistics/report/2022-01-01_2022-06-30_1/data.csv"
    assert reporter.get(report).status_code == 200
    assert "/compare" not in reporter.get("/da/statistics/").text, "nothing is alike"
    empty = reporter.get("/da/statistics/compare").text
    with store.write() as db:
        public_documents.remove(db, HALF)
        row(b"t" * 16, published[1]).insert(db)
    assert reporter.get(report).status_code == 404
    assert "2022-06-30" not in reporter.get("/da/statistics/catalogue.jsonld").text
    assert "/da/statistics/compare" in reporter.get("/da/statistics/").text
    page = reporter.get("/da/statistics/compare").text
    assert (empty.count("<svg"), page.count("<svg")) == (0, 4)


def test_when_there_is_no_room_what_is_there_stays(office: Office) -> None:
    shelf = Shelf(most=10)
    with office.installation.store.read() as db:
        head = shelf.heads(db)[0].id
    assert shelf.file(head, "csv", lambda: b"12345678") == b"12345678"
    assert shelf.file(head, "pdf", lambda: b"abc") == b"abc"
    assert shelf.file(head, "pdf", lambda: b"anew") == b"anew"
    assert shelf.file(head, "csv", lambda: b"anew") == b"12345678"
    assert shelf.file(b"gone", "csv", lambda: b"1") == b"1"
    assert shelf.file(b"gone", "csv", lambda: b"2") == b"2"
