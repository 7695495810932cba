"""Masked copies as pages and papers show them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from flask_babel import gettext as _

from whistle.casework.cases import OpenedCase
from whistle.casework.masking import Draft, Source
from whistle.casework.views.referrals_letters import reference_of
from whistle.domain.filed import AccessLaw
from whistle.domain.masking import (
    SECTIONS,
    CopyOf,
    LeftOut,
    MaskedCopy,
    MaskedText,
    MaskGround,
    WhyOut,
    printed,
    sentences,
)
from whistle.domain.profile import LANGUAGES
from whistle.domain.whistleblowing import is_exempt
from whistle.letters.papers import CaseFile, Entry, Fact, Section
from whistle.web import speaking, this_installation

LANGUAGE = LANGUAGES[0]  # what leaves the house is in the municipality's own language


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, repr=False)
class ShownPiece:
    """A piece of a masked text; ``number``: of the ground of a mask, 0 where it is none."""

    text: str
    number: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class ShownText:
    """A text of a copy as it will be read."""

    title: str
    day: date
    pieces: Sequence[ShownPiece]


@dataclass(frozen=True, slots=True, repr=False)
class ShownSentence:
    """A sentence that can be ticked. ``value``: names it in the form."""

    value: str
    text: str
    is_ticked: bool


@dataclass(frozen=True, slots=True, repr=False)
class ShownSource:
    """Something of a case, to choose and to mask. ``read``: as it will be, where it is chosen."""

    id: str
    title: str
    day: date
    name: str
    is_chosen: bool
    can_be_masked: bool
    is_exempt: bool
    read: ShownText | None
    sentences: Sequence[ShownSentence]
    ground: str


@dataclass(frozen=True, slots=True)
class Marks:
    """What a form says of sentences: those ticked, and on which ground, by source."""

    ticks: Collection[str]
    grounds: Mapping[str, str]


def show_sources(draft: Draft, chosen: Collection[str], marks: Marks) -> list[ShownSource]:
    """Show what of a case can be chosen, and of what is chosen what it will read."""
    read = {one.source: show_text(draft.copy, one) for one in draft.copy.texts}
    channel = draft.opened.inbox.inbox.root.channel
    return [
        ShownSource(
            one.id,
            what_words()[one.what],
            one.day,
            _name(one),
            one.id in chosen,
            one.can_be_masked,
            is_exempt(channel, one.marking),
            read.get(one.id),
            _sentences(one.id, draft.texts.get(one.id, ""), marks.ticks),
            marks.grounds.get(one.id, ""),
        )
        for one in draft.sources
    ]


def show_text(copy: MaskedCopy, text: MaskedText) -> ShownText:
    """Show a text of a copy with its bars."""
    numbers = list(copy.masks)
    pieces = [
        ShownPiece(one.text, numbers.index(one.ground) + 1 if one.ground else 0)
        for one in text.pieces
    ]
    return ShownText(what_words()[text.what], text.day, pieces)


def left_out_words(one: LeftOut, language: str) -> str:
    """Say what is left out and why; nothing of what it says."""
    what = what_words()[one.what]
    if one.day:
        what = f"{what}, {format_date(one.day, 'long', locale=language)}"
    return f"{what}: {why_words()[one.why]}"


def paper_of(opened: OpenedCase, copy: MaskedCopy) -> CaseFile:
    """Put the paper of a copy together: of the case it has no more than the copy."""
    profile = this_installation().profiles.on(copy.day)
    numbers = list(copy.masks)
    with speaking(LANGUAGE):
        reference = reference_of(opened.case)
        facts = [
            Fact(_("For whom"), copy.recipient),
            Fact(_("Date"), _danish_day(copy.day)),
            Fact(_("Our reference"), reference),
            Fact(_("By"), law_words().get(copy.law, "")),
        ]
        masked = [
            Fact(f"({number})", f"{SECTIONS[ground]}: {ground_words()[ground]}")
            for number, ground in enumerate(numbers, start=1)
        ]
        texts = tuple(
            Entry(f"{what_words()[one.what]}, {_danish_day(one.day)}", printed(one.pieces, numbers))
            for one in copy.texts
        )
        left_out = tuple(Entry(left_out_words(one, LANGUAGE)) for one in copy.left_out)
        sections = (
            Section(_("What the bars cover"), facts=tuple(masked)),
            Section(_("Papers"), texts),
            Section(_("Left out"), left_out),
        )
        return CaseFile(
            LANGUAGE,
            _("Masked copy %(reference)s", reference=reference),
            tuple(one for one in facts if one.text),
            tuple(one for one in sections if one.entries or one.facts),
            profile.municipality,
        )


def what_words() -> Mapping[CopyOf, str]:
    """Say what something of a case is."""
    return {
        CopyOf.REPORTER: _("Message to us"),
        CopyOf.CASEWORK: _("Our message"),
        CopyOf.NOTE: _("Note"),
        CopyOf.LETTER: _("Letter to a centre"),
        CopyOf.DOCUMENT: _("Document"),
        CopyOf.FILE: _("Attached file"),
    }


def why_words() -> Mapping[WhyOut, str]:
    """Say why something is left out."""
    return {
        WhyOut.EXEMPT: _("what was reported is exempt (whistleblowerloven § 25)"),
        WhyOut.UNSAFE: _("it is no plain text, and cannot be masked safely"),
        WhyOut.OUTSIDE: _("not part of this copy"),
    }


def ground_words() -> Mapping[MaskGround, str]:
    """Say why something is masked."""
    return {
        MaskGround.PRIVATE: _("somebody's private affairs"),
        MaskGround.SECRECY: _("a duty of secrecy set by a law"),
        MaskGround.INTERNAL: _("an internal document"),
        MaskGround.PARTY: _("exempt from a party's access"),
        MaskGround.REPORT: _("what a whistleblower reported"),
        MaskGround.IDENTITY: _("who the whistleblower is"),
        MaskGround.OTHERS_DATA: _("other people's rights"),
    }


def law_words() -> Mapping[str, str]:
    """Say by which law a copy is asked for."""
    return {
        AccessLaw.OPENNESS.value: _("access to documents (offentlighedsloven)"),
        AccessLaw.PARTY.value: _("access as a party (forvaltningsloven)"),
        AccessLaw.GDPR.value: _("access to their own data (GDPR)"),
    }


def grounds() -> Sequence[Option]:
    """Give the grounds to choose from, each with its section."""
    words = ground_words()
    return [Option(one, f"{SECTIONS[one]}: {words[one]}") for one in MaskGround]


def _name(source: Source) -> str:
    """Give what tells a file from others; on the member's own page alone."""
    return source.file.name if source.file else ""


def _sentences(source_id: str, text: str, ticks: Collection[str]) -> list[ShownSentence]:
    return [
        ShownSentence(value, text[begin:end], value in ticks)
        for number, (begin, end) in enumerate(sentences(text))
        for value in (f"{source_id}.{number}",)
    ]


def _danish_day(day: date) -> str:
    return str(format_date(day, "long", locale=LANGUAGE))
