"""What commands do at the server stands in the log, by whoever did it."""

from pathlib import Path

import pytest

from tests.recovery.conftest import Paper, Town
from tests.support.logged import Told, Watch, break_the_log, check_details
from whistle.accounts.key_files import KeyFileService
from whistle.audit.entries import NO_ID
from whistle.cli import main
from whistle.crypto.totp import step_at
from whistle.domain.channel import InboxKind
from whistle.domain.clock import Clock
from whistle.domain.logged import Actor, Logged
from whistle.domain.role import Role


@pytest.fixture
def watch(town: Town) -> Watch:
    return Watch(town.here.store, town.here.id)


def as_adviser(town: Town, *, code: str = "") -> list[str | Path]:
    path = town.folder / "passphrase"
    path.touch(mode=0o600)
    path.write_text(town.office.passphrase.show())
    code = code or town.office.app.code(step_at(Clock().now()))
    return ["--data", town.data, "--as", "raadgiver", "--passphrase-file", path, "--totp", code]


def acts(told: list[Told]) -> list[tuple[Logged, Actor, bytes]]:
    for one in told:
        check_details(one)
    return [(one.act, one.kind, one.who) for one in told]


def test_the_trustees_reply_is_followed_from_the_key_to_those_who_left(
    town: Town, paper: Paper
) -> None:
    watch, office = Watch(town.here.store, town.here.id), town.office
    newcomer = town.newcomer("ida2", Role.ADVISER)
    town.recover(paper, newcomer)
    told = watch.new()
    assert acts(told) == [(Logged.RECOVERY_APPLIED, Actor.COMMAND, NO_ID)]
    mains = [one for one in town.here.directory.inboxes if one.root.kind is InboxKind.MAIN]
    assert told[0].about == {
        "member": newcomer.member_id.hex(),
        "inboxes": told[0].about["inboxes"],
        "members": [office.adviser.member_id.hex()],
    }
    assert set(told[0].about["inboxes"]) == {one.inbox_id.hex() for one in mains}  # type: ignore[call-overload]
    status, _, _ = town.apply()
    assert status == 0
    assert watch.acts() == [], "a reply that was taken is not taken twice"


def test_giving_inboxes_a_recovery_key_is_the_members_act(town: Town) -> None:
    made, adviser = town.make_key(), town.office.adviser
    watch = Watch(town.here.store, town.here.id)
    town.set_key(adviser, made)
    assert acts(watch.new()) == [(Logged.RECOVERY_KEY_SET, Actor.MEMBER, adviser.member_id)]


def test_inviting_anew_is_the_commands_act(town: Town, watch: Watch) -> None:
    invited = ["--username", "ida2", "--name", "Ida Igen"]
    assert town.run("recovery", "invite", "--data", town.data, *invited)[0] == 0
    told = watch.new()
    assert acts(told) == [(Logged.INVITED, Actor.COMMAND, NO_ID)]
    assert "ida2" not in str(told[0].about)


def test_new_keys_by_a_command_are_the_members_act(town: Town, watch: Watch) -> None:
    who = town.office.adviser.member_id
    status, _, remarks = town.run("rotate", *as_adviser(town), "--inbox", "citizen/main")
    assert status == 0, remarks
    unlocked, renewed = acts(watch.new())
    assert unlocked == (Logged.UNLOCKED, Actor.MEMBER, who)
    assert renewed == (Logged.INBOX_KEYS_RENEWED, Actor.MEMBER, who)


def test_a_key_file_is_followed_from_its_making_to_its_end(town: Town, watch: Watch) -> None:
    who, path = town.office.adviser.member_id, town.folder / "tal.key"
    assert town.run("key-file", "new", *as_adviser(town), "--out", path)[0] == 0
    assert town.run("key-file", "revoke", "--data", town.data, "--key-file", path)[0] == 0
    told = watch.new()
    assert acts(told) == [
        (Logged.UNLOCKED, Actor.MEMBER, who),
        (Logged.KEY_FILE_MADE, Actor.MEMBER, who),
        (Logged.KEY_FILE_USED, Actor.MEMBER, who),
        (Logged.KEY_FILE_REVOKED, Actor.MEMBER, who),
    ]
    assert len({one.about["key_file"] for one in told[1:]}) == 1
    assert town.run("key-file", "revoke", "--data", town.data, "--key-file", path)[0] == 2
    assert watch.acts() == [], "it opens nothing any more"


def test_a_wrong_code_at_a_command_is_told_of_as_at_the_page(town: Town, watch: Watch) -> None:
    path = town.folder / "tal.key"
    wrong = as_adviser(town, code="000000")
    assert town.run("key-file", "new", *wrong, "--out", path)[0] == 2
    assert watch.acts() == [Logged.WRONG_CODE]
    assert KeyFileService(town.here).all_of(town.office.adviser.member_id) == []


def test_without_a_log_a_command_does_nothing_and_says_why(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    path = town.folder / "tal.key"
    given = as_adviser(town)
    break_the_log(town.here.store)
    assert main(["key-file", "new", *map(str, given), "--out", str(path)]) == 1
    assert "so nothing was done" in capsys.readouterr().err
    assert not path.exists()
    assert KeyFileService(town.here).all_of(town.office.adviser.member_id) == []
    assert town.office.member(town.office.adviser).totp_step == 0
