"""Settings: read from one file and the environment, refused when they cannot be right."""

import re
import stat
from dataclasses import fields, replace
from importlib import resources
from pathlib import Path

import pytest

from whistle.domain.channel import Channel, InboxKind, InboxRoot
from whistle.domain.chores import Chores
from whistle.domain.profile import load_profile
from whistle.limits import Budgets
from whistle.mail import MailPassword, MailServer, Security
from whistle.setting_tables import Mail, SettingsError
from whistle.settings import (
    FormKey,
    LogKey,
    Settings,
    append_inboxes,
    load_settings,
    update_inboxes,
    write_settings,
)

SETTINGS = Settings(
    "sqlite:////srv/whistle/æ.db",
    b"i" * 16,
    FormKey(bytes(range(32))),
    LogKey(bytes(range(64, 96))),
    load_profile("stevns"),
    (
        InboxRoot(Channel.CITIZEN, InboxKind.MAIN, b"a" * 16, b"b" * 32),
        InboxRoot(Channel.CITIZEN, InboxKind.RESERVE, b"c" * 16, b"d" * 32, 4, b"e" * 32),
    ),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_settings(tmp_path, SETTINGS, "stevns")
    return tmp_path


def change(data: Path, old: str, new: str) -> None:
    path = data / "whistle.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_what_is_written_is_read_again(data: Path) -> None:
    assert load_settings(data, {}) == SETTINGS


def test_the_file_is_its_owners_alone(data: Path) -> None:
    assert stat.S_IMODE((data / "whistle.toml").stat().st_mode) == 0o600


def test_no_setting_is_shown_by_accident() -> None:
    for key in (SETTINGS.form_key, SETTINGS.log_key):
        assert key.reveal().hex() not in repr(SETTINGS)
        assert repr(key.reveal())[2:-1] not in repr(SETTINGS)


def test_what_systemd_hands_over_goes_before_the_file_and_after_the_environment(
    data: Path, tmp_path: Path
) -> None:
    form_key, log_key = bytes(range(1, 33)).hex(), bytes(range(2, 34)).hex()
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "whistle_form_key").write_text(f"{form_key}\n")
    (folder / "whistle_log_key").write_text(log_key)
    file = data / "whistle.toml"
    told = re.sub(r"^(form|log)_key.*\n", "", file.read_text("utf-8"), flags=re.MULTILINE)
    file.write_text(told, "utf-8")
    environment = {"CREDENTIALS_DIRECTORY": str(folder)}
    settings = load_settings(data, environment)
    assert settings.form_key.reveal().hex() == form_key
    assert settings.log_key.reveal().hex() == log_key
    settings = load_settings(data, {**environment, "WHISTLE_LOG_KEY": form_key})
    assert settings.log_key.reveal().hex() == form_key
    with pytest.raises(SettingsError, match="form_key: is missing"):
        load_settings(data, {})
    (folder / "whistle_form_key").write_bytes(b"\xff" * 32)
    with pytest.raises(SettingsError, match="a credential cannot be read") as refused:
        load_settings(data, environment)
    assert "\\xff" not in str(refused.value)


@pytest.mark.parametrize("by_systemd", [True, False])
def test_what_was_encrypted_is_neither_empty_nor_in_the_file_as_well(
    data: Path,
    tmp_path: Path,
    by_systemd: bool,  # noqa: FBT001
) -> None:
    def settings(name: str, value: str) -> Settings:
        if not by_systemd:
            return load_settings(data, {f"WHISTLE_SEALED_{name.upper()}": value})
        (tmp_path / f"whistle_{name}").write_text(value)
        return load_settings(data, {"CREDENTIALS_DIRECTORY": str(tmp_path)})

    key = SETTINGS.form_key.reveal().hex()
    with pytest.raises(SettingsError, match=r"form_key: stands in .* and is encrypted") as refused:
        settings("form_key", key)
    assert key not in str(refused.value)
    with pytest.raises(SettingsError, match=r"form_key: what was encrypted .* is empty"):
        settings("form_key", "")
    change(data, f'form_key = "{key}"\n', "")
    with pytest.raises(SettingsError, match=r"form_key: what was encrypted .* is empty"):
        settings("form_key", "")
    assert settings("form_key", key) == SETTINGS
    with pytest.raises(SettingsError, match="database: stands in"):
        settings("database", "sqlite:////srv/whistle/another.db")


def test_the_environment_goes_before_the_file(data: Path) -> None:
    key = bytes(range(32, 64))
    environment = {
        "WHISTLE_DATABASE": "postgresql+psycopg:///w",
        "WHISTLE_FORM_KEY": key.hex(),
        "WHISTLE_LOG_KEY": key[::-1].hex(),
    }
    settings = load_settings(data, environment)
    assert settings.database == "postgresql+psycopg:///w"
    assert settings.form_key == FormKey(key)
    assert settings.log_key == LogKey(key[::-1])


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("postgresql+psycopg:///w", True),
        ("postgresql+psycopg://w@/w?host=/run/postgresql", True),
        ("postgresql+psycopg://w@localhost:5433/w", True),
        ("postgresql+psycopg://w@db.example/w", False),
        ("postgresql+psycopg://w@/w?host=localhost&host=db.example", False),
        ("postgresql+psycopg://w@db.example/w?sslmode=require", False),
        ("postgresql+psycopg://w@db.example/w?sslmode=verify-full", True),
        ("postgresql+psycopg://w@db.example:port/w", False),
    ],
)
def test_a_database_elsewhere_is_reached_by_checked_tls_or_not_at_all(
    data: Path,
    url: str,
    fine: bool,  # noqa: FBT001
) -> None:
    if fine:
        assert load_settings(data, {"WHISTLE_DATABASE": url}).database == url
        return
    with pytest.raises(SettingsError, match="database: ") as refused:
        load_settings(data, {"WHISTLE_DATABASE": url})
    assert "db.example" not in str(refused.value)


def test_an_empty_variable_is_no_setting(data: Path) -> None:
    assert load_settings(data, {"WHISTLE_DATABASE": ""}) == SETTINGS


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('form_key = "00', 'form_key = "0', "form_key: should be 32 bytes"),
        ('form_key = "00', 'form_key = "zz', "form_key: should be 32 bytes"),
        (bytes(range(32)).hex(), "ab" * 32, "form_key: is no random key"),
        ('log_key = "40', 'log_key = "4', "log_key: should be 32 bytes"),
        (bytes(range(64, 96)).hex(), "ab" * 32, "log_key: is no random key; .* openssl rand"),
        ('log_key = "', '# log_key = "', "log_key: is missing; .* openssl rand -hex 32"),
        ("sqlite:///", "mysql://", "database: should begin with"),
        ("profile =", "colour = 3\nprofile =", "colour: no such setting"),
        ("lowest_epoch = 4", "lowest_epoch = true", "lowest_epoch"),
        ("form_key", "form_kay", "form_kay: no such setting"),
        ('installation = "69', 'installation = "', "installation: should be 16 bytes"),
        ("database = ", "database = 3 #", "database: is missing"),
        ('profile = "stevns"', 'profile = "nowhere"', "no such profile"),
        ('channel = "citizen"', 'channel = "mayor"', "mayor"),
        ('kind = "reserve"', 'kind = "main"', "two have the same channel"),
        ("lowest_epoch = 4", "lowest_epoch = 0", "lowest_epoch"),
        ('lowest_digest = "65', 'lowest_digest = "', "lowest_digest: should be 32 bytes"),
        ("lowest_digest = ", "# lowest_digest = ", "lowest_digest: is missing"),
        ('fingerprint = "62', 'fingerprint = "', "fingerprint: should be 32 bytes"),
        ("[[inboxes]]", "[limits]\nreports = 3\n[[inboxes]]", "reports: no such limit"),
        ("[[inboxes]]", "[limits]\nreports_per_day = 0\n[[inboxes]]", "reports_per_day: should be"),
        ("[[inboxes]]", "[limits]\nfree_megabytes = 1.5\n[[inboxes]]", "free_megabytes: should"),
        ("profile =", "limits = 3\nprofile =", "limits: should be a table"),
        ("[[inboxes]]", "[housekeeping]\nhour = 24\n[[inboxes]]", "hour: should be .* 0 to 23"),
        ("[[inboxes]]", "[housekeeping]\nhour = true\n[[inboxes]]", "hour: should be"),
        ("[[inboxes]]", "[housekeeping]\nin_process = 1\n[[inboxes]]", "in_process: should be"),
        ("[[inboxes]]", "[housekeeping]\nhours = 3\n[[inboxes]]", "hours: no such setting"),
        ("profile =", "housekeeping = 3\nprofile =", "housekeeping: should be a table"),
        ("[[inboxes]]", "[inboxes]", "not TOML"),
        ("database", "= database", "not TOML"),
    ],
)
def test_a_setting_that_cannot_be_right_is_refused_with_the_mend(
    data: Path, old: str, new: str, told: str
) -> None:
    change(data, old, new)
    with pytest.raises(SettingsError, match=told):
        load_settings(data, {})


def test_limits_are_those_that_are_set_and_else_the_usual(data: Path) -> None:
    change(data, "[[inboxes]]", "[limits]\nreports_per_hour = 7\n\n[[inboxes]]")
    limits = load_settings(data, {}).limits
    assert (limits.reports_per_hour, limits.reports_per_day) == (7, Budgets().reports_per_day)


def test_every_limit_is_documented_with_what_it_usually_is() -> None:
    documented = (Path(__file__).parents[1] / "docs" / "settings.md").read_text("utf-8")
    for limit in fields(Budgets):
        assert re.search(rf"\| `{limit.name}` \|.*\| {limit.default} \|", documented), limit.name


MAIL = """[mail]
host = "mail.kommune.example"
from = "whistle@kommune.example"
checkpoints_to = ["ida@kommune.example", "revisor@example.org"]
"""


def test_housekeeping_and_mail_are_as_they_are_set_and_else_as_usual(
    data: Path, tmp_path: Path
) -> None:
    usual = load_settings(data, {})
    assert (usual.housekeeping, usual.mail) == (Chores(3, in_process=True), None)
    change(data, "[[inboxes]]", "[housekeeping]\nhour = 0\nin_process = false\n\n[[inboxes]]")
    change(data, "[[inboxes]]", f"{MAIL}\n[[inboxes]]")
    settings = load_settings(data, {})
    assert settings.housekeeping == Chores(0, in_process=False)
    server = MailServer("mail.kommune.example", 465, Security.TLS, "whistle@kommune.example")
    assert settings.mail == Mail(server, ("ida@kommune.example", "revisor@example.org"))
    change(
        data, "[mail]", f'[mail]\nsecurity = "starttls"\nuser = "w"\npassword_file = "{tmp_path}"'
    )
    mail = load_settings(data, {}).mail
    assert mail is not None
    assert (mail.server.port, mail.server.user, mail.server.password) == (587, "w", tmp_path)
    from_environment = load_settings(data, {"WHISTLE_MAIL_PASSWORD": "Kq7-xy"})
    assert from_environment.mail is not None
    assert isinstance(from_environment.mail.server.password, MailPassword)
    assert "Kq7-xy" not in repr(from_environment)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("host =", "hosts =", "hosts: no such setting"),
        ("host =", "# host =", "host: is missing"),
        ("host =", 'security = "none"\nhost =', "for a server on this machine"),
        ("host =", 'security = "plain"\nhost =', 'should be "tls" or "starttls"'),
        ("host =", 'security = ["tls"]\nhost =', 'should be "tls" or "starttls"'),
        ("host =", "port = 0\nhost =", "port: should be"),
        ("host =", "port = true\nhost =", "port: should be"),
        ("host =", 'user = "w"\nhost =', "has no password_file"),
        ("from =", "# from =", "from: should be an address"),
        ("whistle@", "whistle, x@", "from: should be an address"),
        ("ida@", "ida\\r\\nBcc: x@", "checkpoints_to: should be an address"),
        ("checkpoints_to =", "# ", "checkpoints_to: should be a list"),
        (
            '["ida@kommune.example", "revisor@example.org"]',
            "[]",
            "checkpoints_to: should be a list",
        ),
        ('["ida@kommune.example", "revisor@example.org"]', "[3]", "should be an address"),
    ],
)
def test_mail_that_cannot_be_right_is_refused_with_the_mend(
    data: Path, old: str, new: str, told: str
) -> None:
    change(data, "[[inboxes]]", f"{MAIL}\n[[inboxes]]")
    change(data, old, new)
    with pytest.raises(SettingsError, match=told):
        load_settings(data, {})


def test_to_this_machine_mail_may_go_as_it_is(data: Path) -> None:
    change(data, "[[inboxes]]", f"{MAIL}\n[[inboxes]]")
    change(data, '"mail.kommune.example"', '"localhost"\nsecurity = "none"')
    mail = load_settings(data, {}).mail
    assert mail is not None
    assert (mail.server.security, mail.server.port) == (Security.NONE, 25)


@pytest.mark.parametrize("line", ["inboxes = 3", 'inboxes = ["x"]'])
def test_inboxes_that_are_none_are_refused(data: Path, line: str) -> None:
    path = data / "whistle.toml"
    path.write_text(path.read_text().split("[[inboxes]]")[0] + line + "\n")
    with pytest.raises(SettingsError, match="should be tables"):
        load_settings(data, {})


def test_inboxes_are_added_and_what_stood_there_stays(data: Path) -> None:
    path = data / "whistle.toml"
    path.write_text(path.read_text().split("[[inboxes]]")[0] + "# my own note\n")
    assert load_settings(data, {}).inboxes == ()
    append_inboxes(data, SETTINGS.inboxes)
    assert load_settings(data, {}).inboxes == SETTINGS.inboxes
    assert "# my own note" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is missing"):
        load_settings(tmp_path, {})


def test_a_channel_that_has_inboxes_stays_in_some_version_of_the_profile(data: Path) -> None:
    text = resources.files("whistle.profiles").joinpath("stevns.toml").read_text("utf-8")
    newest = text[: text.index("[[earlier]]")]
    profile = data / "fewer.toml"
    profile.write_text(f'without = ["channels/citizen"]\n{newest}', "utf-8")
    with pytest.raises(SettingsError, match="has a channel citizen"):
        load_settings(data, {"WHISTLE_PROFILE": str(profile)})


def test_a_door_is_closed_by_a_version_that_leaves_it_out(data: Path) -> None:
    folder = resources.files("whistle.profiles")
    text = folder.joinpath("stevns.toml").read_text("utf-8")
    base = folder.joinpath("bases", "standard.toml").read_text("utf-8")
    door = base[base.index("[channels.citizen]") : base.index("[office]")]
    profile = data / "closed.toml"
    profile.write_text(
        'without = ["channels/citizen"]\n'
        + text[: text.index("[[earlier]]")]
        + "[[earlier]]\nfrom = 2020-01-01\n"
        + door.replace("[channels.", "[earlier.channels."),
        "utf-8",
    )
    settings = load_settings(data, {"WHISTLE_PROFILE": str(profile)})
    assert Channel.CITIZEN not in settings.profile.channels
    assert Channel.CITIZEN in settings.profile.earlier[0].channels


def test_a_later_anchor_is_written_where_the_inbox_stands_and_nothing_else_changes(
    data: Path,
) -> None:
    change(data, "lowest_epoch = 1\n", "lowest_epoch = 1  # the ceremony of 20 November\n")
    change(data, "[[inboxes]]", "# the adviser's\n[[inboxes]]")
    before = (data / "whistle.toml").read_text()
    first, second = SETTINGS.inboxes
    later = replace(first, lowest_epoch=7, lowest_digest=b"f" * 32)
    update_inboxes(data, [later])
    assert load_settings(data, {}).inboxes == (later, second)
    after = (data / "whistle.toml").read_text()
    new = f'lowest_epoch = 7\nlowest_digest = "{b"f".hex() * 32}"\n'
    assert after == before.replace("lowest_epoch = 1  # the ceremony of 20 November\n", new)
    assert stat.S_IMODE((data / "whistle.toml").stat().st_mode) == 0o600


def test_an_anchor_that_cannot_be_written_in_place_leaves_the_file_as_it_is(data: Path) -> None:
    text = (data / "whistle.toml").read_text()
    inline = text[: text.index("[[inboxes]]")] + "inboxes = []\n"
    (data / "whistle.toml").write_text(inline)
    later = replace(SETTINGS.inboxes[0], lowest_epoch=2, lowest_digest=b"f" * 32)
    with pytest.raises(SettingsError, match="by hand"):
        update_inboxes(data, [later])
    assert (data / "whistle.toml").read_text() == inline
