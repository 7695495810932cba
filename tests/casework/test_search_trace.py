"""The thief looks for what somebody searched for: in the database, the logs and every new file."""

import logging
import tempfile
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from sqlalchemy import select

from tests.support.office import Desk, Office, hidden_fields
from whistle.storage.tables import metadata

WORDS = "hemmelig zebrafink æøå"


def everything_stored(office: Office) -> bytes:
    """Give every value of every row."""
    with office.installation.store.read() as db:
        rows = [row for table in metadata.tables.values() for row in db.execute(select(table))]
    return b"\n".join(
        value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row
    )


def test_what_was_searched_for_is_in_no_row_log_or_file(
    office: Office,
    desk: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    caplog.set_level(logging.DEBUG)
    receipt = office.reporter().report(f"Om en {WORDS}.")
    desk.open(office.case_of(receipt))
    form = hidden_fields(desk.get("/casework/search").text)
    page = desk.post("/casework/search", {**form, "words": WORDS, "names": "y", "ground": "access"})
    assert "<mark>zebrafink</mark>" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "Location" not in page.headers
    assert all(WORDS.split()[1] not in value for value in page.headers.values())
    told = capfd.readouterr()
    left = [
        everything_stored(office),
        caplog.text.encode(),
        (told.out + told.err).encode(),
        *(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()),
    ]
    for trace in (WORDS, "zebrafink", quote(WORDS), quote_plus(WORDS)):
        assert not any(trace.encode() in one for one in left), trace


def test_a_search_that_fails_says_nothing_of_its_words(
    office: Office,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    office.reporter().report("Tekst")
    form = hidden_fields(desk.get("/casework/search").text)

    def broken(*_: object) -> None:
        raise RuntimeError("zebrafink")

    monkeypatch.setattr("whistle.casework.sifting.fold_record", broken)
    page = desk.post("/casework/search", {**form, "words": "zebrafink"})
    assert page.status_code == 500
    told = capfd.readouterr()
    assert "zebrafink" not in page.text + caplog.text + told.out + told.err
