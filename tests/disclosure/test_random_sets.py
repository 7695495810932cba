"""What the protector gives is never broken; what is usually done nearly always is."""

from collections import Counter

import pytest

from tests.disclosure.heuristics import row_and_column, small_only
from tests.disclosure.towns import linked_set, truth_of
from whistle.disclosure import CannotProtect, attack, check, merged, protect

PARTS, SETS = 2, 100


@pytest.mark.parametrize("part", range(PARTS))
def test_no_protected_set_is_broken_and_the_usual_heuristics_are(part: int) -> None:
    broken: Counter[str] = Counter()
    for seed in range(part, SETS, PARTS):
        town = linked_set(seed, most=4)
        try:
            made = protect(town, crossed=True, seconds=0)
        except CannotProtect:
            broken["refused"] += 1
            continue
        whole = merged(town, made.mergings)
        truth = truth_of(whole)
        assert attack([made.publication]).safe
        assert attack([made.publication], truth).safe
        assert check([made.publication], made.certificate).valid
        assert {v for p, v in made.publication.places() if (p.row, p.column) == ("total",) * 2}
        for name, way in (("small", small_only), ("row and column", row_and_column)):
            broken[name] += not attack([way(whole)], truth).safe
        broken["with small numbers"] += made.hidden > 0
    assert broken["small"] >= 0.8 * broken["with small numbers"]
    assert broken["row and column"] >= 0.25 * broken["with small numbers"]
    assert broken["refused"] <= 2
