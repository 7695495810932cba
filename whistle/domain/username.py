"""User names: read in one way wherever somebody writes one."""

import re
import unicodedata

_RULE = re.compile(r"[a-zæøå0-9][a-zæøå0-9._-]{1,31}")


def plain_username(text: str) -> str:
    """Give what was meant by what was typed: NFKC, in small letters, nothing around it."""
    composed = unicodedata.normalize("NFKC", text.replace("\0", ""))
    return unicodedata.normalize("NFKC", composed.casefold()).strip()


def is_username(text: str) -> bool:
    """Say whether somebody new may have this name, as `plain_username` gave it."""
    return _RULE.fullmatch(text) is not None
