"""What is printed for the trustees: one sheet each, plain text for any printer, 72 columns wide."""

from collections.abc import Sequence
from importlib import resources

from whistle.recovery.public_file import Covers, PublicFile
from whistle.recovery.shares import Share

COLUMNS = 3
_COLUMN_WIDTH = 22
_COVERS = {
    "da": {
        Covers.DOORS: "borgerrådgiverens indbakker",
        Covers.RESERVES: "reservens indbakker",
    },
    "en": {Covers.DOORS: "the adviser’s inboxes", Covers.RESERVES: "the reserve’s inboxes"},
}
_ALONE = {
    "da": "Alene åbner arket ingenting. Når {needed} af arkene er samlet, åbner de alt.\n"
    "Færre end {needed} kan ikke bruges til noget.",
    "en": "Alone the sheet opens nothing. {needed} of the sheets together open everything.\n"
    "Fewer than {needed} are of no use.",
}
_THE_ONLY_ONE = {
    "da": "Der er kun dette ene ark. Den, der har det, kan åbne alt.",
    "en": "There is only this one sheet. Whoever has it can open everything.",
}


def sheet(share: Share, public: PublicFile, name: str, language: str) -> str:
    """Write one trustee's sheet. ``name``: what the municipality is called."""
    only_one = _THE_ONLY_ONE[language]
    text = resources.files("whistle.recovery").joinpath(f"sheet.{language}.txt").read_text("utf-8")
    return text.format(
        name=name,
        number=share.number,
        count=public.count,
        needed=public.needed,
        covers=_COVERS[language][public.covers],
        made=public.made.isoformat(),
        fingerprint=public.fingerprint,
        installation=public.installation.hex(),
        words=numbered(share.words),
        alone=_ALONE[language].format(needed=public.needed) if public.needed > 1 else only_one,
    )


def numbered(words: Sequence[str]) -> str:
    """Write words with their numbers in columns, to be read downwards."""
    rows = -(-len(words) // COLUMNS)
    entries = [f"{number:4}  {word}".ljust(_COLUMN_WIDTH) for number, word in enumerate(words, 1)]
    return "\n".join("".join(entries[row::rows]).rstrip() for row in range(rows))
