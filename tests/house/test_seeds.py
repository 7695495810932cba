"""docs/seeds.md points at what is there: every file, test and page that it names."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROUTES = (ROOT / "docs" / "http.md").read_text("utf-8")


def places() -> list[str]:
    """Give every place that the table names."""
    text = (ROOT / "docs" / "seeds.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 50
    cells = [row.split(" | ")[-1] for row in rows]
    assert all("`" in cell for cell in cells)
    return sorted({place for cell in cells for place in re.findall(r"`([^`]+)`", cell)})


@pytest.mark.parametrize("place", places())
def test_what_a_phrase_points_at_is_there(place: str) -> None:
    if place.startswith("/"):
        assert f"| `{place}` |" in ROUTES
        return
    path, _, name = place.partition("::")
    assert (ROOT / path).is_file()
    if name:
        assert f"def {name}(" in (ROOT / path).read_text("utf-8")
