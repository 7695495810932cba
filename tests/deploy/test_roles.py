"""PostgreSQL's roles: each door does all of its work with its own, and is refused all else."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests.backup.copying import Archive, settings_of
from tests.casework.records import GUIDED, close_case, rows
from tests.casework.told import WORDS, approve, text_of, write_in
from tests.deploy.roles import ROLES, Roles, made
from tests.support.office import Founding, Office, a_file, open_office
from tests.support.postgres import Cluster
from whistle.backup.making import back_up
from whistle.backup.rows import LEFT_OUT
from whistle.casework.acts import Done, reopen
from whistle.casework.entering import NewCase, case_id_of, enter
from whistle.casework.erasing import Seen, erase_case
from whistle.casework.learning.satisfaction import add_waiting
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Channel
from whistle.domain.erasing import Early
from whistle.domain.satisfaction import Choice
from whistle.housekeeping.house import House
from whistle.housekeeping.service import keep_house
from whistle.installation import open_installation
from whistle.intake.dialogue import Outcome
from whistle.intake.satisfaction import take
from whistle.keys.records import Registration
from whistle.storage.engine import Store, open_store
from whistle.storage.log_tables import metadata
from whistle.storage.migrations import SchemaError, migrate, newest, upgrade

pytestmark = pytest.mark.postgresql
SECRETS = (
    "member", "member_session", "passkey", "backup_code", "key_file", "sign_in_failure",
    "used_challenge", "invitation", "inbox_grant", "recovery_grant", "registration",
    "case_keys_inbox", "inbox_record", "log_entry", "log_head", "log_old_keys", "sealed_row",
    "job_lease",
)  # fmt: skip


@pytest.fixture(scope="module")
def roles(postgres: Cluster) -> Iterator[Roles]:
    """A database that was made by one role for all, and then given roles, twice."""
    with made(postgres) as roles:
        store = open_store(roles.superuser())
        upgrade(store)
        store.dispose()
        roles.apply()
        roles.apply()
        yield roles


@pytest.fixture(scope="module")
def office(roles: Roles, founding: Founding) -> Iterator[tuple[Office, Office]]:
    """The anonymous door and the authenticated one, each as its own role."""
    owner = open_store(roles.url("owner"))
    whole = open_office(owner, founding)
    doors = []
    for role in ("intake", "casework"):
        settings = replace(settings_of(whole, founding), database=roles.url(role))
        there = open_installation(settings, clock=whole.clock)
        doors.append(replace(whole, installation=there))
    yield doors[0], doors[1]
    for door in (*doors, whole):
        door.installation.store.dispose()


def refused(store: Store, *words: str) -> bool:
    """Say whether the database refuses a statement for want of a right, and not by a trigger."""
    statement = " ".join(words)
    try:
        with store.engine.begin() as db:
            db.execute(text(statement))
            db.rollback()
    except ProgrammingError as error:
        return "permission denied" in str(error) or "must be owner" in str(error)
    return False


def test_the_whole_story_with_each_door_as_its_own_role(
    office: tuple[Office, Office], roles: Roles, founding: Founding, tmp_path: Path
) -> None:
    intake, casework = office
    reporter, desk = intake.reporter(), casework.desk_of(casework.adviser)
    receipt = reporter.report("Der trækker.", files=[a_file()], name="Karen")
    case_id = intake.case_of(receipt)
    assert "Der trækker." in desk.open(case_id).text
    assert desk.answer(case_id, "Hvor længe?", [a_file()]).status_code == 303
    assert "Hvor længe?" in reporter.come_back(receipt).text
    assert reporter.write("I to år.", [a_file()]).status_code == 303
    assert "I to år." in desk.open(case_id).text
    with casework.installation.store.read() as db:
        assert db.execute(text("SELECT size FROM log_head")).scalar_one() > 0

    settings = replace(settings_of(intake, founding), database=roles.url("keeper"))
    casework.later(days=1)
    house = replace(House.of(settings), clock=casework.clock)
    assert keep_house(house).trouble == []
    house.store.dispose()
    made = back_up(settings, casework.clock, tmp_path)
    assert made.manifest.rows["enquiry_case"] == 1


def test_a_case_is_entered_closed_and_counted_with_each_role(
    office: tuple[Office, Office], roles: Roles, founding: Founding, tmp_path: Path
) -> None:
    casework = office[1]
    work = casework.work_of(casework.adviser)
    registration = Registration(enquiry=GUIDED)
    new = NewCase(case_id_of(work, b"form"), casework.clock.today(), registration, "En note")
    assert enter(work, Channel.CITIZEN, new)
    assert rows(casework) == []
    close_case(work, new.case_id)
    (record,) = rows(casework)
    assert reopen(work, new.case_id) is Done.YES
    assert rows(casework) == []
    close_case(work, new.case_id)

    settings = replace(settings_of(casework, founding), database=roles.url("keeper"))
    casework.later(days=2)
    house = replace(House.of(settings), clock=casework.clock)
    assert keep_house(house).trouble == []
    house.store.dispose()
    made = back_up(settings, casework.clock, tmp_path)
    assert made.manifest.rows["inbox_record"] == 1
    assert record not in rows(casework)


def test_who_called_comes_back_with_the_receipt_that_casework_printed(
    office: tuple[Office, Office],
) -> None:
    intake, casework = office
    receipt = Receipt.random()
    write_in(casework.work_of(casework.adviser), receipt, form=secrets.token_bytes(16))
    reporter = intake.reporter()
    assert WORDS in reporter.come_back(receipt.show()).text
    assert approve(reporter, text_of(reporter)) == 303


def test_a_case_is_erased_by_the_role_of_casework_and_its_record_stays(
    office: tuple[Office, Office],
) -> None:
    intake, casework = office
    reporter = intake.reporter()
    receipt = reporter.report(files=[a_file()])
    case_id = intake.case_of(receipt)
    work, before = casework.work_of(casework.adviser), len(rows(casework))
    close_case(work, case_id)
    seen = work.attempt(case_id, lambda one: Seen(one.version, len(one.messages)))
    assert seen is not None
    assert erase_case(work, case_id, seen, Early.TWICE) is Done.YES
    assert work.open(case_id) is None
    assert len(rows(casework)) == before + 1
    assert reporter.come_back(receipt).status_code == 404


def test_answers_are_given_and_added_up_and_no_door_knows_who_has_answered(
    office: tuple[Office, Office], roles: Roles, founding: Founding
) -> None:
    intake, casework = office
    receipts = [Receipt.random() for _ in range(5)]
    for receipt in receipts:
        assert take(intake.installation, receipt, (Choice.YES,) * 3) is Outcome.RECEIVED
    assert take(intake.installation, receipts[0], (Choice.NO,) * 3) is Outcome.AGAIN
    settings = replace(settings_of(casework, founding), database=roles.url("keeper"))
    casework.later(days=1)
    house = replace(House.of(settings), clock=casework.clock)
    assert keep_house(house).trouble == []
    house.store.dispose()
    for door in (intake, casework):
        assert refused(door.installation.store, "SELECT 1 FROM satisfaction_used")
        assert refused(door.installation.store, "DELETE FROM satisfaction_used")
    assert refused(intake.installation.store, "SELECT 1 FROM satisfaction_answer")
    assert refused(casework.installation.store, "INSERT INTO satisfaction_answer DEFAULT VALUES")
    assert refused(casework.installation.store, "UPDATE satisfaction_answer SET inbox_id = id")
    assert add_waiting(casework.work_of(casework.adviser)) is Done.YES


def test_who_keeps_house_makes_no_record_and_takes_none_away(roles: Roles) -> None:
    keeper = open_store(roles.url("keeper"))
    assert refused(keeper, "DELETE FROM inbox_record")
    assert refused(keeper, "INSERT INTO inbox_record DEFAULT VALUES")
    assert refused(keeper, "UPDATE inbox_record SET epoch = 1")
    assert not refused(keeper, "UPDATE inbox_record SET body = body")
    keeper.dispose()


def test_the_anonymous_door_reads_no_secret_and_writes_no_log(
    office: tuple[Office, Office],
) -> None:
    store = office[0].installation.store
    for table in SECRETS:
        assert refused(store, "SELECT 1 FROM", table), table
        assert refused(store, "DELETE FROM", table), table
    for table in ("log_entry", "log_subtree", "log_checkpoint", "sealed_row", "statement"):
        assert refused(store, "INSERT INTO", table, "DEFAULT VALUES"), table
    assert refused(store, "UPDATE enquiry_case SET is_open = false")
    assert refused(store, "UPDATE enquiry_case SET inbox_id = id")
    assert refused(store, "DELETE FROM enquiry_case")
    assert refused(store, "UPDATE statement SET body = ''")
    assert refused(store, "UPDATE item SET body = ''")
    assert not refused(store, "SELECT note FROM log_checkpoint")


def test_nobody_who_serves_or_keeps_changes_an_entry_of_the_log(
    office: tuple[Office, Office], roles: Roles
) -> None:
    keeper = open_store(roles.url("keeper"))
    for store in (office[0].installation.store, office[1].installation.store, keeper):
        for table in ("log_entry", "log_subtree", "log_checkpoint"):
            for verb in ("DELETE FROM", "TRUNCATE"):
                assert refused(store, verb, table), (verb, table)
        assert refused(store, "UPDATE log_entry SET time = 0")
        assert refused(store, "UPDATE log_subtree SET root = ''")
        assert refused(store, "UPDATE log_checkpoint SET note = ''")
        assert refused(store, "DELETE FROM log_head")
        assert refused(store, "TRUNCATE log_head")
        assert refused(store, "INSERT INTO log_head (id, size, roots) VALUES (2, 0, '')")
        for statement in (
            "DROP TRIGGER log_entry_kept ON log_entry",
            "ALTER TABLE log_entry DISABLE TRIGGER ALL",
            "DROP FUNCTION log_entry_kept() CASCADE",
            "CREATE TABLE mine (x int)",
            "CREATE FUNCTION log_entry_kept() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "SET session_replication_role = replica",
            f'SET ROLE "{roles.name("owner")}"',
        ):
            assert refused(store, statement), statement
    keeper.dispose()


def test_casework_adds_receipts_changes_none_and_finds_no_case_by_one(
    office: tuple[Office, Office],
) -> None:
    store = office[1].installation.store
    assert refused(store, "SELECT lookup FROM receipt")
    assert refused(store, "UPDATE receipt SET case_id = NULL")
    assert refused(store, "DELETE FROM receipt")
    assert refused(store, "UPDATE item SET body = body")
    assert refused(store, "UPDATE chunk SET body = body")
    assert refused(store, "DELETE FROM case_keys_reporter")
    assert refused(store, "TRUNCATE enquiry_case CASCADE")
    assert refused(store, "DELETE FROM statement")
    assert refused(store, "DELETE FROM member")
    assert refused(store, "UPDATE log_checkpoint SET mailed = NULL")


def test_who_keeps_reads_no_session(roles: Roles) -> None:
    store = open_store(roles.url("keeper"))
    assert refused(store, "SELECT token_hash FROM member_session")
    assert refused(store, "SELECT seed_box FROM member_session")
    for table in ("used_challenge", "sign_in_failure"):
        assert refused(store, "SELECT 1 FROM", table), table
    for table in ("item", "registration", "statement", "inbox_grant", "member"):
        assert refused(store, "DELETE FROM", table), table
        assert refused(store, "INSERT INTO", table, "DEFAULT VALUES"), table
    store.dispose()


def test_a_door_may_not_migrate_and_says_which_command_does(postgres: Cluster) -> None:
    with made(postgres) as roles:
        superuser = open_store(roles.superuser())
        migrate(superuser, "0003")
        with superuser.write() as db:  # roles.sql is of the newest schema
            for name in metadata.tables:
                db.execute(text(f"CREATE TABLE IF NOT EXISTS {name} (LIKE inbox)"))
            columns = "id, case_id, day, mailed, started, body, sealed, epoch, nullifier"
            for column in columns.split(", "):
                for name in metadata.tables:
                    db.execute(text(f"ALTER TABLE {name} ADD COLUMN IF NOT EXISTS {column} bytea"))
        superuser.dispose()
        roles.apply()
        for role in ("intake", "casework", "keeper"):
            store = open_store(roles.url(role))
            with pytest.raises(SchemaError, match="whistle upgrade --data DIR"):
                upgrade(store)
            store.dispose()


def test_from_an_empty_database_as_the_guide_says(postgres: Cluster, founding: Founding) -> None:
    with made(postgres) as roles:
        roles.apply()
        intake = open_store(roles.url("intake"))
        with pytest.raises(SchemaError, match="whistle upgrade"):
            upgrade(intake)
        owner = open_store(roles.url("owner"))
        upgrade(owner)
        roles.apply()
        upgrade(intake)
        founding.write(owner)
        intake.dispose()
        owner.dispose()


def test_the_owner_restores_and_a_door_may_not(
    office: tuple[Office, Office], roles: Roles, founding: Founding, tmp_path: Path
) -> None:
    settings = replace(settings_of(office[0], founding), database=roles.url("keeper"))
    archive = Archive(office[0], settings, tmp_path)
    copy = archive.back_up().copy
    with made(roles.cluster) as there:
        there.apply()
        with pytest.raises(SchemaError, match="As the role that owns the tables"):
            archive.restore(copy, there.url("casework"))
        archive.restore(copy, there.url("owner"))
        there.apply()
        door = open_store(there.url("casework"))
        upgrade(door)
        door.dispose()


def test_the_owner_upgrades_and_each_door_finds_the_schema_current(roles: Roles) -> None:
    for role in ("owner", "intake", "casework", "keeper"):
        store = open_store(roles.url(role))
        upgrade(store)
        store.dispose()
    assert newest()


def test_a_table_of_a_later_version_is_copied_and_otherwise_nobodys(postgres: Cluster) -> None:
    with made(postgres) as roles:
        superuser = open_store(roles.superuser())
        upgrade(superuser)
        superuser.dispose()
        roles.apply()
        owner = open_store(roles.url("owner"))
        with owner.write() as db:
            db.execute(text("CREATE TABLE later (x int)"))
        owner.dispose()
        for role, reads in {"intake": False, "casework": False, "keeper": True}.items():
            store = open_store(roles.url(role))
            assert refused(store, "SELECT x FROM later") != reads, role
            assert refused(store, "INSERT INTO later VALUES (1)"), role
            store.dispose()


def test_every_table_is_spoken_of_and_every_one_that_is_copied_can_be() -> None:
    told = ROLES.read_text("utf-8")
    for name in metadata.tables:
        assert re.search(rf"\b{name}\b", told), name
    keeper = told[told.index("-- The timers") :]
    for table in metadata.sorted_tables:
        if table not in LEFT_OUT:
            assert re.search(rf"\b{table.name}\b", keeper), table.name
