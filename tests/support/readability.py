"""How hard a text is to read."""

import re
from collections.abc import Iterable


def lix(texts: Iterable[str]) -> float:
    """Return the readability index of Björnsson: under 35 is easy, over 45 is hard."""
    words = sentences = long = 0
    for text in texts:
        found = re.findall(r"[^\W_]+(?:[-’][^\W_]+)*", text)
        words += len(found)
        long += sum(len(word) > 6 for word in found)
        # A label has no full stop and is still read on its own.
        sentences += max(1, len(re.findall(r"[.!?:](?=\s|$)", text)))
    return words / max(1, sentences) + 100 * long / max(1, words)
