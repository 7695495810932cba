"""What is looked for, and whether it stands in a text."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.domain.sieve import Sieve, fold_record
from whistle.domain.words import MOST_CHARACTERS, MOST_WORDS, fold, line_around, read_words

NASTY = st.text(
    st.sampled_from('aAåÅeé\u0301\u030aæØß \n\t"\\„“–…\x00\x1f\x7f\u00ad\u200bЯŁłﬁ漢😀/')
    | st.characters(exclude_categories=["Cs"]),
    max_size=30,
)


def stands(looked_for: str, text: str) -> bool:
    words = read_words(looked_for)
    return words.found_in(fold(text)) == set(words.needles)


@pytest.mark.parametrize(
    ("looked_for", "text"),
    [
        ("PLEJEHJEM", "på plejehjemmet"),
        ("ærø", "Sagen fra ÆRØ"),
        ("cafe", "Café"),
        ("café", "CAFE"),
        ("ar", "A\u0301r"),
        ("år", "a\u030ar"),
        ('"sendt videre"', "Den er sendt\n  videre."),
        ("„sendt videre“", "sendt videre"),
        ("videre sendt", "Den er sendt videre."),
        ("strasse", "Straße"),
        ("samværsaftale", "sam\u00adværs\u200baftale"),
        ("[a-z]+(", "Der stod [a-z]+( i brevet"),
        ('"sendt', "sendt"),
    ],
)
def test_words_are_found_however_they_are_written(looked_for: str, text: str) -> None:
    assert stands(looked_for, text)


@pytest.mark.parametrize(
    ("looked_for", "text"),
    [
        ("ar", "år"),
        ("år", "ar"),
        ("o", "ø"),
        ("ae", "æ"),
        ('"videre sendt"', "sendt videre"),
        ("sendt tilbage", "sendt videre"),
        (".", "intet punktum"),
        ("a.c", "abc"),
    ],
)
def test_danish_letters_order_and_signs_count(looked_for: str, text: str) -> None:
    assert not stands(looked_for, text)


@pytest.mark.parametrize("nothing", ["", "  ", '""', '"', "\x00\x01", "\u0301", "\u200b"])
def test_nothing_is_no_word(nothing: str) -> None:
    assert not read_words(nothing).needles


def test_too_much_is_cut() -> None:
    assert len(read_words("x" * 10**6).needles[0]) == MOST_CHARACTERS
    assert len(read_words(" ".join(map(str, range(1000)))).needles) == MOST_WORDS


def test_the_line_has_the_words_marked_as_they_were_written() -> None:
    line = line_around(
        "Først.\n" + "langt " * 40 + "på CAFÉ Ærø i går " + "og " * 60, read_words("cafe går")
    )
    assert [piece.text for piece in line if piece.marked] == ["CAFÉ", "går"]
    assert line[0].text == "… "
    assert line[-1].text == " …"
    assert sum(len(piece.text) for piece in line) < 250


@given(NASTY, NASTY)
def test_a_line_is_shown_just_where_a_word_stands(looked_for: str, text: str) -> None:
    words = read_words(looked_for)
    assert bool(line_around(text, words)) == bool(words.found_in(fold(text)))


@given(NASTY, NASTY, st.sampled_from(["within", "without"]))
def test_the_sieve_never_stops_what_stands_in_a_record(
    looked_for: str, text: str, how: str
) -> None:
    text = text + looked_for + text if how == "within" else text
    words = read_words(looked_for)
    record = json.dumps({"text": text}, ensure_ascii=False).encode()
    if words.found_in(fold(text)) == set(words.needles):
        assert not Sieve(words).missing(fold_record(record))


def test_the_sieve_stops_what_stands_nowhere() -> None:
    sieve = Sieve(read_words("plejehjem ærø"))
    missing = sieve.missing(fold_record(b'{"text":"plejehjem"}'))
    assert missing == ["ærø".encode()]
    assert not sieve.missing(fold_record("ÆRØ".encode()), missing)


@pytest.mark.parametrize("text", ["ÆØÅ æøå på ærø", "Ærø – på “besøg”", "CAFÉ på Ærø", "ærø 漢 på"])
def test_the_sieve_finds_danish_letters_in_texts_of_any_kind(text: str) -> None:
    record = json.dumps({"text": text}, ensure_ascii=False).encode()
    assert not Sieve(read_words("ærø" if "rø" in text else "æøå")).missing(fold_record(record))
    assert Sieve(read_words("aro")).missing(fold_record(record))


def test_no_text_is_slow_to_look_through() -> None:
    words = read_words("a" * 99 + "b " + '"a a a"')
    begun = time.process_time()
    assert not line_around("a" * 200_000, words)
    assert time.process_time() - begun < 5
