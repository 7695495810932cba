"""One report with a file, sent to a server that may fail, and what has to hold whatever happens."""

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from pathlib import Path

from tests.support.visitors import UNREACHABLE, Visitor, file_of
from whistle.domain.clock import Clock
from whistle.storage.attachments import sweep
from whistle.storage.engine import open_store

NOT_STORED = "Vi har ikke fået det. Vi kunne ikke gemme noget lige nu."
CANNOT_TELL = "Vi kan ikke se, om det kom frem."


class Told(Enum):
    """What the person who sent it read."""

    RECEIVED = "received"
    NOT_RECEIVED = "not received, nothing is stored"
    UNSURE = "the database broke off while it stored"
    NOTHING = "the connection broke"


@dataclass(frozen=True)
class Submission:
    """A report as one person sends it, once or again."""

    fields: dict[str, str]
    text: str
    content: bytes

    @classmethod
    def begin(cls, address: str, size: int) -> "Submission":
        """Open a form and write a report with a file of ``size`` bytes."""
        form = Visitor(address).form()
        return cls(form, f"rapport {form['receipt']}", form["receipt"][:1].encode() * size)

    def send(self, address: str) -> Told:
        """Send it, and read the answer as a person would: what it says must be one of these."""
        fields = {**self.fields, "text": self.text, "files": file_of(self.content)}
        try:
            answer = Visitor(address).post("/da/report/citizen", fields)
        except UNREACHABLE:
            return Told.NOTHING
        if answer.status == 200:
            return Told.RECEIVED
        assert answer.status == 503, (answer.status, answer.page)
        assert self.text in answer.page  # in the form, to be sent again
        if CANNOT_TELL in answer.page:
            return Told.UNSURE
        assert NOT_STORED in answer.page
        return Told.NOT_RECEIVED

    def opens(self, address: str) -> bool:
        """Say whether its receipt opens it, with text and file."""
        visitor = Visitor(address)
        page = visitor.dialogue(self.fields["receipt"]).page
        files = re.findall(r'href="(/da/receipt/file/[0-9a-f]+)"', page)
        if self.text not in page or len(files) != 1:
            return False
        return visitor.get(files[0]).body == self.content


@dataclass(frozen=True)
class Stored:
    """What a database holds, as far as it can be counted without a key."""

    reports: int
    files: int
    nobodys: int  # files that no report has
    sound: bool


def stored(database: Path) -> Stored:
    """Count what is in an SQLite database, and have SQLite check it."""
    with closing(sqlite3.connect(database)) as connection:
        [(reports,)] = connection.execute("SELECT count(*) FROM enquiry_case")
        [(files, bound)] = connection.execute("SELECT count(*), count(case_id) FROM attachment")
        [(check,)] = connection.execute("PRAGMA integrity_check")
    return Stored(reports, bound, files - bound, check == "ok")


def sweep_tomorrow(database: Path) -> None:
    """Do what the sweep of the next day does: remove files whose report never came whole."""
    store = open_store(f"sqlite:///{database}")
    with store.write() as db:
        sweep(db, Clock().today() + timedelta(days=1))
    store.dispose()
