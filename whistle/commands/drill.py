"""`whistle restore --drill`: whether a copy would do, and what would be lost with it.

It restores into a folder of its own, which is removed, and reads from the installation's database
alone. What it opens with a member's key file is counted, and not shown.
"""

import secrets
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from whistle.crypto.errors import SealingError
from whistle.domain.errors import RefusedError

if TYPE_CHECKING:
    from whistle.backup.deletions import Known
    from whistle.backup.folder import Copy
    from whistle.backup.restoring import Restored
    from whistle.installation import Installation
    from whistle.settings import Settings

DONE, FAILED = 0, 1
SAMPLE = 20  # cases, of all that the key file's member can open


@dataclass
class Sample:
    """What was opened. ``cases``: how many there are for this member to open."""

    cases: int
    opened: int = 0
    damaged: int = 0
    messages: int = 0
    files: int = 0


def drill(copy: "Copy", settings: "Settings", known: "Known", key_file: Path | None) -> int:
    """Try a copy out and print what was found; 1 where something did not open."""
    from whistle.backup.restoring import restore  # noqa: PLC0415
    from whistle.domain.clock import Clock  # noqa: PLC0415
    from whistle.installation import open_installation  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="whistle-drill-") as folder:
        there = replace(settings, database=f"sqlite:///{folder}/whistle.db")
        restored = restore(copy, there, Clock(), known)
        _tell(copy, restored)
        installation = open_installation(there)
        try:
            print("The keys are those that whistle.toml names.")
            well = _check_log(installation, restored)
            well &= key_file is None or _open_some(installation, key_file)
            _tell_loss(installation, settings, restored)
        finally:
            installation.store.dispose()
    print("Nothing of the drill is left; the installation was only read.")
    return DONE if well else FAILED


def _tell(copy: "Copy", restored: "Restored") -> None:
    manifest = restored.manifest
    numbers = Counter(manifest.rows)
    print(f"{copy.database}: checksums and numbers of rows are right.")
    print(
        f"It would bring back {manifest.day}: {numbers['enquiry_case']} cases, "
        f"{numbers['attachment']} files. {restored.replayed.deleted} rows were deleted again."
    )
    print(f"The log has {manifest.log_size} entries, and its tree is the one of that day.")


def _check_log(installation: "Installation", restored: "Restored") -> bool:
    """Check the log as an outsider would, with the checkpoints that lie beside the copies."""
    from whistle.audit.checkpoints import note_key  # noqa: PLC0415
    from whistle.audit.evidence import Kept, database  # noqa: PLC0415
    from whistle.audit.verify import verify  # noqa: PLC0415

    key = note_key(installation.id, installation.log_public)
    outside = [
        Kept(f"the checkpoint of {one.day} beside the copies", one.note, outside=True)
        for one in restored.known.checkpoints
        if one.size <= restored.manifest.log_size
    ]
    with installation.store.read() as db:
        report = verify(database(db, key), key, outside)
    print("\n".join(report.lines()))
    return report.is_fine


def _open_some(installation: "Installation", key_file: Path) -> bool:
    from whistle.accounts.by_command import open_with_key_file  # noqa: PLC0415
    from whistle.casework.cases import Cases, OpenedCase  # noqa: PLC0415
    from whistle.keys.filed import Document  # noqa: PLC0415
    from whistle.keys.files import open_file  # noqa: PLC0415
    from whistle.storage import tables  # noqa: PLC0415

    cases = Cases(installation, open_with_key_file(key_file, installation))
    inbox_ids = [one.inbox.inbox_id for one in cases.inboxes_opened()]
    column = tables.cases.c
    with installation.store.read() as db:
        ids = list(db.execute(select(column.id).where(column.inbox_id.in_(inbox_ids))).scalars())
    sample = Sample(len(ids))

    def look(opened: OpenedCase) -> None:
        sent = (manifest for message in opened.messages for manifest in message.files)
        papers = (paper.file for _, paper in opened.notebook.of_kind(Document))
        for manifest in (*sent, *papers):
            for _ in open_file(installation.id, installation.store, manifest):
                pass
            sample.files += 1
        sample.messages += len(opened.messages)
        sample.opened += 1

    for case_id in secrets.SystemRandom().sample(ids, min(SAMPLE, len(ids))):
        try:
            cases.attempt(case_id, look)
        except SealingError:
            sample.damaged += 1
    print(
        f"Opened {sample.opened} of {sample.cases} cases, with {sample.messages} messages and "
        f"{sample.files} files; nothing was shown."
    )
    if sample.damaged:
        print(f"{sample.damaged} CASES DO NOT OPEN.")
    return not sample.damaged


def _tell_loss(installation: "Installation", settings: "Settings", restored: "Restored") -> None:
    """Say what the installation's own database has and the copy lacks, if it can be asked."""
    from whistle.backup.loss import loss  # noqa: PLC0415
    from whistle.storage.read_only import open_read_only  # noqa: PLC0415

    manifest = restored.manifest
    days = (installation.clock.today() - manifest.day).days
    try:
        live = open_read_only(settings.database)
        with live.read() as now, installation.store.read() as then:
            lost = loss(now, then, manifest.log_size, days)
        live.dispose()
    except (SQLAlchemyError, RefusedError):
        print("What was lost since cannot be said: the installation's database cannot be read.")
        return
    print(
        f"Lost since would be: {lost.days} days, {lost.entries} entries of the log, {lost.cases} "
        f"cases, {lost.messages} messages, {lost.files} files."
    )
