"""Chains of statements: see also the vectors `statement` and `directory`."""

import threading
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, update

from tests.keys.people import INSTALLATION, OTHER_INSTALLATION, Inbox, inbox, member
from whistle.crypto.errors import (
    DirectoryChainError,
    DirectoryError,
    DirectoryForkError,
    DirectoryInboxError,
    DirectoryRollbackError,
    DirectoryRootError,
    DirectorySignatureError,
    DirectoryStatementError,
)
from whistle.domain.channel import Channel, InboxKind
from whistle.keys.directory import Directory, Statement, verify_chain
from whistle.keys.inbox_secret import InboxSecret
from whistle.keys.keyring import Keyring
from whistle.storage import tables
from whistle.storage.engine import Store
from whistle.storage.rows import InboxRow, StatementRow


@pytest.fixture
def anne() -> Keyring:
    return member()


@pytest.fixture
def here(anne: Keyring) -> Inbox:
    return inbox(anne)


def store_inbox(store: Store, told: Inbox) -> None:
    with store.write() as db:
        told.row.insert(db)
        StatementRow.insert_all(db, told.statements)


def test_a_chain_is_trusted_from_its_root(here: Inbox, anne: Keyring) -> None:
    bo = member()
    here.admit(anne, bo)
    trusted = here.trusted
    assert trusted.epoch == 2
    assert trusted.current.members == (anne.public, bo.public)
    assert trusted.at(1).members == (anne.public,)
    for epoch in (-1, 0, 3):
        with pytest.raises(DirectoryChainError):
            trusted.at(epoch)


def test_who_can_write_to_the_database_cannot_have_reports_sealed_to_a_key_of_theirs(
    here: Inbox,
) -> None:
    thief = member()
    own = inbox(thief)
    forged = replace(own.trusted.current, inbox_id=here.row.id)
    with pytest.raises(DirectoryRootError):
        verify_chain(INSTALLATION, here.root, [forged.sign(thief.signing)])
    follows = replace(
        here.trusted.current,
        epoch=2,
        previous=here.trusted.current.digest,
        public=InboxSecret.random().pair.public,
    )
    with pytest.raises(DirectorySignatureError):
        verify_chain(INSTALLATION, here.root, [*here.statements, follows.sign(thief.signing)])


def test_a_chain_of_another_installation_is_not_trusted(here: Inbox) -> None:
    with pytest.raises(DirectoryChainError):
        verify_chain(OTHER_INSTALLATION, here.root, here.statements)


def test_a_member_who_signs_can_still_not_take_anybody_s_key_away(
    here: Inbox, anne: Keyring
) -> None:
    here.admit(anne, member())
    current = here.trusted.current
    alone = replace(current, epoch=3, previous=current.digest, members=(anne.public,))
    with pytest.raises(DirectoryChainError, match="kept its key"):
        verify_chain(INSTALLATION, here.root, [*here.statements, alone.sign(anne.signing)])


def test_a_statement_that_says_what_none_says_is_not_even_made(here: Inbox) -> None:
    current = here.trusted.current
    for changes in (
        {"installation": b"short"},
        {"inbox_id": b""},
        {"previous": b""},
        {"epoch": 0},
        {"epoch": 2**63},
        {"members": ()},
        {"members": current.members * 2},
    ):
        with pytest.raises(DirectoryStatementError):
            replace(current, **changes)


BODY = inbox(member()).statements[0].body


@given(st.binary(max_size=100) | st.tuples(st.integers(0, len(BODY) - 1), st.binary(max_size=4)))
def test_whatever_bytes_come_as_a_statement_only_its_error_goes(
    told: bytes | tuple[int, bytes],
) -> None:
    if isinstance(told, tuple):
        position, change = told
        told = BODY[:position] + change + BODY[position + len(change) :]
    try:
        statement = Statement.decode(told)
    except DirectoryStatementError:
        return
    assert statement.encode() == told


def test_the_directory_finds_inboxes_by_door_and_by_id(store: Store, anne: Keyring) -> None:
    main, reserve = inbox(anne), inbox(member(), kind=InboxKind.RESERVE)
    for one in (main, reserve):
        store_inbox(store, one)
    directory = Directory(INSTALLATION, [main.root, reserve.root], store)
    assert [one.root for one in directory.inboxes] == [main.root, reserve.root]
    assert directory.inbox(Channel.CITIZEN, InboxKind.RESERVE).root == reserve.root
    assert directory.by_id(main.row.id).root == main.root
    with pytest.raises(DirectoryInboxError):
        directory.inbox(Channel.COUNCIL, InboxKind.MAIN)
    with pytest.raises(DirectoryInboxError):
        directory.by_id(bytes(16))


def test_an_inbox_that_only_the_database_knows_is_none(store: Store, here: Inbox) -> None:
    store_inbox(store, here)
    with store.write() as db:
        InboxRow(b"x" * 16, Channel.COUNCIL, InboxKind.MAIN).insert(db)
    directory = Directory(INSTALLATION, [here.root], store)
    assert len(directory.inboxes) == 1
    with pytest.raises(DirectoryInboxError):
        directory.by_id(b"x" * 16)


def test_without_a_statement_nothing_is_trusted(store: Store, here: Inbox) -> None:
    with pytest.raises(DirectoryRootError):
        Directory(INSTALLATION, [here.root], store)


def test_a_refresh_finds_who_was_let_in(store: Store, here: Inbox, anne: Keyring) -> None:
    store_inbox(store, here)
    directory = Directory(INSTALLATION, [here.root], store)
    here.admit(anne, member())
    with store.write() as db:
        here.statements[-1].insert(db)
    assert directory.by_id(here.row.id).epoch == 1
    directory.refresh()
    assert directory.by_id(here.row.id).epoch == 2


@pytest.mark.parametrize("tampering", ["body", "signature", "epoch", "deleted"])
def test_after_tampering_nothing_is_given_to_seal_to_until_it_is_mended(
    store: Store, here: Inbox, anne: Keyring, tampering: str
) -> None:
    here.admit(anne, member())
    store_inbox(store, here)
    directory = Directory(INSTALLATION, [here.root], store)
    before = directory.inboxes
    row, column = here.statements[1], tables.statements.c
    with store.write() as db:
        if tampering == "deleted":
            db.execute(delete(tables.statements).where(column.epoch == 2))
        else:
            values = {"body": row.body[:-1], "signature": bytes(64), "epoch": 7}
            db.execute(
                update(tables.statements)
                .where(column.epoch == 2)
                .values({tampering: values[tampering]})
            )
    assert directory.inboxes == before
    directory.watch()
    for look in (directory.refresh, directory.watch):
        with pytest.raises(DirectoryError):
            look()
    for ask in (
        lambda: directory.inboxes,
        lambda: directory.by_id(here.row.id),
        lambda: directory.inbox(Channel.CITIZEN, InboxKind.MAIN),
    ):
        with pytest.raises(DirectoryError):
            ask()
    with store.write() as db:
        db.execute(delete(tables.statements).where(column.epoch > 1))
        row.insert(db)
    directory.refresh()
    assert directory.inboxes == before


def test_a_chain_that_forks_from_the_trusted_one_is_refused(
    store: Store, here: Inbox, anne: Keyring
) -> None:
    forked = Inbox(here.root, here.row, list(here.statements), list(here.grants))
    here.admit(anne, member())
    forked.admit(anne, member())
    store_inbox(store, here)
    directory = Directory(INSTALLATION, [here.root], store)
    with store.write() as db:
        db.execute(delete(tables.statements).where(tables.statements.c.epoch == 2))
        forked.statements[-1].insert(db)
    with pytest.raises(DirectoryForkError):
        directory.refresh()


def test_a_chain_that_forks_from_the_confirmed_one_is_refused(here: Inbox, anne: Keyring) -> None:
    bo = member()
    here.admit(anne, bo)
    forked = Inbox(here.root, here.row, list(here.statements), list(here.grants), [anne, bo])
    here.rotate(anne, bo)
    forked.rotate(bo, anne)
    newest = here.trusted.current
    anchored = replace(here.root, lowest_epoch=newest.epoch, lowest_digest=newest.digest)
    assert verify_chain(INSTALLATION, here.root, forked.statements).epoch == newest.epoch
    assert verify_chain(INSTALLATION, anchored, here.statements).current == newest
    with pytest.raises(DirectoryForkError):
        verify_chain(INSTALLATION, anchored, forked.statements)
    with pytest.raises(DirectoryRollbackError):
        verify_chain(INSTALLATION, anchored, here.statements[:-1])


def test_who_watches_finds_a_step_as_soon_as_it_is_time_to_look(
    store: Store, here: Inbox, anne: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_inbox(store, here)
    directory = Directory(INSTALLATION, [here.root], store)
    here.rotate(anne)
    here.admit(anne, member())
    with store.write() as db:
        StatementRow.insert_all(db, here.statements[1:])
    directory.watch()
    assert directory.by_id(here.row.id).epoch == 1
    monkeypatch.setattr("whistle.keys.directory.LOOK_AGAIN", 0)
    directory.watch()
    found = directory.by_id(here.row.id)
    assert (found.epoch, found.key_epoch) == (3, 2)


def test_where_something_is_wrong_it_is_looked_at_again_sooner(
    store: Store, here: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_inbox(store, here)
    directory = Directory(INSTALLATION, [here.root], store)
    with store.write() as db:
        db.execute(delete(tables.statements))
    with pytest.raises(DirectoryError):
        directory.refresh()
    with store.write() as db:
        here.statements[0].insert(db)
    with pytest.raises(DirectoryError):
        directory.watch()
    monkeypatch.setattr("whistle.keys.directory.RETRY", 0)
    directory.watch()
    assert directory.inboxes


def test_while_one_looks_the_others_go_on_with_what_is_known(
    store: Store, here: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_inbox(store, here)
    directory = Directory(INSTALLATION, [here.root], store)
    monkeypatch.setattr("whistle.keys.directory.LOOK_AGAIN", 0)
    waits: list[bool] = []

    def refresh() -> None:
        somebody = threading.Thread(target=directory.watch, daemon=True)
        somebody.start()
        somebody.join(10)
        waits.append(somebody.is_alive())

    monkeypatch.setattr(directory, "refresh", refresh)
    directory.watch()
    assert waits == [False]
