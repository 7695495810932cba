"""What stands approved, by the messages of a dialogue alone."""

import hashlib
from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.domain.approval import (
    About,
    Means,
    Put,
    PutText,
    TextKind,
    dues_of_texts,
    receipt_is_shared,
    texts_in,
)
from whistle.domain.channel import Act, Side
from whistle.domain.registration import DueKind

DAY, LATER = date(2026, 11, 20), date(2026, 12, 4)
ID = b"t" * 16
COMPLAINT = Put(ID, TextKind.COMPLAINT, LATER, "Ankestyrelsen", date(2026, 12, 11))


@dataclass
class Said:
    """As much of a message as these rules ask for."""

    side: Side
    act: Act
    text: str = ""
    put: Put | None = None
    about: About | None = None
    written: date = DAY
    author: str = "Ida"
    erased: tuple[object, ...] = ()
    nonce: int = field(default=0)

    @property
    def fingerprint(self) -> bytes:
        """Another one for whatever is said otherwise."""
        told = (self.side, self.act, self.text, self.put, self.about, self.erased, self.nonce)
        return hashlib.sha256(repr(told).encode() + repr(vars(self)).encode()).digest()


def put(text: str = "Klage", kind: Put = COMPLAINT, nonce: int = 0) -> Said:
    return Said(Side.CASEWORK, Act.PROPOSED, text, kind, nonce=nonce)


def corrected(text: str, kind: Put = COMPLAINT) -> Said:
    return Said(Side.REPORTER, Act.CORRECTED, text, kind)


def approved(version: Said, side: Side = Side.REPORTER, **about: object) -> Said:
    means = Means.RECEIPT if side is Side.REPORTER else Means.VOICE
    said = About(version.fingerprint, **{"means": means, **about})  # type: ignore[arg-type]
    return Said(side, Act.APPROVED, about=said)


def only(messages: list[Said]) -> PutText:
    (text,) = texts_in(messages)
    return text


def test_a_version_waits_until_it_is_approved() -> None:
    first = put()
    assert only([first]).is_waiting
    text = only([first, approved(first)])
    assert (text.is_approved, text.is_waiting) == (True, False)
    assert text.approved is not None
    assert text.approved.version.text == "Klage"


def test_a_new_version_needs_an_approval_of_its_own_and_the_old_one_stands_until_then() -> None:
    first, second = put(), put("Klage, rettet")
    text = only([first, approved(first), second])
    assert text.is_waiting
    assert text.approved is not None
    assert text.approved.version.number == 1
    text = only([first, approved(first), second, approved(second)])
    assert text.approved is not None
    assert text.approved.version.text == "Klage, rettet"


def test_a_correction_of_the_reporters_takes_their_approval_back() -> None:
    first, mine = put(), corrected("Sådan var det.")
    text = only([first, approved(first), mine])
    assert text.approved is None
    assert text.is_waiting
    text = only([first, approved(first), mine, approved(mine)])
    assert text.approved is not None
    assert text.approved.version.by_reporter


def test_an_approval_of_another_version_than_the_newest_is_none() -> None:
    first, second = put(), put("Andet")
    assert only([first, second, approved(first)]).approved is None


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Klage, og mere"},
        {"put": Put(ID, TextKind.COMPLAINT, LATER, "En anden", date(2026, 12, 11))},
        {"put": Put(ID, TextKind.COMPLAINT, LATER, "Ankestyrelsen", date(2027, 1, 11))},
    ],
)
def test_a_version_that_is_changed_behind_its_approval_stands_no_longer(
    change: dict[str, object],
) -> None:
    first = put()
    answer = approved(first)
    vars(first).update(change)
    assert only([first, answer]).approved is None


def test_what_is_erased_is_no_version_and_nothing_before_it_stands() -> None:
    first, second = put(), put("Andet")
    answers = [first, approved(first), second, approved(second)]
    second.text, second.erased = "", ("by mistake",)
    text = only(answers)
    assert (len(text.versions), text.approved) == (1, None)


def test_neither_side_speaks_for_the_other() -> None:
    """A reporter notes no approval by voice, casework approves nothing with a receipt."""
    first = put()
    by_voice = approved(first, means=Means.VOICE)
    with_receipt = approved(first, Side.CASEWORK, means=Means.RECEIPT)
    assert only([first, by_voice, with_receipt]).approved is None
    assert only([first, Said(Side.CASEWORK, Act.CORRECTED, "x", COMPLAINT)]).newest.text == "Klage"
    assert only([first, Said(Side.REPORTER, Act.PROPOSED, "x", COMPLAINT)]).newest.text == "Klage"


def test_what_is_sent_or_laid_aside_is_over() -> None:
    first = put()
    done = About(first.fingerprint, day=LATER)
    for act in (Act.SENT, Act.DROPPED):
        over = [first, approved(first), Said(Side.CASEWORK, act, about=done)]
        text = only([*over, put("Mere"), corrected("Andet")])
        assert text.is_over
        assert text.newest.text == "Klage"
        assert dues_of_texts([text]) == []


@pytest.mark.parametrize("act", [Act.SENT, Act.DROPPED])
def test_what_is_over_stays_over_when_its_version_is_erased(act: Act) -> None:
    first, second = put(), put("Andet")
    over = Said(Side.CASEWORK, act, about=About(second.fingerprint, day=LATER))
    said = [first, second, approved(second), over]
    second.about = About(second.fingerprint)
    second.text, second.erased = "", ("by mistake",)
    text = only([*said, put("Mere")])
    assert text.is_over
    assert (len(text.versions), text.approved) == (1, None)
    assert dues_of_texts([text]) == []


def test_an_erased_version_that_another_one_followed_ends_nothing() -> None:
    first, second = put(), put("Andet")
    over = Said(Side.CASEWORK, Act.SENT, about=About(first.fingerprint, day=LATER))
    first.about, first.erased = About(first.fingerprint), ("by mistake",)
    assert only([first, second, over]).is_waiting


def test_a_version_of_another_kind_is_none() -> None:
    minutes, complaint = put("Ringede", Put(ID, TextKind.REPORT)), put("Klage")
    text = only([minutes, approved(minutes), complaint, approved(complaint)])
    assert (text.kind, text.is_approved, len(text.versions)) == (TextKind.REPORT, True, 1)


def test_it_has_the_dates_that_are_waited_for() -> None:
    first = put()
    waiting = {due.kind: due.day for due in dues_of_texts(texts_in([first]))}
    assert waiting == {DueKind.APPROVAL: LATER, DueKind.COMPLAINT: date(2026, 12, 11)}
    left = dues_of_texts(texts_in([first, approved(first)]))
    assert [due.kind for due in left] == [DueKind.COMPLAINT]


def test_an_approval_says_whether_casework_had_the_receipt_then() -> None:
    minutes = Said(Side.CASEWORK, Act.WROTE_IN, "Ringede", Put(ID, TextKind.REPORT))
    renewed = Said(Side.REPORTER, Act.NEW_RECEIPT)
    before, after = only([minutes, approved(minutes)]), only([minutes, renewed, approved(minutes)])
    assert before.approved is not None
    assert after.approved is not None
    assert (before.approved.shared, after.approved.shared) == (True, False)
    assert receipt_is_shared([minutes])
    assert not receipt_is_shared([minutes, renewed])
    assert not receipt_is_shared([put()])


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "correct", "approve", "approve-old", "note", "erase", "sent"]),
        st.integers(0, 3),
    ),
    max_size=14,
)


@given(_STEPS)
def test_whatever_stands_approved_was_the_newest_version_when_it_was_approved(
    steps: list[tuple[str, int]],
) -> None:
    said: list[Said] = []
    agreed: set[bytes] = set()
    for number, (step, which) in enumerate(steps):
        versions = [one for one in said if one.put]
        if step == "put" or not versions:
            said.append(put(f"Tekst {number}", nonce=number))
        elif step == "correct":
            said.append(corrected(f"Rettelse {number}"))
        elif step == "erase":
            versions[which % len(versions)].erased = ("gone",)
        elif step == "sent":
            said.append(Said(Side.CASEWORK, Act.SENT, about=About(versions[-1].fingerprint)))
        else:
            version = versions[which % len(versions)] if step == "approve-old" else versions[-1]
            side = Side.CASEWORK if step == "note" else Side.REPORTER
            said.append(approved(version, side))
            if version is versions[-1] and not version.erased:
                agreed.add(version.fingerprint)
        for text in texts_in(said):
            if text.approved:
                assert text.approved.version.fingerprint in agreed
                assert text.approved.version in text.versions
