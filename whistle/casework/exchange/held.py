"""A file between its dry run and its import: sealed in the database, its key in the page alone.

Nobody's before it is imported, so that it is removed with what was never sent, a day later at the
latest. Neither the database nor the page can open it without the other.
"""

import base64
import binascii
from collections.abc import Sequence

from whistle.casework.exchange.importing import Files
from whistle.casework.exchange.sheet import is_totals
from whistle.crypto.errors import ContentError, SealingError
from whistle.installation import Installation
from whistle.keys.canonical import as_object, dump, load
from whistle.keys.files import open_file
from whistle.keys.records import FileManifest
from whistle.storage import attachments


class GoneError(Exception):
    """What a page holds is not in the database, or does not belong together."""


def to_page(held: Sequence[FileManifest]) -> str:
    """Write what the page holds: which files, and their keys."""
    return base64.urlsafe_b64encode(dump({"files": [one.to_json() for one in held]})).decode()


def from_page(text: str) -> list[FileManifest]:
    """Read what `to_page` wrote, or raise `GoneError`."""
    try:
        files = load(base64.urlsafe_b64decode(text.encode("ascii")))["files"]
        if not isinstance(files, list):
            raise GoneError
        return [FileManifest.from_json(as_object(one)) for one in files]
    except (ContentError, SealingError, KeyError, ValueError, binascii.Error) as error:
        raise GoneError from error


def open_held(here: Installation, held: Sequence[FileManifest]) -> Files | None:
    """Open what was uploaded; none where it is not one table and at most one file of totals.

    Raises `GoneError`.
    """
    try:
        contents = [b"".join(open_file(here.id, here.store, one)) for one in held]
    except SealingError as error:
        raise GoneError from error
    totals: list[bytes] = []
    tables: list[bytes] = []
    for one in contents:  # each is looked at once: a workbook is read whole for it
        (totals if is_totals(one) else tables).append(one)
    if len(tables) != 1 or len(totals) > 1:
        return None
    return Files(tables[0], totals[0] if totals else None)


def remove(here: Installation, held: Sequence[FileManifest]) -> None:
    """Remove what was imported, or is not wanted any more."""
    with here.store.write() as db:
        for one in held:
            attachments.discard(db, one.attachment_id)
