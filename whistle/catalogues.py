"""The words of each language, read from the ``.po`` files themselves."""

from functools import cache
from importlib import resources
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations


@cache
def catalogue(language: str) -> NullTranslations:
    """Give a language's catalogue; English is what the code itself is written in."""
    if language == "en":
        return Translations()
    source = resources.files("whistle.translations").joinpath(f"{language}/LC_MESSAGES/messages.po")
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)
