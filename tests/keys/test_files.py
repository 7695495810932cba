"""Files in a database: see also the vectors `stream`."""

from datetime import date
from typing import NoReturn

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import OperationalError

from tests.keys.people import INSTALLATION, OTHER_INSTALLATION
from tests.vectors.primitives import content
from whistle.crypto.errors import SealingError, StreamLengthError, UnreadableError
from whistle.crypto.stream import CHUNK_BYTES, chunk_count
from whistle.keys.files import (
    ReceivedFile,
    SealingUpload,
    content_digest,
    file_place,
    open_file,
)
from whistle.keys.records import FileManifest
from whistle.storage import tables
from whistle.storage.engine import Store
from whistle.storage.tables import ID_BYTES

TODAY = date(2026, 11, 20)
PIECE = 64 * 1024
LONG = 3 * CHUNK_BYTES + 5
COLUMN = tables.chunks.c


def uploaded(store: Store, length: int) -> FileManifest:
    upload = SealingUpload(INSTALLATION, store, TODAY)
    whole = content(length)
    for start in range(0, length, PIECE):
        upload.write(whole[start : start + PIECE])
    assert upload.length == length
    return upload.finish("brev.pdf", "application/pdf")


def count(store: Store) -> tuple[int, int]:
    with store.read() as db:
        files = db.execute(select(func.count()).select_from(tables.attachments)).scalar_one()
        chunks = db.execute(select(func.count()).select_from(tables.chunks)).scalar_one()
    return files, chunks


def test_files_of_all_sizes_come_back(store: Store) -> None:
    for length in (0, 1, *(CHUNK_BYTES * many + more for many in (1, 2) for more in (-1, 0, 1))):
        manifest = uploaded(store, length)
        assert manifest.length == length
        assert b"".join(open_file(INSTALLATION, store, manifest)) == content(length)


def test_a_manifest_says_what_was_sent_and_a_file_s_place_is_its_own(store: Store) -> None:
    manifest, other = uploaded(store, LONG), uploaded(store, LONG)
    assert (manifest.name, manifest.media_type) == ("brev.pdf", "application/pdf")
    assert (manifest.length, manifest.chunks) == (LONG, chunk_count(LONG))
    assert len(manifest.attachment_id) == ID_BYTES
    assert FileManifest.from_json(manifest.to_json()) == manifest
    places = {file_place(INSTALLATION, one.attachment_id) for one in (manifest, other)}
    assert len(places) == 2


def test_what_is_stored_shows_nothing_of_a_file(store: Store) -> None:
    uploaded(store, 1000)
    with store.read() as db:
        (body,) = db.execute(select(COLUMN.body)).scalars()
    assert content(30) not in body
    assert len(body) == 1024 + 17


def test_a_file_does_not_open_in_another_installation(store: Store) -> None:
    manifest = uploaded(store, 10)
    with pytest.raises(UnreadableError):
        list(open_file(OTHER_INSTALLATION, store, manifest))


def test_a_missing_chunk_is_told_before_the_first_byte(store: Store) -> None:
    manifest = uploaded(store, LONG)
    with store.write() as db:
        db.execute(delete(tables.chunks).where(COLUMN.number == 1))
    with pytest.raises(StreamLengthError):
        open_file(INSTALLATION, store, manifest)


def test_a_chunk_under_a_number_that_is_not_read_is_missing(store: Store) -> None:
    manifest = uploaded(store, LONG)
    with store.write() as db:
        db.execute(update(tables.chunks).where(COLUMN.number == 3).values(number=7))
    with pytest.raises(StreamLengthError):
        list(open_file(INSTALLATION, store, manifest))


def test_swapped_chunks_are_told(store: Store) -> None:
    manifest = uploaded(store, LONG)
    with store.write() as db:
        for old, new in ((1, 9), (2, 1), (9, 2)):
            db.execute(update(tables.chunks).where(COLUMN.number == old).values(number=new))
    with pytest.raises(UnreadableError):
        list(open_file(INSTALLATION, store, manifest))


def test_another_file_s_chunks_are_told(store: Store) -> None:
    one, other = uploaded(store, 10), uploaded(store, 10)
    with store.write() as db:
        db.execute(delete(tables.chunks).where(COLUMN.attachment_id == one.attachment_id))
        db.execute(update(tables.chunks).values(attachment_id=one.attachment_id))
    with pytest.raises(UnreadableError):
        list(open_file(INSTALLATION, store, one))
    with pytest.raises(SealingError):
        open_file(INSTALLATION, store, other)


def test_a_discarded_file_leaves_nothing(store: Store) -> None:
    kept = uploaded(store, 10)
    upload = SealingUpload(INSTALLATION, store, TODAY)
    upload.discard()
    upload.write(content(LONG))
    upload.discard()
    upload.discard()
    assert count(store) == (1, 1)
    assert b"".join(open_file(INSTALLATION, store, kept)) == content(10)


def test_nothing_is_stored_before_the_first_full_chunk(store: Store) -> None:
    upload = SealingUpload(INSTALLATION, store, TODAY)
    upload.write(content(CHUNK_BYTES))
    assert count(store) == (0, 0)
    upload.write(b"x")
    assert count(store) == (1, 1)


def _disk_full() -> NoReturn:
    raise OperationalError("INSERT", None, Exception("disk full"))


def test_a_file_with_a_hole_is_never_finished(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = SealingUpload(INSTALLATION, store, TODAY)
    with monkeypatch.context() as broken:
        broken.setattr(store, "write", _disk_full)
        with pytest.raises(OperationalError):
            upload.write(content(CHUNK_BYTES + 1))
    with pytest.raises(StreamLengthError):
        upload.finish("brev.pdf", "application/pdf")


def test_the_same_content_from_the_same_form_has_the_same_digest(store: Store) -> None:
    def received(name: str, data: bytes) -> ReceivedFile:
        upload = SealingUpload(INSTALLATION, store, TODAY)
        upload.write(data)
        return ReceivedFile(upload.finish(name, ""), upload.digest)

    form, text = b"f" * 16, "tekst"
    digest = content_digest(INSTALLATION, form, text, [received("a", b"1")])
    assert digest == content_digest(INSTALLATION, form, text, [received("a", b"1")])
    others = {
        content_digest(OTHER_INSTALLATION, form, text, [received("a", b"1")]),
        content_digest(INSTALLATION, b"g" * 16, text, [received("a", b"1")]),
        content_digest(INSTALLATION, form, "andet", [received("a", b"1")]),
        content_digest(INSTALLATION, form, text, [received("b", b"1")]),
        content_digest(INSTALLATION, form, text, [received("a", b"2")]),
        content_digest(INSTALLATION, form, text, []),
        content_digest(INSTALLATION, form, text, [received("a", b"1"), received("a", b"1")]),
    }
    assert len(others) == 7
    assert digest not in others
