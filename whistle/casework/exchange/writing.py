"""The table of registrations as a file: CSV that can be imported again, XLSX, JSON.

No cell can become a formula. In CSV, which has no types, a text that begins as one gets an
apostrophe; none does that was imported, as import refuses it, so that a table comes back as it
went out. In XLSX every cell is written as text.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO, StringIO

from whistle.casework.exchange.columns import COLUMNS, ENQUIRY, Cells
from whistle.casework.exchange.registrations import Registered, Table, rows_of
from whistle.domain.channel import Channel
from whistle.domain.profile import Profile
from whistle.keys.canonical import Json
from whistle.keys.shapes import to_json

FORMAT = "whistle-registrations/1"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff"  # or Excel takes it for another encoding


def as_csv(rows: Iterable[Cells], columns: Sequence[str] = COLUMNS) -> bytes:
    """Write rows as CSV: UTF-8 with a byte order mark, semicolons, as Danish Excel opens it."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_safe(row.get(name, "")) for name in columns] for row in rows)
    return (_BOM + text.getvalue()).encode()


def as_xlsx(
    rows: Iterable[Cells], columns: Sequence[str] = COLUMNS, title: str = "registrations"
) -> bytes:
    """Write rows as a workbook of one sheet, made in memory: no formulas, no links, all text."""
    import xlsxwriter  # noqa: PLC0415  (what most processes never need)

    made = BytesIO()
    book = xlsxwriter.Workbook(
        made,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for place, name in enumerate(columns):
        sheet.write_string(0, place, name, bold)
    for number, row in enumerate(rows, start=1):
        for place, name in enumerate(columns):
            if value := row.get(name, ""):
                sheet.write_string(number, place, value)
    book.close()
    return made.getvalue()


def as_json(table: Table, profile: Profile) -> bytes:
    """Write all that is registered as JSON: also what the table has no column for."""
    content = {
        "format": FORMAT,
        "profile": profile.id,
        "left_out": {"unregistered": table.unregistered, "damaged": table.damaged},
        "enquiries": [_enquiry(one) for one in table.registered],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def _enquiry(one: Registered) -> Mapping[str, object]:
    """Give one enquiry: the columns, its issues, and what each door registers besides."""
    first = rows_of(one)[0]
    registered: Json = to_json(one.registration.enquiry)
    more = {name: registered[name] for name in _MORE[one.channel] if name in registered}
    issues: Sequence[Cells] = [
        {name: value for name, value in row.items() if name not in ENQUIRY and value}
        for row in rows_of(one)
    ]
    return {
        **{name: first[name] for name in ENQUIRY if first[name]},
        **more,
        "issues": [issue for issue in issues if issue],
    }


_MORE: Mapping[Channel, Sequence[str]] = {
    Channel.CITIZEN: ("purpose", "overrides"),
    Channel.WHISTLEBLOWER: ("purpose", "scope", "result", "police", "overrides"),
    Channel.COUNCIL: ("purpose", "behaviours", "reported_role", "wish", "overrides"),
}


def _safe(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value
