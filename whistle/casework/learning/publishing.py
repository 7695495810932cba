"""What the adviser publishes, and takes down again: public documents, and evaluations.

It is public, so its entries in the log are open. Whoever may read citizens' cases, may.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from whistle.audit.log import Deed, deed
from whistle.casework.acts import Done
from whistle.casework.cases import Cases
from whistle.casework.entering import inbox_to_enter
from whistle.domain.book import Evaluation
from whistle.domain.channel import Channel
from whistle.domain.logged import Logged
from whistle.domain.published import EVALUATION_RECORD, DocumentKind, PublicEvaluation
from whistle.keys.book import Entry
from whistle.keys.files import content_digest
from whistle.storage import public_documents
from whistle.storage.errors import DuplicateError
from whistle.storage.public_documents import ListedDocument, PublicDocumentRow
from whistle.storage.tables import ID_BYTES


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document to publish. ``name``: of the file, safe to show; ``media_type``: on the list."""

    kind: DocumentKind
    title: str
    day: date
    name: str
    media_type: str
    body: bytes


def published(cases: Cases) -> Sequence[ListedDocument]:
    """Give the documents that are public now, the newest first."""
    with cases.here.store.read() as db:
        found = public_documents.listed(db)
    return [one for one in found if one.kind in set(DocumentKind)]


def publish(cases: Cases, form_id: bytes, new: NewDocument) -> Done:
    """Publish a document at once; ``form_id`` names the form: a double click publishes once.

    Another document from the same form, as after going back to it, is another document.

    Raises `NotGrantedError` where this member's keys do not open the citizens' main inbox.
    """
    inbox_to_enter(cases, Channel.CITIZEN)
    told = (new.kind, new.title, new.day.isoformat(), new.name, new.body.decode("latin-1"))
    document_id = content_digest(cases.here.id, form_id, "\0".join(told), ())[:ID_BYTES]
    row = PublicDocumentRow(
        document_id, new.kind, new.title, new.day, new.name, new.media_type, new.body
    )
    try:
        with cases.log.write(_open(Logged.DOCUMENT_PUBLISHED, document_id, new.kind)) as db:
            row.insert(db)
    except DuplicateError:
        return Done.ALREADY
    return Done.YES


def take_down(cases: Cases, document_id: bytes) -> Done:
    """Take a document down; `Done.ALREADY` when it is not there any more."""
    inbox_to_enter(cases, Channel.CITIZEN)
    with cases.here.store.read() as db:
        row = public_documents.get(db, document_id)
    if row is None or row.kind not in set(DocumentKind):
        return Done.ALREADY
    with cases.log.write(_open(Logged.DOCUMENT_TAKEN_DOWN, document_id, row.kind)) as db:
        public_documents.remove(db, document_id)
    return Done.YES


# -- evaluations -------------------------------------------------------------------------------


def deeds_of(entry: Entry, before: Entry | None) -> Sequence[Deed]:
    """Say what of a version being written is public, or is not any more; most entries never are."""
    if _shown(entry) == _shown(before):
        return ()
    act = Logged.DOCUMENT_PUBLISHED if _shown(entry) else Logged.DOCUMENT_TAKEN_DOWN
    return (_open(act, entry.entry_id, EVALUATION_RECORD),)


def follow(db: Connection, entry: Entry, before: Entry | None) -> None:
    """Have the public page say what a version being written says."""
    new = _shown(entry)
    if new == _shown(before):
        return
    public_documents.remove(db, entry.entry_id)
    if new is not None:
        PublicDocumentRow(
            entry.entry_id,
            EVALUATION_RECORD,
            "",
            new.day,
            "",
            "application/json",
            new.encode(),
        ).insert(db)


def _shown(entry: Entry | None) -> PublicEvaluation | None:
    """Give what is public of a version; none where nothing is."""
    if entry is None or entry.deleted or not isinstance(entry.content, Evaluation):
        return None
    told = entry.content
    if not told.public:
        return None
    return PublicEvaluation(told.day, told.body, told.decision, told.text)


def _open(act: Logged, item: bytes, kind: str) -> Deed:
    return deed(act, item=item, kind=kind)
