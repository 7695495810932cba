"""Somebody else holds the database's lock: an honest page after a while, and nothing is lost."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from tests.support.office import Office
from whistle.storage.engine import Store, is_sqlite, open_store
from whistle.storage.errors import BusyError

PATIENCE = 0.2


@pytest.fixture
def hasty(office: Office) -> Iterator[Office]:
    """An office that does not wait long for others to write."""
    store = open_store(office.installation.store.engine.url, PATIENCE)
    yield replace(office, installation=replace(office.installation, store=store))
    store.dispose()


def lock(store: Store, held: threading.Event, release: threading.Event) -> None:
    """Hold what every report needs, in a transaction of another connection."""
    with store.write() as db:
        if not is_sqlite(store.engine):
            db.execute(
                text("LOCK TABLE enquiry_case, receipt, attachment IN ACCESS EXCLUSIVE MODE")
            )
        held.set()
        release.wait(60)


@pytest.fixture
def locked(office: Office) -> Iterator[threading.Event]:
    """A lock that is held until the event is set."""
    held, release = threading.Event(), threading.Event()
    holder = threading.Thread(target=lock, args=(office.installation.store, held, release))
    holder.start()
    assert held.wait(60)
    yield release
    release.set()
    holder.join()


def test_a_locked_database_is_told_and_the_report_arrives_afterwards(
    hasty: Office, locked: threading.Event
) -> None:
    reporter = hasty.reporter()
    form = reporter.form("citizen", "da")
    data = {**form, "text": "Her er min klage."}
    refused = reporter.post("/da/report/citizen", data)
    assert refused.status_code == 503
    assert "Vi har ikke fået det." in refused.text
    assert "Her er min klage." in refused.text
    locked.set()
    while reporter.post("/da/report/citizen", data).status_code != 200:
        pass
    assert "Her er min klage." in reporter.come_back(form["receipt"]).text


def test_a_report_that_is_stored_already_is_said_to_be_while_the_database_is_locked(
    office: Office,
) -> None:
    store = open_store(office.installation.store.engine.url, PATIENCE)
    reporter = replace(office, installation=replace(office.installation, store=store)).reporter()
    form = reporter.form("citizen", "da")
    data = {**form, "text": "Her er min klage."}
    assert reporter.post("/da/report/citizen", data).status_code == 200
    with store.write() as db:
        if not is_sqlite(store.engine):
            db.execute(text("LOCK TABLE enquiry_case IN EXCLUSIVE MODE"))
        again = reporter.post("/da/report/citizen", data)
    assert again.status_code == 200
    assert form["receipt"] in again.text
    store.dispose()


def test_whoever_waits_for_a_writer_of_the_same_process_is_told_too(office: Office) -> None:
    store = open_store(office.installation.store.engine.url, PATIENCE)
    if not is_sqlite(store.engine):
        store.dispose()
        return
    with store.write(), pytest.raises(BusyError), store.write():
        raise AssertionError("two writers at once")
    store.dispose()


def test_whoever_finds_every_connection_taken_is_told_that_it_is_for_now(hasty: Office) -> None:
    begun = time.monotonic()
    with ExitStack() as held:
        with suppress(PoolTimeoutError):
            while True:
                held.enter_context(hasty.installation.store.read())
        assert hasty.reporter().get("/healthz").status_code == 503
    assert time.monotonic() - begun < 5
    assert hasty.reporter().get("/healthz").status_code == 200
