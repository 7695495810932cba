"""What a door asks for: answers are checked on the server, mistaken profiles are told."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.profiles import changed
from whistle.domain.channel import Channel
from whistle.domain.fields import (
    LONGEST_LINE,
    LONGEST_TEXT,
    RESERVED,
    AnswerError,
    AnswerFault,
    Field,
    FieldKind,
    FieldText,
    ShownAnswer,
    show_answers,
)
from whistle.domain.profile import ProfileError, load_profile, read_profile

OPTIONS = ("a", "b", "c")
anything = st.lists(st.text(max_size=30), max_size=5)
kinds = st.sampled_from(FieldKind)


def field(kind: FieldKind, name: str = "matter") -> Field:
    options: tuple[str, ...] = OPTIONS if kind in {FieldKind.CHOICE, FieldKind.CHOICES} else ()
    if kind is FieldKind.YES_NO:
        options = ("yes", "no")
    text = FieldText("Hvad?", "", {option: option.upper() for option in options})
    return Field(name, kind, options, {"da": text, "en": text})


@given(kinds, anything)
def test_whatever_is_sent_is_an_answer_or_a_named_fault(kind: FieldKind, values: list[str]) -> None:
    asks = field(kind)
    try:
        answer = asks.read(values)
    except AnswerError:
        return
    assert all(value.strip() for value in answer)
    assert asks.read(answer) == answer, "what is stored would be taken again"
    if asks.options:
        assert set(answer) <= set(asks.options)


@given(kinds, st.lists(st.sampled_from(["", " ", "\n\t"]), max_size=5))
def test_every_field_can_be_skipped(kind: FieldKind, blanks: list[str]) -> None:
    assert field(kind).read(blanks) == ()


@given(st.lists(st.sampled_from(OPTIONS)))
def test_choices_keep_the_order_of_the_profile_and_come_once(chosen: list[str]) -> None:
    assert field(FieldKind.CHOICES).read(chosen) == tuple(sorted(set(chosen)))


@given(st.dates())
def test_a_day_is_read_as_browsers_and_as_people_write_it(day: object) -> None:
    iso = str(day)
    year, month, date = iso.split("-")
    asks = field(FieldKind.DATE)
    if not 1900 <= int(year) <= 2100:
        with pytest.raises(AnswerError):
            asks.read([iso])
        return
    for written in (iso, f"{date}-{month}-{year}", f" {int(date)}/{int(month)}/{year}"):
        assert asks.read([written]) == (iso,)


@pytest.mark.parametrize(
    ("kind", "values", "fault"),
    [
        (FieldKind.CHOICE, ["d"], AnswerFault.NOT_AN_OPTION),
        (FieldKind.CHOICE, ["a", "b"], AnswerFault.ONLY_ONE),
        (FieldKind.CHOICES, ["a", "<script>"], AnswerFault.NOT_AN_OPTION),
        (FieldKind.YES_NO, ["maybe"], AnswerFault.NOT_AN_OPTION),
        (FieldKind.YES_NO, ["yes", "no"], AnswerFault.ONLY_ONE),
        (FieldKind.LINE, ["x" * (LONGEST_LINE + 1)], AnswerFault.TOO_LONG),
        (FieldKind.LINE, ["x", "y"], AnswerFault.ONLY_ONE),
        (FieldKind.TEXT, ["x" * (LONGEST_TEXT + 1)], AnswerFault.TOO_LONG),
        (FieldKind.DATE, ["31-02-2026"], AnswerFault.NOT_A_DAY),
        (FieldKind.DATE, ["i går"], AnswerFault.NOT_A_DAY),
        (FieldKind.DATE, ["0001-01-01"], AnswerFault.NOT_A_DAY),
        (FieldKind.DATE, ["2026-W20-1\x00"], AnswerFault.NOT_A_DAY),
    ],
)
def test_a_wrong_answer_says_what_is_wrong(
    kind: FieldKind, values: list[str], fault: AnswerFault
) -> None:
    with pytest.raises(AnswerError) as refused:
        field(kind).read(values)
    assert refused.value.fault is fault


def test_answers_are_shown_in_words_and_none_is_lost() -> None:
    fields = [field(FieldKind.CHOICES), field(FieldKind.LINE, "where")]
    answers = {"gone": ("x",), "where": ("Her",), "matter": ("a", "unknown"), "empty": ()}
    assert show_answers(fields, answers, "da") == (
        ShownAnswer("Hvad?", ("A", "unknown")),
        ShownAnswer("Hvad?", ("Her",)),
        ShownAnswer("gone", ("x",)),
    )


def test_stevns_asks_what_each_door_needs() -> None:
    ids = {
        channel: [one.id for one in profile.fields]
        for channel, profile in load_profile("stevns").channels.items()
    }
    assert ids == {
        Channel.WHISTLEBLOWER: [
            "relation",
            "matter",
            "known_how",
            "when",
            "where",
            "who",
            "witnesses",
            "raised_before",
        ],
        Channel.COUNCIL: [
            "part",
            "behaviour",
            "reported_role",
            "reported_name",
            "context",
            "repeated",
            "wish",
            "consent",
            "risk",
        ],
        Channel.CITIZEN: ["centre", "approached", "happened", "wanted"],
    }


def test_stevns_has_its_six_centres() -> None:
    centre = load_profile("stevns").channels[Channel.CITIZEN].fields[0]
    assert centre.options == ("pb", "am", "bl", "so", "tm", "ohi", "unknown")


def test_no_door_asks_for_a_cpr_number() -> None:
    for channel in load_profile("stevns").channels.values():
        for one in channel.fields:
            for text in one.text.values():
                assert not re.search("cpr|personnummer", f"{one.id} {text.label}", re.IGNORECASE)


CENTRE = 'id = "centre"\nkind = "choice"'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (changed('id = "centre"', 'id = "wanted"'), "two fields have the id wanted"),
        (changed('id = "centre"', 'id = "Center 1"'), "no identifier"),
        (changed(CENTRE, 'id = "centre"\nkind = "slider"'), "unknown kind slider"),
        (changed(CENTRE, 'id = "centre"\nkind = "line"'), "unknown name options"),
        (changed('id = "centre"\n', ""), "id is missing"),
        (changed(CENTRE, f"{CENTRE}\napart = true"), "only what is written on one line"),
        (changed('options = "centres"', 'options = ["tm", "tm"]'), "tm stands there twice"),
        (changed('options = "centres"', 'options = "all"'), "should be a list of texts"),
        (changed('unknown = "Det ved jeg ikke"', 'pb = "P"'), "unknown name pb"),
        (changed('options = "centres"', 'options = ["xx"]'), "unknown name unknown"),
        (changed('["affected", "witness"]', "[]"), "should be a list of texts"),
        (changed('witness = "Nej, jeg har set eller hørt det"\n', ""), "witness is missing"),
        (changed('affected = "Yes', 'someone = "X"\naffected = "Yes'), "unknown name someone"),
        (changed("[channels.citizen.fields.en]", "[channels.citizen.fields.de]"), "de"),
        (changed('label = "Hvilket center handler det om?"', "hint = 3"), "label is missing"),
        (changed('door = "citizen"', 'door = "mayor"'), "unknown channel mayor"),
        (changed("promises = [", "promises = 3\nlimites = ["), "should be a list of texts"),
        (changed("[notice.en]", "[notice.de]"), "controller is missing"),
        *((changed('id = "centre"', f'id = "{name}"'), "choose another") for name in RESERVED),
    ],
)
def test_a_mistaken_field_is_told_where_and_what(content: bytes, told: str) -> None:
    with pytest.raises(ProfileError, match=told) as refused:
        read_profile(content, "profil.toml")
    assert str(refused.value).startswith("profil.toml, "), "the place in the file"
