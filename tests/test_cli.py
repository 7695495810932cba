"""The command: what it does, what it refuses, and that the documentation knows all of it."""

import base64
import json
import socket
import stat
from argparse import ArgumentParser, _SubParsersAction
from pathlib import Path

import pytest

from tests.support.logged import Watch, check_details
from whistle.cli import build_parser, main
from whistle.crypto.receipt import Receipt
from whistle.demo.story import invented_reports
from whistle.domain.channel import Channel
from whistle.domain.logged import Logged
from whistle.setting_tables import MAIL_PASSWORD
from whistle.settings import ENVIRONMENT, load_settings
from whistle.storage import log, tables
from whistle.storage.engine import open_store

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("demo") / "data"
    assert main(["demo", "--no-serve", "--data", str(data), "--port", "8123"]) == 0
    return data


def about(data: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((data / "demo.json").read_text("utf-8"))
    return content


CASES = 16 + 33 + 20  # reports, the two years that are imported, and what was written in here


def cases(data: Path) -> int:
    store = open_store(load_settings(data).database)
    with store.read() as db:
        count = len(db.execute(tables.cases.select()).all())
    store.dispose()
    return count


def test_the_demo_writes_what_scripts_rely_on(demo: Path) -> None:
    told = about(demo)
    assert set(told) == {"intake", "casework", "members", "receipts", "key_file"}
    assert told["intake"] == "http://localhost:8123/"
    assert told["casework"] == "http://localhost:8123/casework/"
    members = told["members"]
    assert isinstance(members, list)
    assert [member["role"] for member in members] == ["adviser", "reserve"]
    assert all(set(member) == {"username", "passphrase", "role", "totp"} for member in members)
    assert all(len(member["passphrase"].split()) >= 6 for member in members)
    assert all(len(base64.b32decode(member["totp"])) == 20 for member in members)
    receipts = told["receipts"]
    assert isinstance(receipts, list)
    assert len({Receipt.parse(receipt).show() for receipt in receipts}) == 16
    assert cases(demo) == CASES


def test_the_demos_files_are_its_owners_alone(demo: Path) -> None:
    for name in ("demo.json", "whistle.toml"):
        assert stat.S_IMODE((demo / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(demo.stat().st_mode) & 0o077 == 0


def test_the_demos_log_goes_forward_from_its_founding(demo: Path) -> None:
    settings = load_settings(demo)
    store = open_store(settings.database)
    with store.read() as db:
        times = [entry.time for entry in log.entries(db)]
    told = Watch(store, settings.installation, since=0).new()
    store.dispose()
    assert times == sorted(times)
    assert len(times) > len(told), "cases were opened and answered"
    assert [one.act for one in told] == [
        Logged.SET_UP,
        Logged.INBOX_FOUNDED,
        Logged.INBOX_FOUNDED,
        Logged.INBOX_CONFIRMED,
        Logged.DOCUMENT_PUBLISHED,
        Logged.DOCUMENT_PUBLISHED,
        Logged.REPORT_PUBLISHED,
        Logged.DOCUMENT_PUBLISHED,
        Logged.KEY_FILE_MADE,
    ]
    for one in told:
        check_details(one)


def test_started_again_the_demo_carries_on(demo: Path) -> None:
    before = about(demo)
    assert main(["demo", "--no-serve", "--data", str(demo), "--port", "8124"]) == 0
    after = about(demo)
    assert after["intake"] == "http://localhost:8124/"
    assert after["members"] == before["members"]
    assert after["receipts"] == before["receipts"]
    assert cases(demo) == CASES


def test_an_empty_demo_has_members_and_keys_and_no_cases(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert main(["demo", "--no-serve", "--empty", "--data", str(data)]) == 0
    assert about(data)["receipts"] == []
    assert cases(data) == 0
    assert len(load_settings(data).inboxes) == 6


def test_the_demo_says_what_to_open(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["demo", "--no-serve", "--data", str(demo)])
    printed = capsys.readouterr().out
    assert "http://localhost:8080/casework/" in printed
    assert "raadgiver" in printed
    assert str(demo) in printed


def test_a_profile_that_is_not_there_is_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    assert main(["demo", "--no-serve", "--data", str(data), "--profile", "andeby"]) == 2
    assert "andeby" in capsys.readouterr().err
    assert not data.exists()


def test_a_folder_with_another_installation_is_not_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "whistle.toml").write_text("database = 'precious'\n")
    assert main(["demo", "--no-serve", "--data", str(tmp_path)]) == 2
    assert "no demonstration" in capsys.readouterr().err
    assert (tmp_path / "whistle.toml").read_text() == "database = 'precious'\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["whistle.toml"]


def test_a_port_that_is_taken_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["demo", "--data", str(tmp_path / "data"), "--port", port]) == 2
    assert "is taken" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["demo", "--port", "x"], ["demo", "--x"]])
def test_a_command_that_is_off_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2


def test_the_story_tells_of_every_door_in_the_order_of_days() -> None:
    reports = invented_reports()
    assert len(reports) == 16
    assert {report.channel for report in reports} == set(Channel)
    assert [one.days_ago for one in reports] == sorted(
        (one.days_ago for one in reports), reverse=True
    )


def test_every_command_and_option_is_documented() -> None:
    documented = (ROOT / "docs" / "commands.md").read_text("utf-8")
    commands = acts_of(build_parser())
    assert commands
    for name, parser in commands.items():
        assert f"## `whistle {name}`" in documented, name
        section = documented.split(f"## `whistle {name}`")[1].split("\n## ")[0]
        for act, one in {"": parser, **acts_of(parser)}.items():
            of_act = section.split(f"### `whistle {name} {act}`")[-1].split("\n#")[0]
            for action in one._actions:
                for option in action.option_strings:
                    if option.startswith("--") and option != "--help":
                        assert f"`{option}" in of_act, (name, act, option)


def acts_of(parser: ArgumentParser) -> dict[str, ArgumentParser]:
    """Give what follows a command: its acts, by name."""
    return next(
        (
            dict(action.choices)
            for action in parser._actions
            if isinstance(action, _SubParsersAction)
        ),
        {},
    )


def test_every_setting_is_documented() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text("utf-8")
    names = ["database", "profile", "installation", "form_key", "log_key", "channel"]
    names += ["hour", "in_process", "host", "port", "security", "user", "password_file", "from"]
    names += ["checkpoints_to", MAIL_PASSWORD]
    for name in [*names, "kind", "id", "fingerprint", "lowest_epoch", *ENVIRONMENT.values()]:
        assert f"`{name}`" in documented, name


def test_the_readme_names_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "uv run whistle demo" in readme
    assert "uv run pytest" in readme


def test_a_demo_that_was_interrupted_starts_afresh(tmp_path: Path) -> None:
    data = tmp_path / "data"
    half_done = data / "setting-up"
    half_done.mkdir(parents=True)
    (half_done / "whistle.db").write_bytes(b"half a database")
    assert main(["demo", "--no-serve", "--empty", "--data", str(data)]) == 0
    assert not half_done.exists()
    assert cases(data) == 0


def test_a_municipality_with_fewer_doors_has_a_demo_too(tmp_path: Path) -> None:
    text = (ROOT / "whistle" / "profiles" / "stevns.toml").read_text("utf-8")
    profile = tmp_path / "fewer.toml"
    newest = text[: text.index("[[earlier]]")]
    profile.write_text(f'without = ["channels/citizen"]\n{newest}', "utf-8")
    data = tmp_path / "data"
    arguments = ["demo", "--no-serve", "--data", str(data), "--profile", str(profile)]
    assert main(arguments) == 0
    assert cases(data) == 10


def test_everything_a_demo_writes_is_its_owners_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    assert main(["demo", "--no-serve", "--empty", "--data", str(data)]) == 0
    for path in (data, *data.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@pytest.mark.parametrize(
    "arguments",
    [["--data", "{file}"], ["--data", "{file}/below"], ["--data", "{new}", "--port", "99999"]],
)
def test_a_folder_or_port_that_cannot_be_is_refused(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("precious")
    names = {"file": tmp_path / "file", "new": tmp_path / "new"}
    given = [argument.format(**names) for argument in arguments]
    assert main(["demo", *given, *([] if "--port" in given else ["--no-serve"])]) == 2
    assert capsys.readouterr().err.startswith("whistle: ")
    assert (tmp_path / "file").read_text() == "precious"
    assert not (tmp_path / "new").exists()


def test_a_broken_demo_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "demo.json").write_text("{")
    assert main(["demo", "--no-serve", "--data", str(tmp_path)]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_demo_from_before_there_were_codes_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = {"members": [{"username": "raadgiver", "passphrase": "x", "role": "adviser"}]}
    (tmp_path / "demo.json").write_text(json.dumps(old))
    assert main(["demo", "--no-serve", "--data", str(tmp_path)]) == 2
    assert main(["demo", "--codes", "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("older version") == 2


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["confirm", "--data", "x"], 130),
        (["recovery", "drill", "--public", "x"], 130),
        (["serve", "--data", "x"], 0),
        (["demo"], 0),
    ],
)
def test_what_is_interrupted_was_not_done_but_a_server_is(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], status: int
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("whistle.ceremony.unconfirmed", interrupted)
    monkeypatch.setattr("whistle.commands.recovery_paper.read_text", interrupted)
    monkeypatch.setattr("whistle.settings.load_settings", interrupted)
    monkeypatch.setattr("whistle.demo.build.set_up", interrupted)
    monkeypatch.setattr("whistle.cli._check_free", lambda _port: None)
    assert main(arguments) == status
