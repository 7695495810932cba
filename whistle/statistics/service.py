"""What is public of the adviser: their standing, documents, evaluations. Nothing else is read."""

from collections.abc import Sequence
from dataclasses import dataclass

from whistle.domain.published import (
    EVALUATION_RECORD,
    MEDIA_TYPES,
    DocumentKind,
    PublicEvaluation,
)
from whistle.domain.standing import Capacity, capacities
from whistle.installation import Installation
from whistle.storage import public_documents
from whistle.storage.public_documents import ListedDocument, PublicDocumentRow


@dataclass(frozen=True, slots=True)
class Standing:
    """What the public page says. ``documents``: the newest first; ``evaluations``: likewise."""

    capacities: Sequence[Capacity]
    documents: Sequence[ListedDocument]
    evaluations: Sequence[PublicEvaluation]


def standing(here: Installation) -> Standing:
    """Read what is public now."""
    with here.store.read() as db:
        documents = public_documents.listed(db)
        records = public_documents.of_kind(db, EVALUATION_RECORD)
    evaluations = (PublicEvaluation.decode(one.body) for one in records)
    return Standing(
        capacities(here.profile),
        [one for one in documents if one.kind in set(DocumentKind)],
        [one for one in evaluations if one],
    )


def document(here: Installation, document_id: bytes) -> PublicDocumentRow | None:
    """Read a public document with its file; none where there is none of a known kind and type."""
    with here.store.read() as db:
        row = public_documents.get(db, document_id)
    if row is None or row.kind not in set(DocumentKind) or row.media_type not in MEDIA_TYPES:
        return None
    return row
