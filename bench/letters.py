"""What a letter and a whole case cost: time of each, and the memory of the process that makes them.

uv run python -m bench.letters [COUNT]
"""

import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from tests.letters.test_letters import FILE, LETTER
from whistle.letters.papers import Entry, Section
from whistle.letters.pdf import case_file, letter_pdf
from whistle.letters.word import letter_docx

COUNT = 200
TEXT = "Borgeren har ventet på svar siden marts. " * 50  # 2 KiB


def measure(what: str, make: Callable[[str], bytes], count: int) -> None:
    """Print the first one's time, the median and p95 of the others, and the memory after them."""
    times, size = [], 0
    for number in range(count):
        began = time.perf_counter()
        size = len(make(f"{number}: {TEXT}"))
        times.append(1000 * (time.perf_counter() - began))
    rest = sorted(times[1:])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{what:24} first {times[0]:6.0f} ms  median {statistics.median(rest):6.1f} ms  "
        f"p95 {rest[int(0.95 * len(rest))]:6.1f} ms  {size // 1024:4} KiB  memory {memory:4} MiB"
    )


def big(text: str) -> bytes:
    """Make a case with a hundred messages of 2 KiB."""
    entries = tuple(Entry(f"{number}. maj 2026", text) for number in range(100))
    return case_file(replace(FILE, sections=(Section("Dialog", entries),)))


def main() -> None:
    """Measure each kind of paper."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    measure("a letter, PDF", lambda text: letter_pdf(replace(LETTER, body=text)), count)
    measure("a letter, Word", lambda text: letter_docx(replace(LETTER, body=text)), count)
    measure("a case of 100 messages", big, max(2, count // 10))


if __name__ == "__main__":
    main()
