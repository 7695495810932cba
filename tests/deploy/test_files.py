"""Each file of ``deploy/``, checked by the program that reads it."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy import nginx
from tests.support.requirements import missing

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
TIMERS = sorted((DEPLOY / "systemd").glob("*.timer"))
GUIDE = ROOT / "docs" / "operations.md"


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder with a short name: it holds unix sockets."""
    folder = Path(tempfile.mkdtemp(prefix="whistle-"))
    yield folder
    shutil.rmtree(folder)


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def need(name: str, package: str) -> str:
    """Return a program, or end the test."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        missing(name, package)
    return found


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_understands_every_line_of_a_unit(unit: Path, tmp_path: Path) -> None:
    analyze = need("systemd-analyze", "systemd")
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/usr/local/bin/whistle", str(DEPLOY / "whistle")))
    verified = run(analyze, "verify", "--man=no", copy)
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")


@pytest.mark.parametrize("timer", TIMERS, ids=lambda path: path.name)
def test_a_timer_begins_what_it_is_named_for_every_day(timer: Path) -> None:
    analyze = need("systemd-analyze", "systemd")
    assert timer.with_suffix(".service") in UNITS
    [when] = re.findall(r"^OnCalendar=(.*)$", timer.read_text(), re.MULTILINE)
    told = run(analyze, "calendar", "--iterations=2", "--base-time=2026-11-20 12:00", when)
    assert told.returncode == 0, told.stderr
    days = re.findall(r"(?:Next elapse|Iter[a-z.]* #2): \w+ (2026-\d\d-\d\d)", told.stdout)
    assert days == ["2026-11-21", "2026-11-22"], told.stdout


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_is_as_closed_as_the_guide_says(unit: Path) -> None:
    analyze = need("systemd-analyze", "systemd")
    judged = run(analyze, "security", "--offline=yes", "--no-pager", unit)
    found = re.search(r"exposure level for \S+: ([0-9.]+)", judged.stdout)
    assert found, judged.stdout + judged.stderr
    assert float(found[1]) < 2
    assert f"{unit.stem}: {found[1]}" in GUIDE.read_text("utf-8")


def test_systemd_makes_the_users_and_the_folders(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    for name, lines in {
        "passwd": "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n",
        "group": "root:x:0:\nwww-data:x:33:\ndebian-tor:x:101:\n",
    }.items():
        (tmp_path / "etc" / name).write_text(lines)
    root = f"--root={tmp_path}"
    made = run(need("systemd-sysusers", "systemd"), root, DEPLOY / "systemd" / "whistle.sysusers")
    assert made.returncode == 0, made.stderr
    groups = {
        line.split(":")[0]: line.split(":")[3]
        for line in (tmp_path / "etc" / "group").read_text().splitlines()
    }
    users = {"whistle-intake", "whistle-casework", "whistle-keeper"}
    assert set(groups["whistle"].split(",")) == users
    assert groups["whistle-intake"] == groups["whistle-casework"] == "www-data"
    tmpfiles = need("systemd-tmpfiles", "systemd")
    made = run(tmpfiles, root, "--create", "--dry-run", DEPLOY / "systemd" / "whistle.tmpfiles")
    if "unrecognized option" in made.stderr:  # before systemd 256
        if os.geteuid() != 0:
            pytest.skip("without root, this systemd-tmpfiles cannot be asked")
        made = run(tmpfiles, root, "--create", DEPLOY / "systemd" / "whistle.tmpfiles")
        assert (tmp_path / "var/lib/whistle").stat().st_mode & 0o7777 == 0o2770
        assert (tmp_path / "etc/whistle").stat().st_mode & 0o7777 == 0o755
    assert (made.returncode, made.stderr) == (0, "")


def test_nginx_takes_the_configuration(home: Path) -> None:
    tried = nginx.tried(nginx.prepare(home))
    assert tried.returncode == 0, tried.stderr
    assert "warn" not in tried.stderr


def test_a_log_or_a_spooled_body_is_switched_off_in_every_server() -> None:
    site = (DEPLOY / "nginx" / "whistle.conf").read_text()
    servers = re.findall(r"^server \{\n(.*?)^\}", site, flags=re.MULTILINE | re.DOTALL)
    assert len(servers) == 6
    assert all("include snippets/whistle-server.conf;" in server for server in servers)


def test_tor_takes_the_configuration_and_makes_an_address(home: Path) -> None:
    tor = need("tor", "tor")
    here = home / "torrc"
    text = (DEPLOY / "tor" / "torrc").read_text()
    text = text.replace("/var/lib/tor/", f"{home}/").replace("/run/", f"{home}/")
    here.write_text(f"{text}\nDataDirectory {home}/data\n")
    nothing = home / "defaults"
    nothing.touch()
    command = (tor, "--defaults-torrc", nothing, "-f", here)
    verified = run(*command, "--verify-config")
    assert verified.returncode == 0, verified.stdout
    assert "Configuration was valid" in verified.stdout
    for word in ("[warn]", "[err]"):
        lines = [line for line in verified.stdout.splitlines() if word in line]
        assert [line for line in lines if "running Tor as root" not in line] == []


def test_the_firewall_is_one_that_nft_understands() -> None:
    nft = need("nft", "nftables")
    if os.geteuid() != 0:
        pytest.skip("only root may ask nft")
    checked = run(nft, "--check", "--file", DEPLOY / "nftables.conf")
    assert (checked.returncode, checked.stderr) == (0, "")
