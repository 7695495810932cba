"""What trustees, laptop and server refuse: thieves, forged requests, changed replies, late ones."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from tests.recovery.conftest import Paper, Town
from whistle.crypto.errors import DirectoryMemberError, SealingError
from whistle.domain.channel import Channel, InboxKind
from whistle.keys.chain import verify_chain
from whistle.keys.inbox_secret import InboxSecret
from whistle.keys.keyring import Keyring, found_inbox
from whistle.keys.recovery import RecoveryKeyring, RecoveryKeys, RecoverySeed, recovery_grant
from whistle.keys.steps import recover, rotate, set_recovery
from whistle.recovery.request import CoveredInbox, RecoveryRequest
from whistle.recovery.shares import Share, TooFewSharesError, combine
from whistle.storage import directory as queries
from whistle.storage import members, tables

Record = dict[str, Any]


def rewrite(path: Path, change: Callable[[Record], None]) -> None:
    """Change a file that is carried, as whoever carries it can."""
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


# -- thieves ---------------------------------------------------------------------------------------


def test_k_minus_1_trustees_with_the_whole_database_learn_nothing(town: Town, paper: Paper) -> None:
    town.office.reporter().report("Ikke for jer")
    share = Share.read(paper.shares[0])
    with pytest.raises(TooFewSharesError):
        combine([share])
    town.newcomer()
    request = RecoveryRequest.decode(town.ask().read_text())
    for guess in (share.value, *paper.key.share_marks, bytes(32)):
        thief = RecoveryKeyring(town.here.id, RecoverySeed(guess))
        assert thief.public != paper.key.keys
        for inbox, grants in request.trusted():
            assert grants
            for grant in grants:
                with pytest.raises(SealingError):
                    thief.open_grant(inbox, grant)
            with pytest.raises(DirectoryMemberError):
                recover(thief, inbox, grants, [town.office.reserve.public], thief.public)


def test_the_sheets_alone_open_nothing_without_the_database(town: Town, paper: Paper) -> None:
    """The key is a key, not the cases: what it opens lies in the database."""
    keyring = RecoveryKeyring(town.here.id, combine([Share.read(one) for one in paper.shares]))
    assert keyring.public == paper.key.keys
    seed = combine([Share.read(one) for one in paper.shares[:2]])
    other = RecoveryKeyring(b"another town....", seed)
    assert other.public != paper.key.keys


def test_a_grant_that_anybody_sealed_to_the_recovery_key_counts_for_nothing(
    town: Town, paper: Paper
) -> None:
    keyring = RecoveryKeyring(town.here.id, combine([Share.read(one) for one in paper.shares]))
    inbox = town.here.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)
    forged = recovery_grant(InboxSecret.random(), inbox.current, paper.key.keys)
    with pytest.raises(DirectoryMemberError):
        keyring.open_grant(inbox, forged)


# -- a technician who forges the request -----------------------------------------------------------


def test_a_swapped_newcomer_is_found_out_by_the_digits_that_were_heard(
    town: Town, paper: Paper
) -> None:
    newcomer, thief = town.newcomer(), town.newcomer("thief")
    request = town.ask()
    keys = json.loads(town.ask("thief", "other").read_text())["newcomer"]
    rewrite(request, lambda record: record.update(newcomer=keys))
    answers = ["yes", town.spoken(newcomer), ""]
    status, printed, remarks = town.open(request, paper.shares[:2], answers)
    assert status == 2
    assert "these are not the keys in the request" in remarks
    assert town.spoken(thief) not in printed + remarks  # nobody is shown what to say
    assert not town.reply().exists()
    assert not (town.folder / "second.json").exists()


def test_an_inbox_that_was_put_into_the_request_is_not_on_the_paper(
    town: Town, paper: Paper
) -> None:
    """Its chain is sound, and it names the trustees' own key: only the paper tells."""
    newcomer, thief = town.newcomer(), town.newcomer("thief")
    request = RecoveryRequest.decode(town.ask().read_text())
    forged = _forged_request(request, thief, paper.key.keys)
    path = town.folder / "forged.json"
    path.write_text(forged)
    status, _, remarks = town.open(path, paper.shares[:2], ["no", town.spoken(newcomer), ""])
    assert status == 2
    assert "somebody may be trying" in remarks
    assert not town.reply().exists()


def _forged_request(request: RecoveryRequest, thief: Keyring, recovery: RecoveryKeys) -> str:
    new = found_inbox(thief, Channel.CITIZEN, InboxKind.MAIN)
    inbox = verify_chain(thief.installation, new.root, [new.statement])
    step = set_recovery(thief, inbox, [new.grant], recovery)
    covered = CoveredInbox(new.root, (new.statement, step.statement), tuple(step.recovery_grants))
    return replace(request, inboxes=(covered,)).encode()


def test_what_is_opened_for_a_forged_inbox_does_not_fit_the_real_one(
    town: Town, paper: Paper
) -> None:
    newcomer, thief = town.newcomer(), town.newcomer("thief")
    request = RecoveryRequest.decode(town.ask().read_text())
    path = town.folder / "forged.json"
    path.write_text(_forged_request(request, thief, paper.key.keys))
    answers = ["yes", town.spoken(newcomer), "nobody"]  # trustees who do not look at the paper
    assert town.open(path, paper.shares[:2], answers)[0] == 0
    status, _, remarks = town.apply()
    assert status == 2
    assert "does not name" in remarks


def test_an_older_chain_makes_a_reply_that_comes_too_late(town: Town, paper: Paper) -> None:
    newcomer = town.newcomer()
    request = town.ask()
    _rotate(town, town.office.adviser)
    assert town.open(request, paper.shares[:2], ["yes", town.spoken(newcomer), ""])[0] == 0
    before = _rows(town)
    status, _, remarks = town.apply()
    assert status == 2
    assert "too late" in remarks
    assert _rows(town) == before


def test_a_chain_that_was_cut_or_changed_is_not_opened(town: Town, paper: Paper) -> None:
    newcomer = town.newcomer()

    def cut(record: Record) -> None:
        record["inboxes"][0]["statements"].pop(0)

    def swapped(record: Record) -> None:
        one, other = record["inboxes"][:2]
        one["statements"], other["statements"] = other["statements"], one["statements"]

    def grants(record: Record) -> None:
        one, other = record["inboxes"][:2]
        one["grants"], other["grants"] = other["grants"], one["grants"]

    for number, change in enumerate((cut, swapped, grants)):
        request = town.ask("ida2", f"request-{number}")
        rewrite(request, change)
        answers = ["yes", town.spoken(newcomer), ""]
        status, _, remarks = town.open(request, paper.shares[:2], answers, f"second-{number}")
        assert status == 2, remarks
        assert not town.reply(f"second-{number}").exists()


def test_files_that_are_no_request_are_refused(town: Town, paper: Paper) -> None:
    path = town.folder / "request"
    for text in ("", "{}", "[]", "null", "\x00", '{"format": "whistle-recovery-request/1"}'):
        path.write_text(text)
        status, _, remarks = town.open(path, paper.shares[:2], ["yes"])
        assert status == 2
        assert "no request" in remarks
    assert town.open(town.folder / "nowhere", [], [])[0] == 2


@pytest.mark.parametrize("name", ["\x1b[2J", "Ida\nNy", "\u202eadI", "\ud800", "x" * 201, 7])
def test_a_name_that_would_play_tricks_with_the_screen_is_refused(
    town: Town, paper: Paper, name: object
) -> None:
    town.newcomer()
    for change in (
        lambda record: record.update(municipality=name),
        lambda record: next(iter(record["people"].values())).update(name=name),
    ):
        request = town.ask()
        rewrite(request, change)
        status, _, remarks = town.open(request, paper.shares[:2], ["yes"])
        assert status == 2
        assert "no request" in remarks
        request.unlink()


# -- a technician who changes the reply ------------------------------------------------------------


def _opened(town: Town, paper: Paper) -> Keyring:
    newcomer = town.newcomer()
    answers = ["yes", town.spoken(newcomer), ""]
    status, _, remarks = town.open(town.ask(), paper.shares[:2], answers)
    assert status == 0, remarks
    return newcomer


def _rows(town: Town) -> list[object]:
    with town.here.store.read() as db:
        kept = (tables.statements, tables.grants, tables.recovery_grants, tables.members)
        return [sorted(map(tuple, db.execute(table.select()).all())) for table in kept]


def _rotate(town: Town, keyring: Keyring) -> None:
    with town.here.store.read() as db:
        grants = queries.grants_of(db, keyring.member_id)
    inbox = town.here.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)
    with town.here.store.write() as db:
        queries.add_step(db, rotate(keyring, inbox, grants))
    town.here.directory.refresh()


def _drop_a_grant(record: Record) -> None:
    record["inboxes"][0]["grants"].pop()


def _swap_grants(record: Record) -> None:
    one, other = record["inboxes"][:2]
    one["grants"][0], other["grants"][0] = other["grants"][0], one["grants"][0]


def _drop_an_inbox(record: Record) -> None:
    record["inboxes"].pop()


def _repeat_an_inbox(record: Record) -> None:
    record["inboxes"].append(record["inboxes"][0])


def _change_a_grant(record: Record) -> None:
    sealed = record["inboxes"][0]["grants"][0]["sealed"]
    record["inboxes"][0]["grants"][0]["sealed"] = sealed[:40] + "AAAA" + sealed[44:]


def _change_the_trustees_grant(record: Record) -> None:
    record["inboxes"][0]["recovery_grants"] = record["inboxes"][1]["recovery_grants"]


def _change_the_statement(record: Record) -> None:
    record["inboxes"][0]["statement"] = record["inboxes"][1]["statement"]


def _change_the_signature(record: Record) -> None:
    record["signature"] = record["inboxes"][0]["statement"]["signature"]


def _move_it(record: Record) -> None:
    record["installation"] = "00" * 16


@pytest.mark.parametrize(
    "change",
    [
        _drop_a_grant,
        _swap_grants,
        _drop_an_inbox,
        _repeat_an_inbox,
        _change_a_grant,
        _change_the_trustees_grant,
        _change_the_statement,
        _change_the_signature,
        _move_it,
    ],
)
def test_a_reply_that_was_changed_on_the_way_is_refused_and_changes_nothing(
    town: Town, paper: Paper, change: Callable[[Record], None]
) -> None:
    _opened(town, paper)
    before = _rows(town)
    rewrite(town.reply(), change)
    status, _, remarks = town.apply()
    assert status == 2, remarks
    assert _rows(town) == before


def test_a_reply_for_keys_that_were_swapped_in_the_database_is_refused(
    town: Town, paper: Paper
) -> None:
    newcomer, thief = _opened(town, paper), town.newcomer("thief")
    with town.here.store.write() as db:
        keys = thief.public.public.raw, thief.public.verifying.raw
        members.keep_public_keys(db, newcomer.member_id, *keys)
    status, _, remarks = town.apply()
    assert status == 2
    assert "other keys" in remarks


def test_a_reply_for_somebody_who_is_gone_is_refused(town: Town, paper: Paper) -> None:
    newcomer = _opened(town, paper)
    with town.here.store.write() as db:
        db.execute(delete(tables.members).where(tables.members.c.id == newcomer.member_id))
    status, _, remarks = town.apply()
    assert status == 2
    assert "no member here" in remarks


def test_of_two_replies_to_one_request_the_first_is_taken_and_the_other_too_late(
    town: Town, paper: Paper
) -> None:
    newcomer = town.newcomer()
    request = town.ask()
    for name in ("second", "third"):
        answers = ["yes", town.spoken(newcomer), ""]
        assert town.open(request, paper.shares[:2], answers, name)[0] == 0
    assert town.apply("third")[0] == 0
    status, _, remarks = town.apply("second")
    assert status == 2
    assert "too late" in remarks
    assert "void" in remarks


def test_files_that_are_no_reply_are_refused(town: Town) -> None:
    for text in ("", "{}", "null", '{"format": "whistle-recovery-reply/1"}'):
        town.reply().write_text(text)
        status, _, remarks = town.apply()
        assert status == 2
        assert "no reply" in remarks


# -- requests that make no sense -------------------------------------------------------------------


def test_a_request_needs_somebody_who_can_be_let_in_and_an_inbox_with_a_recovery_key(
    town: Town,
) -> None:
    def refused(*arguments: str) -> str:
        out = town.folder / "request.json"
        status, _, remarks = town.run(
            "recovery", "request", "--data", town.data, "--out", out, *arguments
        )
        assert status == 2
        assert not out.exists()
        return remarks

    town.newcomer()
    assert "no inbox that has a recovery key" in refused("--member", "ida2")
    town.set_key(town.office.adviser, town.make_key())
    assert "no member" in refused("--member", "nobody")
    assert "no member" in refused("--member", "ida2", "--lost", "nobody")
    assert "in these inboxes already" in refused("--member", "raadgiver")
    assert "no inbox that has a recovery key" in refused("--member", "reserve")
    taken = town.folder / "taken"
    taken.write_text("precious")
    arguments = ["--data", str(town.data), "--member", "ida2", "--out", str(taken)]
    assert town.run("recovery", "request", *arguments)[0] == 2
    assert taken.read_text() == "precious"


@pytest.mark.usefixtures("paper")
def test_an_invitation_that_the_technician_makes_opens_nothing(town: Town) -> None:
    town.office.reporter().report("Ikke for teknikeren")
    technician = town.invite_anew("teknikeren")
    assert town.texts(technician) == set()
    assert town.office.work_of(technician).inboxes() == []
    arguments = ["--username", "raadgiver", "--name", "Igen"]
    status, _, remarks = town.run("recovery", "invite", "--data", town.data, *arguments)
    assert status == 2
    assert "raadgiver2" in remarks


@pytest.mark.parametrize("username", ["ny råd/../x", "x", "", "ny\udcff", "a" * 33, "-ny"])
def test_the_technician_invites_under_no_name_that_the_page_would_refuse(
    town: Town, username: str
) -> None:
    arguments = ["--name", "Ny", f"--username={username}"]
    status, _, remarks = town.run("recovery", "invite", "--data", town.data, *arguments)
    assert status == 2
    assert "--username" in remarks
