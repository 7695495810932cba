"""Both doors in one process: the anonymous one does not wait for the other to be made."""

import gc
import weakref
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client

from tests.support.office import Office
from whistle import app


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Have casework wait for this before it is made."""
    go = Event()
    make = app.create_casework

    def slowly(installation: Any) -> Flask:
        assert go.wait(30)
        return make(installation)

    monkeypatch.setattr(app, "create_casework", slowly)
    yield go
    go.set()


def test_a_report_can_be_received_while_casework_is_still_being_made(
    office: Office, slow: Event
) -> None:
    client = Client(app.create_both(office.installation))
    assert client.get("/healthz").status_code == 200
    answers: list[int] = []
    waiting = Thread(target=lambda: answers.append(client.get("/casework/").status_code))
    waiting.start()
    waiting.join(0.2)
    assert not answers
    slow.set()
    waiting.join(30)
    assert answers == [200]


def test_what_a_request_left_while_casework_was_being_made_goes_out_of_memory(
    office: Office, slow: Event
) -> None:
    class Left:
        """In a cycle with itself, as a request and its error may be; beside it lies a report."""

        def __init__(self) -> None:
            self.itself = self

    client = Client(app.create_both(office.installation))
    gc.disable()  # so that the making is what comes upon it
    try:
        left = weakref.ref(Left())
        slow.set()
        assert client.get("/casework/").status_code == 200
        assert left() is not None
    finally:
        gc.enable()
    gc.collect()
    assert left() is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_goes_wrong_in_making_casework_is_raised_to_who_comes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_installation: Any) -> Flask:
        raise ValueError("not made")

    monkeypatch.setattr(app, "create_casework", broken)
    client = Client(app.create_both(office.installation))
    assert client.get("/healthz").status_code == 200
    for _ in range(2):
        with pytest.raises(ValueError, match="not made"):
            client.get("/casework/")
