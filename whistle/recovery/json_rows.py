"""Rows as JSON objects, for the files that are carried between server and trustees.

Identifiers are hexadecimal, other bytes base64. Whatever is not so raises `ContentError`.
"""

import base64

from whistle.crypto.errors import ContentError
from whistle.keys.canonical import Json, as_number, as_string, check_fields, write_bytes
from whistle.storage.rows import GrantRow, RecoveryGrantRow, StatementRow
from whistle.storage.tables import ID_BYTES


def as_id(value: object) -> bytes:
    """Take an identifier: 16 bytes."""
    try:
        identifier = bytes.fromhex(as_string(value))
    except ValueError as error:
        raise ContentError("not hexadecimal") from error
    if len(identifier) != ID_BYTES:
        raise ContentError("not an identifier")
    return identifier


def as_list(value: object) -> list[object]:
    """Take a list."""
    if not isinstance(value, list):
        raise ContentError("not a list")
    return value


def as_any_bytes(value: object) -> bytes:
    """Take bytes of any length, base64."""
    try:
        return base64.b64decode(as_string(value), validate=True)
    except ValueError as error:
        raise ContentError("not base64") from error


def write_statement(row: StatementRow) -> Json:
    """Write a statement; the inbox is told beside it."""
    return {
        "epoch": row.epoch,
        "body": write_bytes(row.body),
        "signature": write_bytes(row.signature),
    }


def as_statement(inbox_id: bytes, record: Json) -> StatementRow:
    """Read what `write_statement` wrote."""
    check_fields(record, "epoch", "body", "signature")
    return StatementRow(
        inbox_id,
        as_number(record["epoch"]),
        as_any_bytes(record["body"]),
        as_any_bytes(record["signature"]),
    )


def write_grant(row: GrantRow) -> Json:
    """Write a member's grant."""
    return {
        "epoch": row.epoch,
        "member": row.member_id.hex(),
        "sealed": write_bytes(row.sealed),
    }


def as_grant(inbox_id: bytes, record: Json) -> GrantRow:
    """Read what `write_grant` wrote."""
    check_fields(record, "epoch", "member", "sealed")
    return GrantRow(
        inbox_id,
        as_number(record["epoch"]),
        as_id(record["member"]),
        as_any_bytes(record["sealed"]),
    )


def write_recovery_grant(row: RecoveryGrantRow) -> Json:
    """Write a grant of the recovery key's."""
    return {"epoch": row.epoch, "sealed": write_bytes(row.sealed)}


def as_recovery_grant(inbox_id: bytes, record: Json) -> RecoveryGrantRow:
    """Read what `write_recovery_grant` wrote."""
    check_fields(record, "epoch", "sealed")
    return RecoveryGrantRow(inbox_id, as_number(record["epoch"]), as_any_bytes(record["sealed"]))
