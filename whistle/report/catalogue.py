"""Open data described for portals: the published reports as a catalogue, JSON-LD in DCAT-AP.

After DCAT-AP 3.0 (SEMIC, 2024) and DCAT-AP-DK 2.0 (Digitaliseringsstyrelsen, 2021): what both call
mandatory is there, and what they recommend as far as there is an answer. Whoever describes a report
hands over the addresses; nothing here knows where it is served.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from whistle.domain.counting import Period
from whistle.domain.office import LANGUAGES
from whistle.domain.profile import Profile
from whistle.report.model import Json, Report
from whistle.report.periods import days_label
from whistle.report.published import Published
from whistle.report.words import words

CERTIFICATE = "certificate"
_EU = "http://publications.europa.eu/resource/authority"
_IANA = "https://www.iana.org/assignments/media-types"
_LANGUAGES = {"da": f"{_EU}/language/DAN", "en": f"{_EU}/language/ENG"}
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TYPES = {
    "json": ("JSON", "application/json"),
    "csv": ("CSV", "text/csv"),
    "xlsx": ("XLSX", _SPREADSHEET),
    "docx": ("DOCX", _WORD),
    "pdf": ("PDF", "application/pdf"),
    CERTIFICATE: ("JSON", "application/json"),
}
_CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


@dataclass(frozen=True, slots=True)
class Described:
    """A published report and where it is. ``files``: addresses by format, or `CERTIFICATE`."""

    published: Published
    page: str
    files: Mapping[str, str]


def catalogue(profile: Profile, address: str, home: str, reports: Sequence[Described]) -> Json:
    """Describe published reports, at least one. ``address``: the catalogue's; ``home``: its page.

    A report that was corrected is there in each of its versions, one after the other.
    """
    days = sorted(one.published.day for one in reports)
    return {
        "@context": _CONTEXT,
        "@id": f"{address}#catalogue",
        "@type": "dcat:Catalog",
        "dct:title": _said("catalogue/title", municipality=profile.municipality),
        "dct:description": _said("catalogue/description", municipality=profile.municipality),
        "dct:publisher": _publisher(profile, address),
        "dct:language": [_node(one, "dct:LinguisticSystem") for one in _LANGUAGES.values()],
        "dct:license": _node(profile.office.licence, "dct:LicenseDocument"),
        "dct:issued": _day(days[0].isoformat()),
        "dct:modified": _day(days[-1].isoformat()),
        "foaf:homepage": _node(home, "foaf:Document"),
        "dcat:themeTaxonomy": _node(f"{_EU}/data-theme", "skos:ConceptScheme"),
        "dcat:dataset": [_dataset(profile, address, one, _before(one, reports)) for one in reports],
    }


def _dataset(profile: Profile, address: str, one: Described, before: Described | None) -> Json:
    report = one.published.report
    told: Json = {
        "@id": _name(one),
        "@type": "dcat:Dataset",
        "dct:identifier": _name(one),
        "dct:title": _period_said("report", report),
        "dct:description": _period_said("catalogue/dataset", report),
        "dct:publisher": _publisher(profile, address),
        "dcat:contactPoint": _contact(profile),
        "dct:issued": _day(one.published.day.isoformat()),
        "dct:modified": _day(one.published.day.isoformat()),
        "dct:language": _node(_LANGUAGES[report.language], "dct:LinguisticSystem"),
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _day(report.first.isoformat()),
            "dcat:endDate": _day(report.last.isoformat()),
        },
        "dct:accessRights": _node(f"{_EU}/access-right/PUBLIC", "dct:RightsStatement"),
        "dct:accrualPeriodicity": _node(f"{_EU}/frequency/NEVER", "dct:Frequency"),
        "dcat:theme": _node(f"{_EU}/data-theme/GOVE", "skos:Concept"),
        "dcat:keyword": _keywords(),
        "dcat:landingPage": _node(one.page, "foaf:Document"),
        "dcat:version": str(one.published.number),
        "dcat:distribution": [
            _distribution(profile, one, wanted, file) for wanted, file in one.files.items()
        ],
    }
    if before:
        told["dcat:previousVersion"] = {"@id": _name(before)}
        told["adms:versionNotes"] = {
            "@language": report.language, "@value": one.published.changes,
        }  # fmt: skip
    return told


def _distribution(profile: Profile, one: Described, wanted: str, file: str) -> Json:
    type_name, media_type = _TYPES[wanted]
    day = _day(one.published.day.isoformat())
    title = _said("catalogue/certificate") if wanted == CERTIFICATE else wanted.upper()
    return {
        "@id": file,
        "@type": "dcat:Distribution",
        "dct:title": title,
        "dcat:accessURL": {"@id": file},
        "dcat:downloadURL": {"@id": file},
        "dct:format": _node(f"{_EU}/file-type/{type_name}", "dct:MediaTypeOrExtent"),
        "dcat:mediaType": _node(f"{_IANA}/{media_type}", "dct:MediaType"),
        "dct:license": _node(profile.office.licence, "dct:LicenseDocument"),
        "dct:language": _node(_LANGUAGES[one.published.report.language], "dct:LinguisticSystem"),
        "dct:issued": day,
    }


def _name(one: Described) -> str:
    return f"{one.page}#dataset"


def _before(one: Described, reports: Sequence[Described]) -> Described | None:
    """Give what a correction corrects: the version before it, of the same days."""
    report, number = one.published.report, one.published.number
    same = (
        other
        for other in reports
        if (other.published.report.first, other.published.report.last)
        == (report.first, report.last)
        and other.published.number == number - 1
    )
    return next(same, None)


def _publisher(profile: Profile, address: str) -> Json:
    return {
        "@id": f"{address}#publisher",
        "@type": "foaf:Agent",
        "foaf:name": profile.municipality,
        "dct:type": _node("http://purl.org/adms/publishertype/LocalAuthority", "skos:Concept"),
    }


def _contact(profile: Profile) -> Json:
    """Say who answers questions: nobody by name. One of the two addresses is always there."""
    told: Json = {"@type": "vcard:Organization", "vcard:fn": profile.municipality}
    if profile.email:
        told["vcard:hasEmail"] = {"@id": f"mailto:{profile.email}"}
    if profile.phone:
        told["vcard:hasTelephone"] = {"@id": f"tel:{profile.phone.replace(' ', '')}"}
    return told


def _keywords() -> list[Json]:
    return [
        {"@language": language, "@value": one}
        for language in LANGUAGES
        for one in words(language)["catalogue/keywords"].split(", ")
    ]


def _period_said(name: str, report: Report) -> list[Json]:
    days = Period(report.first, report.last)
    return [
        {
            "@language": language,
            "@value": words(language)[name].format(
                municipality=report.municipality, period=days_label(days, language)
            ),
        }
        for language in LANGUAGES
    ]


def _said(name: str, **told: str) -> list[Json]:
    return [
        {"@language": language, "@value": words(language)[name].format(**told)}
        for language in LANGUAGES
    ]


def _node(address: str, kind: str) -> Json:
    return {"@id": address, "@type": kind}


def _day(day: str) -> Json:
    return {"@type": "xsd:date", "@value": day}
