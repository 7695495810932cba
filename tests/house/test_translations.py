"""Every text of the pages stands in Danish too, whole, and in words that are easy to read."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from tests.support.readability import lix
from whistle.domain.profile import LANGUAGES, ChannelText, load_profile

ROOT = Path(__file__).parent.parent.parent
DANISH = ROOT / "whistle" / "translations" / "da" / "LC_MESSAGES" / "messages.po"
# Besides Babel's own, which know `_`, gettext and ngettext.
KEYWORDS = {**DEFAULT_KEYWORDS, **parse_keywords(["_l", "lazy_gettext"])}
# Nothing here changes from one day or one machine to the next, and nobody is named.
HEADER = {
    "Project-Id-Version",
    "Language",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Plural-Forms",
}
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[a-z]|\{\w*\}")
# What an anonymous reader meets: frightened, tired, perhaps in a hurry.
READ_BY_REPORTERS = ("templates/intake/", "templates/layout/", "whistle/intake/", "whistle/web.py")
HARDEST = 45
PROFILES = sorted(
    entry.name.removesuffix(".toml")
    for entry in resources.files("whistle.profiles").iterdir()
    if entry.name.endswith(".toml")
)


@cache
def wanted() -> Catalog:
    """Return all messages of the code and the templates, each with the files it stands in."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    catalogue = Catalog()
    for name, line, message, _comments, context in extract_from_dir(
        ROOT, methods, options, KEYWORDS
    ):
        assert context is None, f"{name}:{line}: contexts are not read by whistle.web"
        catalogue.add(message, locations=[(Path(name).as_posix(), line)])
    return catalogue


@cache
def danish() -> Catalog:
    with DANISH.open("rb") as file:
        return read_po(file, locale="da", abort_invalid=True)


def entries(catalogue: Catalog) -> Iterator[Message]:
    """Yield the messages without the header, which is the empty message."""
    return (message for message in catalogue if message.id)


def forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return the singular and the plural, or the one form there is."""
    return (text,) if isinstance(text, str) else tuple(text)


def in_danish(message: Message) -> tuple[str, ...]:
    found = danish().get(forms(message.id)[0])
    return forms(found.string or "") if found is not None else ()


def to_paste(missing: list[Message]) -> str:
    """Write messages as entries of a catalogue, still to be translated."""
    catalogue, written = Catalog(), BytesIO()
    for message in missing:
        catalogue.add(message.id, flags=message.flags)
    write_po(written, catalogue, width=100, omit_header=True, sort_output=True)
    return written.getvalue().decode()


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def test_the_tree_has_messages() -> None:
    assert len(list(entries(wanted()))) > 100
    assert "Sign in" in wanted(), "the templates were not read"
    assert "User name" in wanted(), "the lazy texts of the forms were not read"
    assert wanted()["deadline passed"].pluralizable, "plurals were not read"


def test_everything_is_in_danish() -> None:
    missing = [
        message
        for message in entries(wanted())
        if not in_danish(message) or not all(in_danish(message))
    ]
    assert not missing, f"translate these in {DANISH}:\n\n{to_paste(missing)}"


def test_the_danish_catalogue_has_nothing_else() -> None:
    unused = [message.id for message in entries(danish()) if message.id not in wanted()]
    assert not unused, f"nothing uses these any more; take them out: {unused}"
    assert not danish().obsolete, "take the lines with #~ out"


def test_nothing_in_danish_is_a_guess() -> None:
    guesses = [message.id for message in entries(danish()) if message.fuzzy]
    assert not guesses, f"read these, mend them, and take the mark away: {guesses}"


def test_both_numbers_are_filled_in() -> None:
    assert danish().num_plurals == 2
    wrong = [
        message.id
        for message in entries(wanted())
        if len(in_danish(message)) not in {0, 2 if message.pluralizable else 1}
    ]
    assert not wrong


def test_placeholders_survive() -> None:
    lost = {
        english: translated
        for message in entries(wanted())
        for english, translated in zip(forms(message.id), in_danish(message), strict=False)
        if translated and placeholders(english) != placeholders(translated)
    }
    assert not lost
    faults = [(message.id, fault) for message, errors in danish().check() for fault in errors]
    assert not faults


def test_the_header_names_nobody_and_no_day() -> None:
    header = DANISH.read_text(encoding="utf-8").split("\n\n", 1)[0]
    assert "nplurals=2; plural=(n != 1);" in header
    assert set(re.findall(r'^"([\w-]+):', header, re.MULTILINE)) == HEADER


def test_the_danish_for_reporters_is_easy_to_read() -> None:
    texts = [
        form
        for message in entries(wanted())
        if any(str(name).startswith(READ_BY_REPORTERS) for name, _line in message.locations)
        for form in in_danish(message)
    ]
    assert texts
    assert lix(PLACEHOLDER.sub("x", text) for text in texts) <= HARDEST


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_speaks_both_languages(profile: str) -> None:
    for channel in load_profile(profile).channels.values():
        assert set(channel.text) == set(LANGUAGES)
        for field in ChannelText.__slots__:
            texts = [getattr(channel.text[language], field) for language in LANGUAGES]
            assert all(text.strip() for text in texts), f"{channel.channel}, {field}"
            # A title may be the same word in both.
            assert field == "title" or len(set(texts)) == len(texts), (
                f"{channel.channel}, {field}: not translated"
            )


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_is_easy_to_read_in_danish(profile: str) -> None:
    for channel in load_profile(profile).channels.values():
        texts = [getattr(channel.text["da"], field) for field in ChannelText.__slots__]
        assert lix(texts) <= HARDEST, channel.channel
