"""The profiles' texts: both languages whole, the Danish easy to read, the promises honest."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from importlib import resources

import pytest

from tests.support.readability import lix
from whistle.domain.channel import Channel
from whistle.domain.profile import LANGUAGES, load_profile

HARDEST = 45
EASY = 35  # a door's texts taken together
FEW_WORDS = 8  # the index says little of a label
PROFILES = sorted(
    entry.name.removesuffix(".toml")
    for entry in resources.files("whistle.profiles").iterdir()
    if entry.name.endswith(".toml")
)


def texts_in(value: object) -> Iterator[str]:
    """Yield every text below a value of the profile."""
    if isinstance(value, Channel):
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from texts_in(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts_in(getattr(value, field.name))


def door_texts(profile: str, language: str) -> Iterator[tuple[str, list[str]]]:
    for version in load_profile(profile).versions:
        since = version.valid_from
        yield f"{since}, notice", list(texts_in(version.notice[language]))
        for door in version.channels.values():
            place = f"{since}, {door.channel}"
            yield f"{place}, guidance", list(texts_in(door.guidance[language]))
            yield f"{place}, text", list(texts_in(door.text[language]))
            asked = [text for field in door.fields for text in texts_in(field.text[language])]
            yield f"{place}, fields", asked


def office_texts(profile: str, language: str) -> list[str]:
    """Give what casework sends from the profile: standard texts, and letters to centres."""
    return [
        text
        for version in load_profile(profile).versions
        for text in (
            *(one.body[language] for one in version.office.texts),
            *texts_in(version.office.letter[language]),
        )
    ]


@pytest.mark.parametrize("profile", PROFILES)
def test_the_danish_is_easy_to_read(profile: str) -> None:
    for place, texts in door_texts(profile, "da"):
        assert lix(texts) <= EASY, place


@pytest.mark.parametrize("profile", PROFILES)
def test_no_danish_text_is_hard_to_read(profile: str) -> None:
    hard = {
        text: round(lix([text]))
        for texts in [*dict(door_texts(profile, "da")).values(), office_texts(profile, "da")]
        for text in texts
        if len(text.split()) >= FEW_WORDS and lix([text]) > HARDEST
    }
    assert not hard


@pytest.mark.parametrize("profile", PROFILES)
def test_both_languages_say_as_much(profile: str) -> None:
    danish, english = (dict(door_texts(profile, language)) for language in LANGUAGES)
    for place, texts in danish.items():
        said, also = ([bool(text.strip()) for text in one] for one in (texts, english[place]))
        assert said == also, place


def test_the_council_is_told_that_its_door_is_no_scheme_of_the_act() -> None:
    door = load_profile("stevns").channels[Channel.COUNCIL]
    for language, words in {"da": ("whistleblowerloven", "aktindsigt", "reserven")}.items():
        shown = " ".join(texts_in(door.guidance[language])) + door.text[language].intro
        assert all(word in shown for word in words)
    assert "hviler ikke på whistleblowerlovens § 22" in " ".join(door.guidance["da"].privacy.basis)


def test_only_the_whistleblower_is_promised_what_the_act_gives() -> None:
    for channel, door in load_profile("stevns").channels.items():
        for language in LANGUAGES:
            promised = " ".join(door.guidance[language].promises)
            of_the_act = re.findall(r"§ \d+|aktindsigt|access to", promised)
            assert bool(of_the_act) == (channel is Channel.WHISTLEBLOWER), promised


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_door_shows_the_way_to_the_others(language: str) -> None:
    channels = load_profile("stevns").channels
    for channel, door in channels.items():
        shown = {one.door for one in door.guidance[language].not_for} - {None}
        assert shown == set(channels) - {channel}


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_the_adviser_cannot_help_is_told_where_to_go(language: str) -> None:
    exclusions = load_profile("stevns").channels[Channel.CITIZEN].guidance[language].exclusions
    assert len(exclusions) == 5
    assert all(one.go_to for one in exclusions)
