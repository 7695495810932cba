"""The description of the open data: DCAT-AP, by the configured address, and all of it is there."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.report.test_comparing import published  # noqa: F401  (a fixture)
from tests.support.office import Founding, Office, Reporter, open_office
from whistle.app import create_intake
from whistle.domain.published import REPORT_RECORD
from whistle.report.catalogue import Described, catalogue
from whistle.report.published import Published
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade
from whistle.storage.public_documents import PublicDocumentRow

Node = dict[str, Any]
HOST = "whistle.andeby.example"
# DCAT-AP 3.0 and DCAT-AP-DK 2.0: what is mandatory, and what they recommend and a portal asks for.
NEEDED = {
    "dcat:Catalog": {"dct:title", "dct:description", "dct:publisher", "dcat:dataset"},
    "dcat:Dataset": {
        "dct:title", "dct:description", "dct:publisher", "dcat:contactPoint", "dcat:theme",
        "dcat:keyword", "dct:temporal", "dct:issued", "dct:language", "dcat:distribution",
        "dcat:landingPage", "dct:identifier",
    },
    "dcat:Distribution": {"dcat:accessURL", "dct:license", "dct:format", "dcat:mediaType"},
    "foaf:Agent": {"foaf:name"},
    "vcard:Organization": {"vcard:fn", "vcard:hasEmail"},
    "dct:PeriodOfTime": {"dcat:startDate", "dcat:endDate"},
}  # fmt: skip
OF_TYPE = {
    "dct:publisher": "foaf:Agent", "dct:license": "dct:LicenseDocument",
    "dcat:theme": "skos:Concept",
    "dct:language": "dct:LinguisticSystem", "dct:format": "dct:MediaTypeOrExtent",
    "dct:temporal": "dct:PeriodOfTime", "dcat:distribution": "dcat:Distribution",
    "dcat:dataset": "dcat:Dataset", "dct:accessRights": "dct:RightsStatement",
    "dcat:landingPage": "foaf:Document", "dcat:contactPoint": "vcard:Organization",
}  # fmt: skip
ONCE = {"dct:publisher", "dct:license", "dct:issued", "dct:modified", "dct:format", "dct:temporal"}


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory,
    founding: Founding,
    published: list[Published],  # noqa: F811  (the fixture)
) -> Iterator[Office]:
    """An office that has published two years, the first of them twice."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('open')}/whistle.db")
    upgrade(store)
    found = open_office(store, founding)
    first, then = published
    again = replace(first, number=2, changes="Ordene er rettet", day=date(2024, 4, 1), order=3)
    with store.write() as db:
        for place, one in enumerate((replace(first, order=1), replace(then, order=2), again)):
            PublicDocumentRow(
                bytes([place]) * 16, REPORT_RECORD, "", one.day, "x.json", "", one.encode()
            ).insert(db)
    here = replace(found.installation, public_address=HOST)
    yield replace(found, installation=here)
    store.dispose()


@pytest.fixture(scope="module")
def told(office: Office) -> Node:
    """The catalogue, as it is saved."""
    answer = office.reporter().get("/da/statistics/catalogue.jsonld")
    assert answer.status_code == 200
    assert answer.content_type == "application/ld+json"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    return json.loads(answer.data)  # type: ignore[no-any-return]


def nodes(told: Any) -> Iterator[Node]:
    """Give every object of the catalogue."""
    for one in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from nodes(one)
    if isinstance(told, dict):
        yield told


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_everything_has_what_the_profile_calls_mandatory(told: Node) -> None:
    met = set()
    for node in nodes({name: part for name, part in told.items() if name != "@context"}):
        kind = node.get("@type", "")
        assert NEEDED.get(kind, set()) <= node.keys(), kind
        met.add(kind)
        for name, wanted in OF_TYPE.items():
            assert {one["@type"] for one in as_list(node.get(name, []))} <= {wanted}, name
        assert all(not isinstance(node.get(name), list) for name in ONCE)
    assert met >= NEEDED.keys()


def test_every_name_is_of_a_vocabulary_that_is_said(told: Node) -> None:
    names = {name for node in nodes({**told, "@context": {}}) for name in node}
    kinds = {node["@type"] for node in nodes(told) if "@type" in node}
    prefixes = {one.partition(":")[0] for one in names | kinds if not one.startswith("@")}
    assert prefixes == told["@context"].keys()


def test_titles_are_told_in_both_languages_and_days_are_days(told: Node) -> None:
    for one in (told, *told["dcat:dataset"]):
        for name in ("dct:title", "dct:description"):
            assert {text["@language"] for text in one[name]} == {"da", "en"}
    for node in nodes(told):
        if node.get("@type") == "xsd:date":
            date.fromisoformat(node["@value"])
    period = told["dcat:dataset"][-1]["dct:temporal"]
    assert period["dcat:startDate"]["@value"] == "2022-01-01"
    assert period["dcat:endDate"]["@value"] == "2022-12-31"


def test_every_report_is_there_and_each_address_answers(office: Office, told: Node) -> None:
    reporter = office.reporter()
    assert len(told["dcat:dataset"]) == 3
    for dataset in told["dcat:dataset"]:
        files = [(one["dcat:downloadURL"]["@id"], one) for one in dataset["dcat:distribution"]]
        assert len(files) == 6
        for address, file in files:
            if address.endswith(("pdf", "docx")) and dataset is not told["dcat:dataset"][0]:
                continue  # they take the longest to make
            answer = reporter.get(address.removeprefix(f"https://{HOST}"))
            kind = file["dcat:mediaType"]["@id"].partition("media-types/")[2]
            assert answer.status_code == 200
            assert answer.content_type.partition(";")[0] == kind
        page = dataset["dcat:landingPage"]["@id"]
        assert reporter.get(page.removeprefix(f"https://{HOST}")).status_code == 200


def test_a_correction_names_what_it_corrects(told: Node) -> None:
    [corrected] = [one for one in told["dcat:dataset"] if one["dcat:version"] == "2"]
    assert corrected["adms:versionNotes"]["@value"] == "Ordene er rettet"
    earlier = corrected["dcat:previousVersion"]["@id"]
    assert earlier in {one["@id"] for one in told["dcat:dataset"]}


def test_each_version_names_the_one_before_it_and_no_other(
    office: Office,
    published: list[Published],  # noqa: F811  (the fixture)
) -> None:
    first, then = published
    versions = [replace(first, number=number, changes="Ord") for number in (3, 2, 1)]
    described = [Described(one, f"/r{one.number}", {}) for one in versions]
    told = catalogue(
        office.installation.profile, "/c", "/", [Described(then, "/t", {}), *described]
    )
    before = [one.get("dcat:previousVersion", {}).get("@id") for one in told["dcat:dataset"]]
    assert before == [None, "/r2#dataset", "/r1#dataset", None]


def test_addresses_are_the_configured_ones_whoever_asks(office: Office, told: Node) -> None:
    addresses = re.findall(r'"@id": "([^"]+)"', json.dumps(told))
    ours = [one for one in addresses if "/statistics/" in one]
    assert ours
    assert all(one.startswith(f"https://{HOST}/") for one in ours)
    path = "/da/statistics/catalogue.jsonld"
    client = office.intake.test_client()
    other = client.get(path, base_url="https://evil.example")
    assert b"evil" not in other.data
    untold = replace(office.installation, public_address="")
    anywhere = Reporter(create_intake(untold).test_client()).get(path).get_json(force=True)
    assert anywhere["@id"] == f"{path}#catalogue", "read beside the address it was fetched from"


def test_without_a_report_there_is_nothing_to_describe(
    tmp_path_factory: pytest.TempPathFactory, founding: Founding
) -> None:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('none')}/whistle.db")
    upgrade(store)
    reporter = open_office(store, founding).reporter()
    assert reporter.get("/da/statistics/catalogue.jsonld").status_code == 404
    assert "catalogue" not in reporter.get("/da/statistics/").text
    assert reporter.get("/da/statistics/compare").status_code == 200
    store.dispose()


@pytest.mark.parametrize("lang", ["da", "en"])
def test_the_public_page_leads_to_it_and_says_the_licence(office: Office, lang: str) -> None:
    page = office.reporter().get(f"/{lang}/statistics/").text
    address = f'href="/{lang}/statistics/catalogue.jsonld"'
    assert f'<link rel="alternate" type="application/ld+json" {address}' in page
    assert page.count(address) == 2
    assert "CC BY 4.0" in page
    assert f'href="/{lang}/statistics/compare"' in page


def test_the_compared_years_are_pages_without_a_cookie(office: Office) -> None:
    answer = office.reporter().get("/da/statistics/compare")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert '<th scope="col">2022</th><th scope="col">2023</th>' in answer.text
    assert answer.text.count("<svg") == 4
    assert 'href="/da/statistics/report/2022-01-01_2022-12-31_2"' in answer.text
    assert "_2022-12-31_1" not in answer.text, "what was corrected is not compared"
    assert re.search(r'·</span><span class="sr-only" lang="da">[^<]+</span></td>', answer.text)
    assert re.search(r'–</span><span class="sr-only" lang="da">[^<]+</span></td>', answer.text)
    assert not re.search("<td>[·–]", answer.text)
