"""The published reports described for open data portals: DCAT-AP, as JSON-LD."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Response, abort, url_for

from whistle.report.catalogue import CERTIFICATE, Described, catalogue
from whistle.report.published import Published
from whistle.setting_tables import THIS_MACHINE
from whistle.statistics.blueprint import blueprint, kept
from whistle.statistics.reports import FORMATS, heads, read_all
from whistle.statistics.shelf import Head, this_shelf
from whistle.web import attachment_response, this_installation

_TYPE = "application/ld+json"


@blueprint.get("/catalogue.jsonld")
def open_data(lang: str) -> Response:
    """Every published report, with where its numbers are; 404 while nothing is published.

    It is written once a day of these very reports, as the profile may be another on another day.
    """
    there = heads()
    if not there:
        abort(404)
    state = [one.id for one in there], this_installation().clock.today()
    content = this_shelf().drawn(f"catalogue/{lang}", state, lambda: _written(lang, there))
    response = attachment_response("catalogue.jsonld", len(content), iter((content,)))
    response.content_type = _TYPE
    return kept(response)


def _written(lang: str, there: Sequence[Head]) -> bytes:
    told = catalogue(
        this_installation().profile,
        _address("statistics.open_data", lang=lang),
        _address("statistics.index", lang=lang),
        [_described(head, one) for head, one in read_all(there)],
    )
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def _described(head: Head, one: Published) -> Described:
    """Say where a report is: under one address each, whatever language the catalogue is asked in.

    That is the one in the report's own language.
    """
    which = {"lang": one.report.language, "name": head.name}
    files = {
        wanted: _address("statistics.report_data", wanted=wanted, **which) for wanted in FORMATS
    }
    files[CERTIFICATE] = _address("statistics.report_certificate", **which)
    return Described(one, _address("statistics.report", **which), files)


def _address(endpoint: str, **values: Any) -> str:
    """Give the whole address of a page, by the host that is configured, never by who asks.

    Where none is, it begins at the root: then it is read beside the catalogue's own (JSON-LD 1.1,
    section 4.1.3).
    """
    path = url_for(endpoint, **values)
    host = this_installation().public_address
    if not host:
        return path
    name = host.partition(":")[0]
    is_plain = name.endswith(".onion") or name in THIS_MACHINE
    return f"{'http' if is_plain else 'https'}://{host}{path}"
