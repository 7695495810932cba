"""The thief: database, write-ahead log, data folder, temporary files, logs, environment."""

import base64
import json
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from sqlalchemy import Connection

from tests.support.demo import Demo, answering, end, free_port, running_demo, told_at
from tests.support.identity import SENT
from tests.support.office import hidden_fields
from tests.support.requirements import missing
from tests.support.visitors import Visitor, file_of
from whistle.crypto.errors import SealingError
from whistle.crypto.passphrase import Passphrase
from whistle.crypto.secret import Seed, SymmetricKey
from whistle.keys.cases import CaseItems, open_inbox_keys
from whistle.keys.directory import Directory
from whistle.keys.inbox_secret import InboxSecret
from whistle.keys.keyring import InboxKeys, Keyring, unbox_seed
from whistle.keys.records import CaseKeys, Generation
from whistle.settings import Settings, load_settings
from whistle.storage import tables
from whistle.storage.engine import open_store
from whistle.storage.rows import GrantRow, InboxKeysRow, ItemRow, MemberRow


@dataclass
class Loot:
    """What the story left behind, and what must not be found in it."""

    data: Path
    temporary: Path
    log: bytes = b""
    environments: bytes = b""
    canaries: dict[str, str] = field(default_factory=dict)

    def canary(self, name: str) -> str:
        """Make a text that stands nowhere else."""
        return self.canaries.setdefault(name, f"kanariefugl {secrets.token_hex(12)} æøå")

    def places(self) -> Iterator[tuple[str, bytes]]:
        """Give everything a thief could carry away, with its name."""
        for folder in (self.data, self.temporary):
            for path in folder.rglob("*"):
                if path.is_file():
                    yield path.name, path.read_bytes()
        yield "log", self.log
        yield "environment", self.environments


@pytest.fixture(scope="module")
def loot(tmp_path_factory: pytest.TempPathFactory) -> Loot:
    """Tell the whole story once, and take everything while the server still runs."""
    base = tmp_path_factory.mktemp("thief")
    spoils = Loot(base / "taken", base / "temporary")
    (base / "tmp").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(base / "tmp"))
        with running_demo(base / "data", "--empty") as demo:
            tell_the_story(demo, spoils)
            spoils.environments = environments_of(base / "data")
            shutil.copytree(base / "data", spoils.data)
            shutil.copytree(base / "tmp", spoils.temporary)
    # The demonstration prints its passphrases, and says so; a real installation has none to print.
    _, _, spoils.log = (base / "data.log").read_bytes().partition(b"Stop with Ctrl-C")
    return spoils


def tell_the_story(demo: Demo, spoils: Loot) -> None:
    """Report, answer, reply, with canaries in every field, every file name and every file."""
    for channel in ("whistleblower", "council", "citizen"):
        reporter = Visitor(demo.intake)
        form = reporter.form(channel)
        fields: dict[str, object] = {
            **form,
            "text": spoils.canary(f"{channel} text") * 20,
            "name": spoils.canary(f"{channel} name"),
            "contact": spoils.canary(f"{channel} contact"),
            "files": attachment(spoils, f"{channel} report", 700_000),
        }
        assert reporter.post(f"/da/report/{channel}", fields).status == 200
        spoils.canaries[f"{channel} receipt"] = form["receipt"]
        spoils.canaries[f"{channel} bare receipt"] = form["receipt"].replace("-", "")
        member_answers(demo, spoils, channel)
        page = reporter.dialogue(form["receipt"]).page
        assert spoils.canaries[f"{channel} answer"] in page
        message: dict[str, object] = {
            **hidden_fields(page),
            "text": spoils.canary(f"{channel} message"),
            "files": attachment(spoils, f"{channel} message", 5_000),
        }
        assert reporter.post("/da/receipt/message", message).status == 303
        refused: dict[str, object] = {**reporter.form(channel), "text": ""}
        refused["name"] = spoils.canary(f"{channel} refused")
        refused["files"] = attachment(spoils, f"{channel} refused", 600_000)
        assert reporter.post(f"/da/report/{channel}", refused).status == 422
    the_reserve_reads(demo, spoils)


def the_reserve_reads(demo: Demo, spoils: Loot) -> None:
    """Report something about the adviser; the reserve reads it. Mistype what can be mistyped."""
    reporter = Visitor(demo.intake)
    fields: dict[str, object] = {**reporter.form(), "concerns_adviser": "y"}
    fields["text"] = spoils.canary("about the adviser")
    assert reporter.post("/da/report/citizen", fields).status == 200
    mistyped = str(fields["receipt"])[:-1] + "*"
    spoils.canaries["mistyped receipt"] = mistyped
    assert reporter.post("/da/receipt", {"receipt": mistyped}).status == 422
    desk = Visitor(demo.casework.removesuffix("/casework"))
    reserve = demo.member("reserve")
    wrong: dict[str, object] = {"username": reserve.username}
    wrong["passphrase"] = spoils.canary("wrong passphrase")
    assert desk.post("/casework/", wrong).status == 403
    assert desk.post("/casework/", demo.credentials(reserve)).status == 303
    [address] = re.findall(r'href="(/casework/case/[0-9a-f]+)"', desk.get("/casework/inboxes").page)
    assert spoils.canaries["about the adviser"] in desk.get(address).page


def member_answers(demo: Demo, spoils: Loot, channel: str) -> None:
    desk = Visitor(demo.casework.removesuffix("/casework"))
    adviser = demo.member("adviser")
    spoils.canaries["passphrase"] = adviser.passphrase
    assert desk.post("/casework/", demo.credentials(adviser)).status == 303
    listed = re.findall(r'href="(/casework/case/[0-9a-f]+)"', desk.get("/casework/inboxes").page)
    for address in listed:
        page = desk.get(address).page
        if spoils.canaries[f"{channel} text"] in page:
            step = hidden_fields(desk.get(f"{address}/identity").page)
            identity = desk.post(f"{address}/identity", {**step, **SENT}).page
            assert spoils.canaries[f"{channel} name"] in identity
            answer: dict[str, object] = {
                **hidden_fields(page),
                "text": spoils.canary(f"{channel} answer"),
                "files": attachment(spoils, f"{channel} answer", 300_000),
            }
            assert desk.post(f"{address}/answer", answer).status == 303
            return
    pytest.fail("the adviser does not see the report")


def attachment(spoils: Loot, name: str, length: int) -> object:
    content = spoils.canary(f"{name} file").encode() * (length // 30)
    return file_of(content, spoils.canary(f"{name} file name") + ".txt")


def environments_of(data: Path) -> bytes:
    """Read the environment of every process that works on a data folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(data).encode() in (process / "cmdline").read_bytes():
                found.append((process / "environ").read_bytes())
        except OSError:
            continue
    assert found
    return b"\0".join(found)


def disguises(text: str) -> Mapping[str, bytes]:
    """Give every way in which a text may lie about."""
    plain = text.encode()
    found = {
        "utf-8": plain,
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "json": json.dumps(text)[1:-1].encode(),
        "url": quote(text).encode(),
        "form": quote_plus(text).encode(),
    }
    if secret := re.search(r"[0-9a-f]{24}", text):  # whatever became of the rest of it
        found["bare"] = secret[0].encode()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + plain)
        found[f"base64+{shift}"] = encoded[4:-4]
        found[f"base64url+{shift}"] = base64.urlsafe_b64encode(b"\0" * shift + plain)[4:-4]
    return found


def found_in(canaries: Mapping[str, str], places: Iterator[tuple[str, bytes]]) -> list[str]:
    needles = [
        (f"{name} as {disguise}", needle)
        for name, text in canaries.items()
        for disguise, needle in disguises(text).items()
    ]
    return [
        f"{what} in {place}"
        for place, content in places
        for what, needle in needles
        if needle in content
    ]


def test_the_search_finds_what_is_there(loot: Loot) -> None:
    for disguise, needle in disguises(loot.canary("citizen text")).items():
        hits = found_in({"it": loot.canary("citizen text")}, iter([("x", b"..." + needle + b"..")]))
        assert any(disguise in hit for hit in hits)


def test_nothing_that_anybody_wrote_is_found_anywhere(loot: Loot) -> None:
    demo_file = {"demo.json"}  # a demonstration writes its passphrases down, and says so
    places = [(name, content) for name, content in loot.places() if name not in demo_file]
    assert {"whistle.db", "whistle.db-wal", "whistle.toml"} <= {name for name, _ in places}
    assert found_in(loot.canaries, iter(places)) == []


def test_no_temporary_file_is_left(loot: Loot) -> None:
    assert list(loot.temporary.rglob("*")) == []


def test_nothing_of_the_visit_is_logged(loot: Loot) -> None:
    assert b"127.0.0.1" not in loot.log
    assert b"/report/" not in loot.log
    assert b"/receipt" not in loot.log


def test_a_stolen_database_with_the_configuration_opens_nothing(loot: Loot) -> None:
    """Every 32 bytes that lie in either are tried as every kind of key, on everything sealed."""
    safe = Safe.take(loot)
    assert len(safe.candidates) > 40
    assert [key for key in safe.candidates if safe.opens_with(key)] == []


def test_the_adviser_opens_the_same_database_so_that_the_test_above_can_fail(loot: Loot) -> None:
    safe = Safe.take(loot)
    passphrase = Passphrase(loot.canaries["passphrase"])
    adviser = next(member for member in safe.members if member.role == "adviser")
    keyring = unbox_seed(
        safe.settings.installation, adviser.id, adviser.stretch, adviser.seed_box, passphrase
    )
    assert safe.opens_with(keyring.seed.reveal())


@dataclass
class Safe:
    """A stolen database and configuration, and a way to try keys on them."""

    settings: Settings
    directory: Directory
    members: list[MemberRow]
    grants: list[GrantRow]
    keys: list[InboxKeysRow]
    items: list[ItemRow]
    candidates: set[bytes]

    @classmethod
    def take(cls, loot: Loot) -> "Safe":
        url = f"sqlite:///{loot.data}/whistle.db"
        settings = load_settings(loot.data, {"WHISTLE_DATABASE": url})
        store = open_store(url)
        with store.read() as db:
            safe = cls(
                settings,
                Directory(settings.installation, settings.inboxes, store),
                list(MemberRow.all(db, MemberRow.select())),
                list(GrantRow.all(db, GrantRow.select())),
                list(InboxKeysRow.all(db, InboxKeysRow.select())),
                list(ItemRow.all(db, ItemRow.select())),
                set(_thirty_two_bytes(db)),
            )
        store.dispose()
        toml = (loot.data / "whistle.toml").read_text()
        safe.candidates |= {bytes.fromhex(one) for one in re.findall(r'"([0-9a-f]{64})"', toml)}
        return safe

    def opens_with(self, key: bytes) -> bool:
        """Try ``key`` as a member's seed, an inbox's seed and vault key, and a case's keys."""
        tries = [*self._as_member(key), *self._as_inbox(key), *self._as_case(key)]
        return any(_succeeds(attempt) for attempt in tries)

    def _as_member(self, key: bytes) -> Iterator[Callable[[], object]]:
        for grant in self.grants:
            inbox = self.directory.by_id(grant.inbox_id)
            keyring = Keyring(self.settings.installation, grant.member_id, Seed(key))
            yield partial(keyring.open_grant, inbox, grant)

    def _as_inbox(self, key: bytes) -> Iterator[Callable[[], object]]:
        for row in self.keys:
            inbox = self.directory.by_id(row.inbox_id)
            secret = InboxSecret(key + key)
            yield partial(open_inbox_keys, InboxKeys(inbox, {row.epoch: secret}), row)

    def _as_case(self, key: bytes) -> Iterator[Callable[[], object]]:
        one = SymmetricKey(key)
        keys = CaseKeys((Generation(one, one, one),), None)
        for row in self.items:
            yield partial(CaseItems(self.settings.installation, row.case_id, keys).open, row)


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except SealingError:
        return False
    return True


def _thirty_two_bytes(db: Connection) -> Iterator[bytes]:
    """Give every 32 bytes that stand by themselves in a row, and both halves of every 64."""
    for table in tables.metadata.tables.values():
        for row in db.execute(table.select()):
            for value in row:
                if isinstance(value, bytes) and len(value) in {32, 64}:
                    yield from (value[:32], value[-32:])
                elif isinstance(value, bytes) and len(value) == 16:
                    yield value + value


def test_a_file_on_its_way_in_touches_the_disk_as_ciphertext_alone(tmp_path: Path) -> None:
    """Watched by strace: only the database is opened for writing, and the demo's own files."""
    if shutil.which("strace") is None:
        missing("strace", "strace")
    data, trace = tmp_path / "data", tmp_path / "trace"
    data.mkdir()
    command = ["strace", "-f", "-qq", "-e", "trace=open,openat,openat2,creat,memfd_create"]
    command += ["-o", str(trace), sys.executable, "-B", "-m", "whistle", "demo", "--empty"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--data", str(data), "--port", str(free_port())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        demo = answering(data, process, tmp_path / "log", told_at(data))
        visitor = Visitor(demo.intake)
        content = secrets.token_bytes(3_000_000)
        fields: dict[str, object] = {**visitor.form(), "text": "x", "files": file_of(content)}
        assert visitor.post("/da/report/citizen", fields).status == 200
    finally:
        end(process)
    opened = re.findall(
        r'"([^"]*)", [A-Z_|]*(?:O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE)', trace.read_text()
    )
    written = {Path(path).name for path in opened if not path.startswith(("/dev/", "/proc/"))}
    assert "whistle.db" in written
    assert written <= {
        "whistle.db",
        "whistle.db-wal",
        "whistle.db-shm",
        "whistle.db-journal",
        "whistle.toml",
        "adviser.new",
        "demo.new",
    }
