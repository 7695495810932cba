"""Names of files that strangers send."""

import re
import unicodedata

LONGEST = 150
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def clean_file_name(name: str) -> str:
    """Give a name that is safe to show and to save under: one path part, nothing invisible.

    Removes directories of either slash, control and formatting characters (right-to-left
    overrides among them), and dots and spaces at the ends; keeps the extension when it shortens.
    Empty when nothing is left.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(
        character for character in last if unicodedata.category(character) not in _INVISIBLE
    )
    tidy = re.sub(r'[<>:"|?*\s]+', " ", visible).strip(" .")
    if len(tidy) <= LONGEST:
        return tidy
    stem, dot, extension = tidy.rpartition(".")
    if not dot or len(extension) > 10:  # noqa: PLR2004  (longer than that is no extension)
        return tidy[:LONGEST]
    return stem[: LONGEST - len(extension) - 1] + "." + extension
