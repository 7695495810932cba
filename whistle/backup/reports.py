"""Which published reports a restored database does not know, as far as the old one still tells."""

from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from whistle.domain.errors import RefusedError
from whistle.domain.published import REPORT_RECORD
from whistle.storage import public_documents
from whistle.storage.read_only import open_read_only


def forgotten(old: str, restored: str) -> Sequence[str] | None:
    """Name the reports, by days and number, that are published in ``old`` and not in ``restored``.

    Both are URLs. None where that cannot be found out: the restore is done by then, and stands.
    """
    try:
        before, now = _published(old), _published(restored)
    except (RefusedError, SQLAlchemyError):
        return None
    return sorted(name for record_id, name in before.items() if record_id not in now)


def _published(url: str) -> dict[bytes, str]:
    store = open_read_only(url)
    try:
        with store.read() as db:
            rows = public_documents.listed(db)
    finally:
        store.dispose()
    return {one.id: one.name.removesuffix(".json") for one in rows if one.kind == REPORT_RECORD}
