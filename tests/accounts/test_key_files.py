"""Key files: what they open, who makes them, and when they are over."""

import json
import os
import re
from pathlib import Path

import pytest
from sqlalchemy import update

from tests.support.office import Desk, Office, hidden_fields
from whistle.accounts.key_files import (
    KeyFileError,
    KeyFileService,
    NameTakenError,
    TooManyError,
    read_key_file,
    read_small,
)
from whistle.crypto.secret import Seed
from whistle.keys.keyring import Keyring
from whistle.storage import tables

LIST = "/casework/key-files"


@pytest.fixture
def service(office: Office) -> KeyFileService:
    return KeyFileService(office.installation)


def saved(folder: Path, content: str, mode: int = 0o600) -> Path:
    path = folder / "whistle.key"
    path.write_text(content)
    path.chmod(mode)
    return path


def make(desk: Desk, name: str) -> tuple[int, str]:
    form = hidden_fields(desk.get(LIST).text)
    answer = desk.post(LIST, {**form, "name": name})
    return answer.status_code, answer.text


def test_a_key_file_opens_what_its_member_opens(
    office: Office, service: KeyFileService, tmp_path: Path
) -> None:
    path = saved(tmp_path, service.make(office.adviser, "Tal"))
    keyring = service.unlock(read_key_file(path, office.installation.id))
    assert keyring.public == office.adviser.public
    receipt = office.reporter().report("Sagen trækker ud.")
    opened = office.work_of(keyring).open(office.case_of(receipt))
    assert opened is not None
    assert opened.messages[0].text == "Sagen trækker ud."


def test_the_database_holds_nothing_that_opens(office: Office, service: KeyFileService) -> None:
    key = bytes.fromhex(json.loads(service.make(office.adviser, "Tal"))["key"])
    with office.installation.store.read() as db:
        (row,) = db.execute(tables.key_files.select()).all()
    stored = b"".join(value for value in row if isinstance(value, bytes))
    assert key not in stored
    assert office.adviser.seed.reveal() not in stored


def test_a_revoked_key_file_opens_nothing(
    office: Office, service: KeyFileService, tmp_path: Path
) -> None:
    path = saved(tmp_path, service.make(office.adviser, "Tal"))
    other = service.make(office.adviser, "Flere tal")
    key = read_key_file(path, office.installation.id)
    assert not service.revoke(office.reserve.member_id, key.hash), "it is another member's"
    assert service.unlock(key).public == office.adviser.public
    assert service.revoke(office.adviser.member_id, key.hash)
    with pytest.raises(KeyFileError, match="revoked"):
        service.unlock(key)
    kept = read_key_file(saved(tmp_path, other), office.installation.id)
    assert service.unlock(kept).public == office.adviser.public


def test_who_has_left_opens_nothing_with_a_key_file(
    office: Office, service: KeyFileService, tmp_path: Path
) -> None:
    path = saved(tmp_path, service.make(office.adviser, "Tal"))
    with office.installation.store.write() as db:
        db.execute(update(tables.members).values(left=office.clock.today()))
    with pytest.raises(KeyFileError, match="left"):
        service.unlock(read_key_file(path, office.installation.id))


def test_a_row_that_somebody_changed_opens_nothing(
    office: Office, service: KeyFileService, tmp_path: Path
) -> None:
    path = saved(tmp_path, service.make(office.adviser, "Tal"))
    key = read_key_file(path, office.installation.id)
    with office.installation.store.write() as db:
        db.execute(update(tables.key_files).values(member_id=office.reserve.member_id))
    with pytest.raises(KeyFileError, match="changed"):
        service.unlock(key)


def test_who_has_renewed_their_keys_makes_no_key_file_of_the_old_ones(
    office: Office, service: KeyFileService
) -> None:
    old = Keyring(office.installation.id, office.adviser.member_id, Seed.random())
    with pytest.raises(KeyFileError, match="renewed"):
        service.make(old, "Tal")
    assert service.all_of(office.adviser.member_id) == []


def test_a_name_is_taken_once_by_each_member_and_nobody_has_more_than_twenty(
    office: Office, service: KeyFileService
) -> None:
    service.make(office.adviser, "Tal")
    service.make(office.reserve, "Tal")
    with pytest.raises(NameTakenError):
        service.make(office.adviser, "Tal")
    for number in range(19):
        service.make(office.adviser, f"Tal {number}")
    with pytest.raises(TooManyError):
        service.make(office.adviser, "Flere")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o777])
def test_a_key_file_that_others_can_read_is_not_used(
    office: Office, service: KeyFileService, tmp_path: Path, mode: int
) -> None:
    path = saved(tmp_path, service.make(office.adviser, "Tal"), mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        read_key_file(path, office.installation.id)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "7",
        "null",
        "[" * 4000,
        '{"key": 7}',
        '{"key": "zz"}',
        '{"key": "00"}',
        f'{{"key": "{"00" * 32}"}}',
        "x" * 5000,
    ],
)
def test_what_is_no_key_file_is_refused(office: Office, tmp_path: Path, content: str) -> None:
    with pytest.raises(KeyFileError, match=r"no key file|too long"):
        read_key_file(saved(tmp_path, content), office.installation.id)


@pytest.mark.parametrize(
    ("field", "value"),
    [("format", "whistle-key-file/2"), ("installation", "00" * 16), ("more", "x")],
)
def test_a_key_file_of_another_kind_or_installation_is_refused(
    office: Office, service: KeyFileService, tmp_path: Path, field: str, value: str
) -> None:
    told = {**json.loads(service.make(office.adviser, "Tal")), field: value}
    with pytest.raises(KeyFileError, match="of this installation"):
        read_key_file(saved(tmp_path, json.dumps(told)), office.installation.id)


def test_a_file_that_is_not_there_or_no_text_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot be read: No such file"):
        read_small(tmp_path / "nowhere")
    with pytest.raises(KeyFileError, match="cannot be read"):
        read_small(tmp_path)
    path = saved(tmp_path, "")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(KeyFileError, match="no text"):
        read_small(path)


def test_a_pipe_is_as_private_as_its_ends() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as file:
        file.write("seks ord")
    assert read_small(Path(f"/dev/fd/{reading}"), private=True) == "seks ord"
    os.close(reading)


def test_the_page_makes_a_key_file_once_and_revokes_it(
    office: Office, service: KeyFileService, tmp_path: Path
) -> None:
    desk = office.desk_of(office.adviser)
    form = hidden_fields(desk.get(LIST).text)
    made = desk.post(LIST, {**form, "name": "Tal <1>"})
    assert made.status_code == 200
    assert made.headers["Content-Disposition"] == "attachment; filename=whistle.key"
    key = read_key_file(saved(tmp_path, made.text), office.installation.id)
    page = desk.get(LIST).text
    assert "Tal &lt;1&gt;" in page
    assert json.loads(made.text)["key"] not in page
    revoke = f"{LIST}/revoke"
    assert desk.get(revoke).status_code == 303
    assert desk.post(revoke, {"id": key.hash.hex()}).status_code == 403
    assert service.unlock(key).public == office.adviser.public
    assert desk.post(revoke, {**form, "id": key.hash.hex()}).status_code == 303
    assert "Tal &lt;1&gt;" not in desk.get(LIST).text
    with pytest.raises(KeyFileError):
        service.unlock(key)


def test_the_page_says_why_none_was_made(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    assert make(desk, " ")[0] == 422
    assert make(desk, "x" * 61)[0] == 422
    assert make(desk, "Tal")[0] == 200
    status, page = make(desk, "Tal")
    assert status == 409
    assert 'value="Tal"' in page
    assert desk.post(LIST, {"name": "uden"}).status_code == 403
    for number in range(19):
        assert make(desk, f"Tal {number}")[0] == 200
    assert make(desk, "Flere")[0] == 409


def test_key_files_ask_for_a_fresh_proof(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    form = hidden_fields(desk.get(LIST).text)
    office.later(minutes=11)
    for path in (LIST, f"{LIST}/revoke"):
        assert re.match("/casework/prove", desk.get(path).headers["Location"])
        sent = desk.post(path, form)
        assert re.match("/casework/prove", sent.headers["Location"])
    with office.installation.store.read() as db:
        assert db.execute(tables.key_files.select()).all() == []


def test_nobody_revokes_another_members_key_file(office: Office, service: KeyFileService) -> None:
    service.make(office.adviser, "Tal")
    (row,) = service.all_of(office.adviser.member_id)
    desk = office.desk_of(office.reserve)
    form = hidden_fields(desk.get(LIST).text)
    desk.post(f"{LIST}/revoke", {**form, "id": row.key_hash.hex()})
    assert len(service.all_of(office.adviser.member_id)) == 1
