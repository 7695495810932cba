"""Documents, tasks and what is erased, as tests of casework's papers need them."""

import secrets

from sqlalchemy import func, select, update

from tests.support.office import Desk, File, Office, a_file, hidden_fields
from whistle.casework.cases import OpenedCase
from whistle.casework.documents import Description, add
from whistle.casework.filing import Place
from whistle.domain.filed import Marking
from whistle.keys.filed import Document
from whistle.keys.files import ReceivedFile, SealingUpload
from whistle.storage import tables
from whistle.storage.rows import ItemRow


def path_of(case_id: bytes, page: str = "") -> str:
    return f"/casework/case/{case_id.hex()}{page}"


def received(office: Office, content: bytes = b"Kopi af svar") -> ReceivedFile:
    """Seal a file as an upload does."""
    here = office.installation
    upload = SealingUpload(here.id, here.store, here.clock.today())
    upload.write(content)
    return ReceivedFile(upload.finish("svar.pdf", "application/pdf"), upload.digest)


def file_document(office: Office, case_id: bytes, title: str = "Brev") -> tuple[bytes, bytes]:
    """File a document; give its id and its attachment's."""
    file, work = received(office), office.work_of(office.adviser)
    add(work, case_id, secrets.token_bytes(8), file, Description(title, None, Marking.NONE))
    opened = open_case(office, case_id)
    kept = next(
        one
        for one, paper in opened.notebook.of_kind(Document)
        if paper.file.attachment_id == file.manifest.attachment_id
    )
    return kept.filed_id, file.manifest.attachment_id


def open_case(office: Office, case_id: bytes) -> OpenedCase:
    opened = office.work_of(office.adviser).open(case_id)
    assert opened is not None
    return opened


def upload(desk: Desk, case_id: bytes, file: File | None = None, **fields: str) -> tuple[int, str]:
    """File a document through its page; give the status and the page."""
    form = hidden_fields(desk.get(path_of(case_id, "/documents")).text)
    data = {**form, "title": "Brev fra ankestyrelsen", **fields, "files": file or a_file()}
    answer = desk.post(path_of(case_id, "/documents"), data)
    return answer.status_code, answer.text


def rows_of(office: Office, case_id: bytes) -> dict[str, int]:
    """Count the rows that a case has, by table."""
    found = {}
    with office.installation.store.read() as db:
        for table in (
            tables.cases,
            tables.inbox_keys,
            tables.reporter_keys,
            tables.registrations,
            tables.items,
            tables.attachments,
        ):
            column = table.c["case_id" if "case_id" in table.c else "id"]
            query = select(func.count()).select_from(table).where(column == case_id)
            found[table.name] = db.execute(query).scalar_one()
    return found


def chunks(office: Office, attachment_id: bytes) -> int:
    with office.installation.store.read() as db:
        column = tables.chunks.c
        query = select(func.count()).where(column.attachment_id == attachment_id)
        return db.execute(query).scalar_one()


def damage(office: Office, row_id: bytes) -> None:
    """Turn over one bit of an item, as a disk may."""
    table = tables.items
    with office.installation.store.write() as db:
        row = db.execute(select(table).where(table.c.id == row_id)).mappings().one()
        body = bytes(row["body"])
        broken = body[:-1] + bytes([body[-1] ^ 1])
        db.execute(update(table).where(table.c.id == row_id).values(body=broken))


def place_of(office: Office, case_id: bytes, kind: type) -> Place:
    """Say where the only thing of a kind is filed."""
    ((kept, _),) = open_case(office, case_id).notebook.of_kind(kind)
    return Place(case_id, kept.filed_id, kept.newest.version)


def sealed_items(office: Office, case_id: bytes) -> list[ItemRow]:
    with office.installation.store.read() as db:
        return list(ItemRow.all(db, ItemRow.select(tables.items.c.case_id == case_id)))
