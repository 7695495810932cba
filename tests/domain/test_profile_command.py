"""`whistle profile check`, and a municipality made from nothing, as the documentation shows it."""

import json
import re
from pathlib import Path

import pytest

from whistle.cli import main
from whistle.domain.channel import Channel
from whistle.domain.office import Council, Letter, Office, Whistleblowing
from whistle.domain.profile import load_profile
from whistle.settings import load_settings

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "profiles.md").read_text("utf-8")


@pytest.fixture
def from_the_guide(tmp_path: Path) -> Path:
    (shown,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    path = tmp_path / "andeby.toml"
    path.write_text(shown, "utf-8")
    return path


def test_each_version_is_told_with_its_days_and_what_it_holds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["profile", "check", "stevns"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    first, second = said.out.split("\n\n")[1:]
    assert said.out.startswith("stevns: Stevns Kommune, 2 versions\n")
    assert first.startswith("from 2021-05-01, today's\n")
    assert second.startswith("from 2018-04-01 to 2021-04-30\n")
    told = dict(re.findall(r"^  (\S.{17}) (.+)$", second, re.MULTILINE))
    told = {name.strip(): value for name, value in told.items()}
    assert told["doors"] == "citizen"
    assert told["centres"] == "6"
    assert told["categories"] == "7, with 6 sub-categories"
    assert told["adviser"].endswith("reports to: Direktionen og Økonomiudvalget")
    assert "whistleblower, council, citizen" in first


@pytest.mark.parametrize("name", ["ringsted", "gentofte", "aalborg"])
def test_the_bundled_profiles_are_in_order(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", "check", name]) == 0
    assert f"{name}: {name.capitalize()} Kommune, 1 version\n" in capsys.readouterr().out


def test_a_profile_that_is_refused_is_told_on_standard_error(
    from_the_guide: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = from_the_guide.read_text("utf-8").replace('"teknik.byg"', '"teknik byg"')
    from_the_guide.write_text(text, "utf-8")
    assert main(["profile", "check", str(from_the_guide)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "centres 2 (teknik), divisions 2 (teknik byg), id:" in said.err
    assert said.err.count("\n") == 1
    assert main(["profile", "check", "nowhere"]) == 2


def test_a_municipality_made_from_nothing_is_in_order(
    from_the_guide: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["profile", "check", str(from_the_guide)]) == 0
    told = capsys.readouterr().out
    assert "andeby: Andeby Kommune, 1 version" in told
    assert "from the beginning, today's" in told
    assert "2, with 2 divisions" in told


def test_a_municipality_made_from_nothing_has_a_demonstration(
    from_the_guide: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    arguments = ["demo", "--no-serve", "--data", str(data), "--profile", str(from_the_guide)]
    assert main(arguments) == 0
    profile = load_settings(data).profile
    assert profile.municipality == "Andeby Kommune"
    assert {root.channel for root in load_settings(data).inboxes} == {Channel.CITIZEN}
    assert json.loads((data / "demo.json").read_text("utf-8"))["receipts"]


def test_another_municipality_has_a_demonstration(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert main(["demo", "--no-serve", "--data", str(data), "--profile", "aalborg"]) == 0
    assert load_settings(data).profile == load_profile("aalborg")


def test_a_profile_whose_newest_version_is_still_to_come_has_a_demonstration(
    from_the_guide: Path, tmp_path: Path
) -> None:
    later = from_the_guide.read_text("utf-8").replace("[contact]", "from = 2199-01-01\n\n[contact]")
    from_the_guide.write_text(later + "\n[[earlier]]\nfrom = 2020-01-01\n", "utf-8")
    data = tmp_path / "data"
    arguments = ["demo", "--no-serve", "--data", str(data), "--profile", str(from_the_guide)]
    assert main(arguments) == 0


def test_every_name_of_the_office_is_in_the_guide() -> None:
    kinds = (Office, Whistleblowing, Council, Letter)
    names = {name for kind in kinds for name in kind.__slots__} - {"whistleblowing", "council"}
    assert not {name for name in names if f"`{name}`" not in GUIDE}
