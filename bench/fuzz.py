"""Every route of both doors under requests that no browser would send.

    uv run python -m bench.fuzz [REQUESTS] [SEED]

A million requests unless told. Nothing may break, no answer may lack a header, show what it was
sent as markup, lead elsewhere or speak the wrong language; afterwards every report opens with its
receipt and there is none without. What was sent depends on the seed alone, but for the random
parts of receipts and tokens. Ends with an error that names the round and the request.
"""

import logging
import multiprocessing
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from bench.fuzz_checks import Answer, faults, html_faults
from bench.fuzz_grammar import HOST, MARKER, Environ, Grammar, Person
from bench.fuzz_papers import file_papers, keep_book, put_texts
from tests.support.office import Doors, Founding, Office, Reporter, a_file, found, open_office
from whistle.accounts.invitations import invite
from whistle.crypto.errors import ReceiptError
from whistle.crypto.receipt import Receipt
from whistle.domain.role import Role
from whistle.intake.service import IntakeService
from whistle.limits import Budgets, Limits
from whistle.storage import tables
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade

USUAL = (1_000_000, 1)  # requests, and the seed
ROUND = 5_000  # requests on one database; dialogues grow, and with them the time to open them
HTML_EVERY = 400  # pages between two whose grammar is checked
DESKS = (
    *("inboxes", "members", "members/invite", "keys", "security", "passkeys", "key-files"),
    *("recovery", "recovery/key", "rotation"),
    *("new", "search", "dates", "referrals", "exchange"),
    "release?first=2026-01-01&last=2026-11-01",
)
CASE_PAGES = ("", "/registration", "/referrals", "/documents", "/tasks", "/rights", "/timeline")
STRETCHING = {"/casework/", "/casework/begin", "/casework/prove", "/casework/keys/renew"}
SIGN_IN_SHARE = 0.002  # of requests; each stretches a passphrase
_RECEIPT = re.compile(r"[0-9A-Z]{5}(?:-[0-9A-Z]{5}){4}")
_ENDLESS = 10_000_000


class FuzzError(AssertionError):
    """An answer that may not be. Says which request it was."""


@dataclass
class World:
    """An office in the middle of a round: what was planted, and what has been seen."""

    office: Office
    doors: Doors
    planted: dict[str, str]
    receipts: set[str]
    people: list[Person]
    values: dict[str, list[str]]

    @classmethod
    def make(cls, office: Office, doors: Doors) -> "World":
        """Plant reports, some to be played with and some only to be found again."""
        office.intake, office.casework = (
            doors.intake(office.installation),
            doors.casework(office.installation),
        )
        planted = {}
        for number, channel in enumerate(("whistleblower", "council", "citizen") * 2):
            text = f"{MARKER} plantet {number}"
            planted[office.reporter().report(text, channel=channel, files=[a_file()])] = text
        played = [
            office.reporter().report(f"{MARKER} spil", channel=channel, files=[a_file()])
            for channel in ("whistleblower", "citizen", "council")
        ]
        world = cls(office, doors, planted, {*planted, *played}, [], {})
        world._let_people_in(played)
        return world

    def _let_people_in(self, played: list[str]) -> None:
        office = self.office
        cases = [office.case_of(receipt) for receipt in (*played, *self.planted)]
        filed = file_papers(office, cases[: len(played)])
        for receipt in played:
            person, browser = self._person("__Host-receipt", partial(_come_back, office, receipt))
            person.sees(browser.get("/da/receipt").text)
        for keyring in (office.adviser, office.reserve):
            person, browser = self._person("__Host-casework", partial(office.desk_of, keyring))
            cases_of = [f"case/{case.hex()}" for case in cases[: len(played)]]
            for path in [*DESKS, *(case + page for case in cases_of for page in CASE_PAGES)]:
                person.sees(browser.get(f"/casework/{path}").text)
        person, browser = self._person("", office.reporter)
        person.sees(browser.get("/en/").text)
        invitation = invite(office.log_of_commands, "ny", "Nanna Ny", Role.ADVISER)
        self.values = {
            "lang": ["da", "en"],
            "channel": ["whistleblower", "council", "citizen"],
            "day": ["2026-11-20", "2026-02-30"],
            "filename": ["whistle.css", "whistle.js", "favicon.svg"],
            "case_id": [case.hex() for case in cases],
            "note_id": [cases[0].hex(), "0" * 32],
            "filed_id": filed,
            "referral_id": filed,
            "item_id": filed,
            "entry_id": keep_book(office),
            "release_id": ["0" * 32],
            "text_id": put_texts(office, cases[: len(played)]),
            "document_id": ["0" * 32],
            "number": ["0", "1", "99"],
            "name": ["2026-01-01_2026-12-31_1"],
            "wanted": ["pdf", "docx", "xlsx", "csv", "json"],
            "form": ["pdf", "docx"],
            "kind": [
                *("pdf", "docx", "consent", "disclosure", "access", "competence", "message"),
                *("mediation", "meeting", "improvement", "wish", "support", "risk"),
            ],
            "attachment_id": [one.hex() for one in self._attachments()],
            "inbox_id": [one.inbox_id.hex() for one in office.installation.directory.inboxes],
            "member_id": [one.member_id.hex() for one in (office.adviser, office.reserve)],
            "token": [invitation.token.show()],
        }

    def _person(self, cookie: str, come_in: Callable[[], Reporter]) -> tuple[Person, Reporter]:
        """Let somebody in, who comes in anew whenever their cookie is taken away."""

        def value(browser: Reporter) -> str:
            held = browser.client.get_cookie(cookie, HOST)
            return held.value if held else ""

        browser = come_in()
        person = Person(cookie, value(browser), lambda: value(come_in()))
        self.people.append(person)
        return person, browser

    def _attachments(self) -> list[bytes]:
        with self.office.installation.store.read() as db:
            return list(db.execute(select(tables.metadata.tables["attachment"].c.id)).scalars())

    def answer(self, environ: Environ) -> Answer:
        """Have the door that it belongs to answer, as a server would."""
        path = environ["PATH_INFO"]
        app = self.office.casework if path.startswith("/casework") else self.office.intake
        said: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *_error: Any) -> Callable[..., None]:
            said.extend((status, headers))
            return lambda *_: None

        answered = app({**_SERVER, **environ}, start)
        try:
            body = b"".join(answered)
        finally:
            answered.close()  # type: ignore[attr-defined]  # Werkzeug's have it
        return Answer(int(said[0].split()[0]), said[1], body)

    def check_reports(self) -> int:
        """Assert that every report opens with a receipt; give how many there are."""
        here = self.office.installation
        with here.store.read() as db:
            cases = set(db.execute(select(tables.reporter_keys.c.case_id)).scalars())
            lookups = {row.lookup: row.case_id for row in db.execute(select(tables.receipts))}
        opened = set()
        service = IntakeService(here)
        for shown in self.receipts:
            receipt = Receipt.parse(shown)
            if lookups.get(receipt.lookup(here.id)) not in cases:
                continue
            dialogue = service.open(receipt)
            if dialogue is None or not dialogue.messages:
                raise FuzzError("a report that was received does not open")
            first = dialogue.messages[0]
            if not first.erased and self.planted.get(shown, first.text) != first.text:
                raise FuzzError("a planted report says something else")
            opened.add(dialogue.case.id)
        if opened != cases or not set(self.planted) <= self.receipts:
            raise FuzzError(f"{len(cases - opened)} reports that no receipt opens")
        return len(cases)


def _come_back(office: Office, receipt: str) -> Reporter:
    reporter = office.reporter()
    reporter.come_back(receipt)
    return reporter


_SERVER: Environ = {
    "SCRIPT_NAME": "",
    "QUERY_STRING": "",
    "SERVER_NAME": HOST,
    "SERVER_PORT": "443",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "HTTP_HOST": HOST,
    "REMOTE_ADDR": "127.0.0.1",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "https",
    "wsgi.errors": BytesIO(),
    "wsgi.multithread": False,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}


class Fuzzer:
    """Plays rounds, each on an empty database, with one founding for all."""

    def __init__(self, seed: int, folder: Path) -> None:
        """Migrate a database to copy for each round."""
        self.seed = seed
        self._path = folder / f"fuzz-{os.getpid()}.db"
        store = open_store(f"sqlite:///{self._path}")
        upgrade(store)
        store.dispose()
        self._empty = self._path.read_bytes()
        self._founding: Founding = found()
        self._doors = Doors()

    def play(self, number: int, requests: int) -> Counter[str]:
        """Play a round. Raises `FuzzError`; give how often each status was answered."""
        with self._world() as world, _told() as told:
            random = Random(f"{self.seed} {number}")
            rules = [*world.office.intake.url_map.iter_rules()]
            rules += world.office.casework.url_map.iter_rules()
            grammar = Grammar(random, rules, world.people, world.values)
            counted: Counter[str] = Counter()
            for one in range(requests):
                who, environ = grammar.request()
                if _stretches(environ) and random.random() > SIGN_IN_SHARE:
                    continue
                sent = environ["wsgi.input"].getvalue().decode("utf-8", "replace")
                try:
                    wrong = self._ask(world, who, environ, check_html=one % HTML_EVERY == 0)
                except Exception as error:
                    raise FuzzError(f"{number}/{one} {environ} {sent[:2000]!r}") from error
                if told or wrong:
                    raise FuzzError(f"{number}/{one}: {wrong} {told} {environ} {sent[:2000]!r}")
                counted[environ["whistle.status"]] += 1
            counted["reports"] = world.check_reports()
        return counted

    def _ask(self, world: World, who: Person, environ: Environ, *, check_html: bool) -> list[str]:
        body: bytes = environ["wsgi.input"].getvalue()
        world.receipts.update(
            shown for shown in _RECEIPT.findall(body.decode("latin-1")) if _is_receipt(shown)
        )
        answer = world.answer(environ)
        environ["whistle.status"] = str(answer.status)
        who.keeps(answer.headers)
        wrong = faults(environ, answer)
        if (
            answer.is_page
            and answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
            and environ["REQUEST_METHOD"] != "HEAD"
        ):
            who.sees(answer.page)
            if check_html:
                wrong += html_faults(answer.page)
        return wrong

    @contextmanager
    def _world(self) -> Iterator[World]:
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self._path.write_bytes(self._empty)
        store = open_store(f"sqlite:///{self._path}")
        office = open_office(store, self._founding)
        budgets = Budgets(_ENDLESS, _ENDLESS, _ENDLESS, _ENDLESS, free_megabytes=0)
        office.installation = replace(office.installation, limits=Limits(budgets))
        try:
            yield World.make(office, self._doors)
        finally:
            store.dispose()


class _Told(logging.Handler):
    """Collects what is logged: nothing may be."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self._lines.append(record.getMessage())


@contextmanager
def _told() -> Iterator[list[str]]:
    lines: list[str] = []
    handler = _Told(lines)
    logging.getLogger().addHandler(handler)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(handler)


def _stretches(environ: Environ) -> bool:
    path = environ["PATH_INFO"]
    return environ["REQUEST_METHOD"] == "POST" and path in STRETCHING


def _is_receipt(shown: str) -> bool:
    try:
        Receipt.parse(shown)
    except ReceiptError:
        return False
    return True


def _play_rounds(job: "tuple[int, str, list[tuple[int, int]]]") -> Counter[str]:
    """Play the rounds of one process, and tell how far it is."""
    seed, folder, rounds = job
    fuzzer, counted = Fuzzer(seed, Path(folder)), Counter[str]()
    begun = time.perf_counter()
    for number, requests in rounds:
        counted += fuzzer.play(number, requests)
        speed = sum(size for one, size in rounds if one <= number) / (time.perf_counter() - begun)
        print(f"round {number} holds, {speed:.0f} requests/s", flush=True)
    return counted


def main() -> None:
    """Share the rounds out among the cores, and print what was answered."""
    told = [int(one) for one in sys.argv[1:]]
    requests, seed = [*told, *USUAL[len(told) :]]
    rounds = [
        (number, min(ROUND, requests - begin))
        for number, begin in enumerate(range(0, requests, ROUND))
    ]
    cores = os.cpu_count() or 1
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, multiprocessing.Pool(cores) as pool:
        jobs = [(seed, folder, rounds[one::cores]) for one in range(cores)]
        counted = sum(pool.imap_unordered(_play_rounds, jobs), Counter[str]())
    seconds = time.perf_counter() - begun
    print(
        f"{requests} requests, seed {seed}: {dict(sorted(counted.items()))}, "
        f"{seconds:.0f} s, {requests / seconds:.0f}/s on {cores} cores"
    )


if __name__ == "__main__":
    main()
