"""The vectors' operations on registrations, on what is filed, and on anonymised records."""

from collections.abc import Mapping
from typing import Any

from whistle.domain.anonymised import Anonymised
from whistle.keys.anonymised import open_record
from whistle.keys.canonical import dump, load
from whistle.keys.filed import Filed
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import Registration
from whistle.keys.satisfaction import open_answer
from whistle.keys.shapes import from_json, to_json
from whistle.storage.rows import InboxRecordRow, RecordKind, SatisfactionAnswerRow


def registration_decode(given: Mapping[str, Any]) -> str:
    """Read a registration and write it again."""
    return Registration.decode(bytes.fromhex(given["encoded"])).encode().hex()


def filed_decode(given: Mapping[str, Any]) -> str:
    """Read a version of something filed and write it again."""
    return Filed.read(load(bytes.fromhex(given["encoded"]))).encode().hex()


def anonymised_decode(given: Mapping[str, Any]) -> str:
    """Read an anonymised record and write it again."""
    record = from_json(Anonymised, load(bytes.fromhex(given["encoded"])))
    return dump(to_json(record)).hex()


def open_boxed_record(given: Mapping[str, Any], inbox: InboxKeys) -> str:
    """Open an anonymised record in the vault of ``inbox``."""
    record_id, body = bytes.fromhex(given["record_id"]), bytes.fromhex(given["body"])
    row = InboxRecordRow(
        record_id, inbox.inbox.inbox_id, RecordKind.ANONYMISED, given["epoch"], body
    )
    return dump(to_json(open_record(inbox, row))).hex()


def open_sealed_answer(given: Mapping[str, Any], inbox: InboxKeys) -> list[str]:
    """Open an answer to the three questions, sealed to ``inbox``."""
    answer_id, sealed = bytes.fromhex(given["answer_id"]), bytes.fromhex(given["sealed"])
    row = SatisfactionAnswerRow(answer_id, inbox.inbox.inbox_id, given["epoch"], sealed)
    return [one.value for one in open_answer(inbox, row)]
