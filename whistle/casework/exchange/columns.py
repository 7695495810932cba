"""The table of registrations: one row an issue (klagepunkt), ISO dates, yes and no.

Identifiers are those of the profile as it stood on the day the enquiry was received. What belongs
to the enquiry stands on each of its rows; the last five columns belong to the issue.
"""

from typing import TypeAlias

ENQUIRY = (
    "enquiry_id",
    "received",
    "channel",
    "way_in",
    "handling",
    "casework",
    "enquirer",
    "approached",
    "matter_date",
    "outcome",
    "rejection",
    "closed",
)
ISSUE = ("category", "subcategory", "centre", "division", "theme")
COLUMNS = ENQUIRY + ISSUE
REQUIRED = ("enquiry_id", "received", "casework")
TOTALS = ("table", "row", "column", "value")

MOST_ROWS = 100_000
MOST_BYTES = 50_000_000
LONGEST_ID = 100

Cells: TypeAlias = dict[str, str]
