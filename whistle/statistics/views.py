"""The public page: what there is to know of the adviser, and the documents to save.

It sets no cookie and knows nobody, so anybody may keep a copy for a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from flask import Response, abort, render_template, url_for

from whistle.domain.published import DocumentKind, PublicEvaluation
from whistle.published_words import document_kinds
from whistle.report.printed import together
from whistle.statistics import compare, open_data, reports, service
from whistle.statistics.blueprint import blueprint, kept, licence
from whistle.storage.public_documents import ListedDocument
from whistle.storage.tables import ID_BYTES
from whistle.web import attachment_response, current_language, this_installation


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document to save. ``type``: the ending of its name."""

    title: str
    day: date
    type: str
    size: int
    url: str


@dataclass(frozen=True, slots=True)
class ShownEvaluation:
    """An evaluation; ``own_words``: as the adviser wrote it, in no language that is known."""

    day: date
    body: str
    decision: str
    text: str
    address: str
    own_words: bool


@blueprint.get("/")
def index(lang: str) -> Response:
    """What is published."""
    found = service.standing(this_installation())
    published = reports.heads()
    page = render_template(
        "statistics/index.html",
        office=this_installation().profile.office,
        capacities=found.capacities,
        groups=_groups(found.documents, lang),
        evaluations=_evaluations(found.evaluations),
        reports=published,
        are_compared=bool(together(one.which for one in published)),
        **licence(),
    )
    return kept(Response(page))


@blueprint.get("/document/<document_id>")
def document(lang: str, document_id: str) -> Response:  # noqa: ARG001  (read from the path)
    """A public document, to be saved."""
    row = service.document(this_installation(), _read_id(document_id))
    if row is None:
        abort(404)
    response = attachment_response(row.name, len(row.body), iter((row.body,)))
    response.content_type = row.media_type
    return kept(response)


def _read_id(text: str) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError:
        abort(404)
    if len(value) != ID_BYTES or value.hex() != text:  # one address for each
        abort(404)
    return value


def _groups(
    documents: Sequence[ListedDocument], lang: str
) -> list[tuple[str, list[ShownDocument]]]:
    """Give the documents by kind, the newest first; no kind without any."""
    names = document_kinds()
    groups = [
        (names[kind], [_show(one, lang) for one in documents if one.kind == kind])
        for kind in DocumentKind
    ]
    return [(name, shown) for name, shown in groups if shown]


def _show(one: ListedDocument, lang: str) -> ShownDocument:
    return ShownDocument(
        one.title,
        one.day,
        one.name.rpartition(".")[2].upper(),
        one.size,
        url_for("statistics.document", lang=lang, document_id=one.id.hex()),
    )


def _evaluations(written: Sequence[PublicEvaluation]) -> list[ShownEvaluation]:
    """Give the evaluations that the adviser has made public, and the profile's."""
    language = current_language()
    own = (
        ShownEvaluation(one.day, one.body, one.decision, one.text, "", own_words=True)
        for one in written
    )
    of_profile = (
        ShownEvaluation(
            one.day, one.body[language], one.decision[language], "", one.address, own_words=False
        )
        for one in this_installation().profile.office.evaluations
    )
    return sorted(chain(own, of_profile), key=lambda one: one.day, reverse=True)


__all__ = ["blueprint", "compare", "open_data"]
