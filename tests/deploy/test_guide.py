"""``docs/operations.md``, done to the letter on a machine that systemd runs."""

import io
import os
import re
import shutil
import sys
import tarfile
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import cache_from_source
from pathlib import Path, PurePath

import pytest

from tests.deploy.client import Client
from tests.deploy.machine import Machine, booted
from tests.deploy.nginx import certify
from tests.house.test_files import committed
from tests.support.enrolment import APP, app_shown, first_code
from tests.support.office import hidden_fields
from tests.support.visitors import file_of
from whistle.crypto.totp import TotpSecret, step_at
from whistle.domain.clock import Clock

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "operations.md"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

# What a test cannot do: the network, a certificate authority, people.
BY_HAND = (
    "sysctl ",
    "apt-get ",
    "git clone ",
    "install -d -m 700 /etc/ssl",
    "whistle confirm ",
    "timedatectl ",  # the test's machine shares this one's clock
    "mkdir -p /var/log/journal ",  # and its journal is read from outside
    "systemctl reload postgresql",  # tests/deploy/test_roles.py tries the roles elsewhere
    "runuser -u postgres -- psql --dbname=postgres",  # tests/backup restores there elsewhere
    "rm -rf /etc/whistle/secrets ",  # another machine
    "cd ",
)
HOSTS = ("whistle.example.dk", "casework.example.dk")
TEXT = "Der trækker i kælderen."


@dataclass(frozen=True)
class Block:
    """Commands of the guide, as they stand there; ``by_hand``: CI does something in their stead."""

    section: int
    text: str
    by_hand: bool


def blocks() -> list[Block]:
    found = []
    section = 0
    pattern = r"^## (\d+)\.|^```sh( by-hand)?\n(.*?)^```$"
    for match in re.finditer(pattern, GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        if match[1]:
            section = int(match[1])
        else:
            found.append(Block(section, match[3], by_hand=bool(match[2])))
    return found


@dataclass
class Technician:
    """Pastes the guide's blocks, section after section, into one shell."""

    machine: Machine
    done: str = field(default="", init=False)

    def paste(self, section: int, number: int | None = None) -> str:
        """Do a section, or one block of it, and return what it printed."""
        chosen = [block for block in blocks() if block.section == section and not block.by_hand]
        if number is not None:
            chosen = [chosen[number]]
        return "".join(self.machine.do(self._shell() + block.text) for block in chosen)

    def _shell(self) -> str:
        """Give what an open shell would still know."""
        first = next(block.text for block in blocks())
        return (
            f"{first}export CURL_CA_BUNDLE=/etc/ssl/whistle/fullchain.pem\n"
            "cd /opt/whistle/app/deploy 2>/dev/null || true\n"
            "ONION=$(cat /var/lib/tor/whistle/hostname 2>/dev/null || true)\n"
        )


def packed(entries: Iterator[tuple[Path, str]]) -> bytes:
    """Pack files under the names they shall have."""
    packet = io.BytesIO()
    with tarfile.open(fileobj=packet, mode="w") as archive:
        for path, name in entries:
            archive.add(path, name, filter=_owned_by_root)
    return packet.getvalue()


def _owned_by_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.mode = 0o755 if entry.mode & 0o100 else 0o644
    return entry


def libraries() -> Iterator[tuple[Path, str]]:
    """Give the files of every package in requirements.lock, as they are installed here."""
    lock = (ROOT / "requirements.lock").read_text()
    for name in re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE):
        with suppress(PackageNotFoundError):  # some are for other systems only
            for file in distribution(name).files or ():
                path = Path(str(file.locate()))
                if ".." not in file.parts and path.is_file():
                    yield path, str(file)
                    yield from _compiled(path, file.parent)


def _compiled(path: Path, folder: PurePath) -> Iterator[tuple[Path, str]]:
    """Give what a module was compiled to here: a machine would take longer than for all else."""
    compiled = Path(cache_from_source(path)) if path.suffix == ".py" else path
    if compiled != path and compiled.is_file():
        yield compiled, str(folder / "__pycache__" / compiled.name)


def certificate(folder: Path) -> Iterator[tuple[Path, str]]:
    certify(folder, HOSTS)
    return ((path, path.name) for path in folder.iterdir())


def stand_in(machine: Machine, folder: Path) -> None:
    """Do in another way what the guide's `by-hand` blocks do over the network."""
    names = " ".join(HOSTS)
    machine.do(f"echo '127.0.0.1 {names}' >> /etc/hosts; rm -rf /opt/whistle /etc/whistle")
    machine.do("mkdir -p /opt/whistle/app /etc/ssl/whistle; chmod 700 /etc/ssl/whistle")
    program = ((path, str(path.relative_to(ROOT))) for path in committed())
    machine.do("tar -xC /opt/whistle/app", stdin=packed(program))
    machine.do("install -D -m 644 /dev/null /opt/whistle/app/.git/HEAD")
    machine.do("python3 -m venv --without-pip /opt/whistle/venv")
    target = f"/opt/whistle/venv/lib/python{PYTHON}/site-packages"
    if machine.run(f"test -d {target}").returncode:
        pytest.skip(f"Debian's Python is another than {PYTHON}, whose libraries are here")
    machine.do(f"tar -xC {target}", stdin=packed(libraries()))
    machine.do("tar -xC /etc/ssl/whistle", stdin=packed(certificate(folder)))


@dataclass
class Town:
    """An installation whose doors are open, and what its people know."""

    machine: Machine
    technician: Technician
    passphrases: list[str]
    apps: list[TotpSecret]

    def reporter(self) -> Client:
        """Give somebody who comes by the onion service, from where tor hands over."""
        socket = self.machine.path("/run/whistle-onion/nginx.socket")
        return open_door(Client("http://abcdef.onion", path=socket), "/da/")

    def member(self) -> Client:
        return casework(self.machine)


def casework(machine: Machine) -> Client:
    socket = machine.path("/run/whistle-casework/socket")
    return open_door(Client("http://casework.example.dk", path=socket), "/casework/")


def open_door(client: Client, page: str) -> Client:
    """Wait until a door answers: systemd says that it runs before it does."""
    for _ in range(120):
        with suppress(OSError):
            if client.get(page).status not in {502, 503}:
                break
        time.sleep(0.5)
    client.cookies.clear()
    return client


def begin(machine: Machine, letter: str, code: str) -> tuple[str, TotpSecret, str]:
    """Accept an invitation, choose an app, make the keys.

    Give the passphrase, the app, and the page to copy fingerprints from.
    """
    someone = casework(machine)
    page = someone.post("/casework/begin", {"invitation": letter, "code": code}).page
    words = " ".join(re.findall(r"<span>([a-z-]+)</span>", page))
    typed: dict[str, object] = {**hidden_fields(page), "passphrase": words}
    entered = someone.post("/casework/begin", typed)
    assert entered.status == 303, entered.page
    page = someone.get(APP).page
    assert someone.post(APP, dict(first_code(page))).status == 200
    app = app_shown(page)
    page = someone.get("/casework/founding").page
    token = hidden_fields(page)["csrf_token"]
    someone.post("/casework/founding", {"csrf_token": token})
    shown = re.sub(r"<[^>]*>|\s", "", someone.get("/casework/founding").page)
    return words, app, shown


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A machine on which the guide was done, from the first section to the tenth."""
    home = Path(tempfile.mkdtemp(prefix="whistle-machine-"))
    with booted(home) as machine:
        stand_in(machine, tmp_path_factory.mktemp("certificate"))
        technician = Technician(machine)
        for section in (1, 2, 3):
            technician.paste(section)
        invited = technician.paste(4)
        assert technician.paste(5).split()[-1] == "503"
        for section in (7, 8, 9):
            technician.paste(section)
        long = re.findall(r"long code, to send:\s+(\S+)", invited)
        short = re.findall(r"short code, by telephone:\s+(\S+)", invited)
        papers = [begin(machine, *told) for told in zip(long, short, strict=True)]
        waiting = re.findall(r"(?:[0-9a-f]{4} ?){5}", technician.paste(10, 0))
        assert len(waiting) == 6
        for one in waiting:
            assert any(one.replace(" ", "") in shown for _, _, shown in papers)
        typed = " ".join(f'"{one.strip()}"' for one in waiting)
        machine.do(f"whistle confirm --data /etc/whistle {typed}")
        technician.paste(10, 1)
        technician.paste(11)
        words, apps, _ = zip(*papers, strict=True)
        yield Town(machine, technician, list(words), list(apps))
    shutil.rmtree(home)


def test_what_ci_cannot_do_is_little() -> None:
    by_hand = [block.text for block in blocks() if block.by_hand]
    assert all(text.startswith(BY_HAND) for text in by_hand), by_hand
    assert len(by_hand) < len(blocks()) / 2


def test_the_guide_makes_an_installation_that_receives_and_answers(town: Town) -> None:
    reporter = town.reporter()
    form = reporter.form()
    report = {**form, "text": TEXT, "files": file_of(os.urandom(3_000_000))}
    assert reporter.post("/da/report/citizen", report).status == 200

    adviser = town.member()
    code = town.apps[0].code(step_at(Clock().now()) + 1)  # that of now was used to choose the app
    who: dict[str, object] = {"username": "raadgiver", "passphrase": town.passphrases[0]}
    entered = adviser.post("/casework/", {**who, "totp": code})
    assert entered.status == 303
    (case,) = set(
        re.findall(r'/casework/case/[0-9a-f]+(?=")', adviser.get("/casework/inboxes").page)
    )
    assert TEXT in adviser.get(case).page
    assert TEXT in reporter.dialogue(form["receipt"]).page

    # The copy: no session in it, and back in its place everything is there.
    adviser.get("/casework/inboxes")
    town.technician.paste(13, 0)
    [copy] = town.machine.path("/var/backups/whistle").glob("*.db")
    assert copy.stat().st_mode & 0o777 == 0o600
    count = "SELECT (SELECT count(*) FROM member_session), (SELECT count(*) FROM enquiry_case)"
    told = town.machine.do(f"sqlite3 /var/backups/whistle/{copy.name} '{count}'")
    assert told.strip() == "0|1"
    town.technician.paste(13, 1)
    drill = town.technician.paste(13, 2)
    assert drill.count(": OK") == 2
    assert "It would bring back" in drill
    assert "Lost since would be: 0 days" in drill
    assert town.machine.do("ls /tmp /var/tmp").count("whistle-drill") == 0
    assert "with 1 cases" in town.technician.paste(13, 3)
    town.technician.paste(14)
    town.technician.paste(11)
    assert TEXT in town.reporter().dialogue(form["receipt"]).page


def test_the_units_run_as_they_say(town: Town) -> None:
    for door in ("intake", "casework"):
        told = town.machine.do(f"systemctl show --property=MainPID,NRestarts whistle-{door}")
        number = re.findall(r"MainPID=(\d+)", told)[0]
        status = town.machine.do(f"cat /proc/{number}/status")
        assert re.search(r"^NoNewPrivs:\t1$", status, re.MULTILINE)
        assert re.search(r"^Seccomp:\t2$", status, re.MULTILINE)
        assert re.search(r"^CapBnd:\t0+$", status, re.MULTILINE)
        assert town.machine.do(f"ps -o user:20= -p {number}").strip() == f"whistle-{door}"
        network, outside = town.machine.do(f"readlink /proc/{{{number},1}}/ns/net").split()
        assert network != outside
        inside = f"nsenter --target {number} --mount"
        for folder in ("/usr", "/etc/whistle", "/opt/whistle/app", "/var/backups"):
            assert town.machine.run(f"{inside} touch {folder}/new").returncode, folder
        assert town.machine.run(f"{inside} cat /opt/whistle/app/.git/HEAD").returncode


def test_the_keys_lie_on_the_disk_encrypted_and_reach_the_doors(town: Town) -> None:
    kept = tomllib.loads(town.machine.do("cat /root/whistle/with-keys.toml"))
    told = town.machine.do("cat /etc/whistle/whistle.toml")
    for name in ("form_key", "log_key"):
        assert name not in tomllib.loads(told)
        sealed = f"/etc/whistle/secrets/{name}"
        assert kept[name] not in town.machine.do("grep -rs '' /etc/whistle")
        opened = f"systemd-creds decrypt --name=whistle_{name} {sealed} -"
        assert town.machine.do(opened).strip() == kept[name]
        for unit in ("intake", "casework"):
            handed = f"/run/credentials/whistle-{unit}.service/whistle_{name}"
            assert town.machine.do(f"cat {handed}").strip() == kept[name]
            assert not may(town, "www-data", f"cat {handed}")
    town.technician.paste(5)  # as after an update: nothing of it is lost
    assert tomllib.loads(town.machine.do("cat /root/whistle/with-keys.toml")) == kept
    assert town.machine.do("cat /etc/whistle/whistle.toml") == told
    both = f'form_key = "{kept["form_key"]}"\n{told}'.encode()
    town.machine.do("mkdir /run/both; cat > /run/both/whistle.toml", stdin=both)
    refused = town.machine.run("whistle housekeeping --data /run/both")
    assert "form_key: stands in /run/both/whistle.toml, and is encrypted" in refused.stderr
    town.machine.do("rm -r /run/both")


def test_each_reaches_what_is_its_own_and_nothing_else(town: Town) -> None:
    doors, others = ("whistle-intake", "whistle-casework"), ("www-data", "debian-tor")
    number = town.machine.do("systemctl show --value --property=MainPID whistle-casework").strip()
    for user in (*doors, *others):
        assert may(town, user, "true")
        assert not may(town, user, "cat /etc/whistle/whistle.toml")
        assert not may(town, user, "touch /etc/whistle/new")
        assert not may(town, user, "touch /opt/whistle/app/whistle/new.py")
        assert not may(town, user, "ls /var/backups/whistle")
        assert may(town, user, "head -c 1 /var/lib/whistle/whistle.db") == (user in doors)
        # The memory of casework, where sessions and opened cases are.
        for file in ("mem", "environ"):
            mine = user == "whistle-casework"
            assert may(town, user, f"test -r /proc/{number}/{file}") == mine, (user, file)
    assert not may(town, "whistle-intake", "ls /run/whistle-casework")
    assert not may(town, "debian-tor", "ls /run/whistle-intake")


def test_nothing_was_written_down_about_anybody(town: Town) -> None:
    assert town.reporter().get("/da/").status == 200
    town.machine.do("curl --silent --fail https://whistle.example.dk/da/ --output /dev/null "
                    "--cacert /etc/ssl/whistle/fullchain.pem")  # fmt: skip
    logs = town.machine.path("/var/log/nginx")
    assert [path.name for path in logs.iterdir() if path.stat().st_size] == []
    journal = town.machine.do("journalctl --no-pager")
    for word in (TEXT, "127.0.0.1", "curl/", "/da/report", *town.passphrases):
        assert word not in journal


def may(town: Town, user: str, command: str) -> bool:
    """Say whether a user can do something, with the groups that are theirs."""
    as_user = f"setpriv --reuid {user} --regid {user} --init-groups"
    return town.machine.run(f"{as_user} {command}").returncode == 0
