"""Reports sent at the same instant: the peers lose some (GlobaLeaks #3390)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.demo import running_demo
from tests.support.visitors import Visitor, file_of

REPORTS = 50


def test_fifty_reports_at_the_same_instant_are_fifty_receipts_and_fifty_reports(
    tmp_path: Path,
) -> None:
    with running_demo(tmp_path / "data", "--empty") as demo:
        forms = [Visitor(demo.intake).form() for _ in range(REPORTS)]
        gate = threading.Barrier(REPORTS)

        def send(number: int) -> int:
            fields = {**forms[number], "text": f"rapport {number}", "files": file_of(b"x" * 9000)}
            gate.wait()
            return Visitor(demo.intake).post("/da/report/citizen", fields).status

        with ThreadPoolExecutor(REPORTS) as pool:
            statuses = list(pool.map(send, range(REPORTS)))
        assert statuses == [200] * REPORTS
        assert len({form["receipt"] for form in forms}) == REPORTS
        for number, form in enumerate(forms):
            page = Visitor(demo.intake).dialogue(form["receipt"]).page
            assert f"rapport {number}" in page
            assert "bilag.bin" in page
