"""Masked copies of a case: what is chosen, what is masked in it, what is left out and why.

Only text is masked, and only the masked text is kept and made into papers. What is no text cannot
be masked safely, so it is left out and said to be, whoever chose it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import PurePath

from whistle.audit.log import deed
from whistle.casework.acts import Done
from whistle.casework.cases import Cases, OpenedCase
from whistle.casework.erasing import Found, Kind, Target
from whistle.casework.exchange.case_parts import marking_of, marking_of_message
from whistle.casework.filing import Filing, file_new
from whistle.casework.rights import look
from whistle.domain.channel import Side
from whistle.domain.clock import DANISH
from whistle.domain.fields import show_answers
from whistle.domain.filed import AccessLaw, AccessRequest, Marking, Referral
from whistle.domain.logged import Logged
from whistle.domain.masking import (
    CopyOf,
    LeftOut,
    MaskedCopy,
    MaskedText,
    MaskGround,
    Term,
    Ticked,
    WhyOut,
    cover,
    find_terms,
    sentences,
)
from whistle.domain.name_forms import whole
from whistle.domain.profile import LANGUAGES
from whistle.domain.whistleblowing import is_exempt
from whistle.keys.canonical import dump
from whistle.keys.filed import Document, KeptFiled
from whistle.keys.files import open_file
from whistle.keys.records import FileManifest, Message
from whistle.keys.shapes import to_json

MOST_BYTES = 256 * 1024  # of a file that is read as text
_TEXT_FILES = frozenset([".csv", ".md", ".txt"])
_PLAIN = frozenset("\t\n\r")


@dataclass(frozen=True, slots=True, repr=False)
class Source:
    """Something of a case that a copy can hold. ``id``: names it among those of the case.

    ``file``: what it has to be read from; ``text`` is then its title, or empty.
    """

    id: str
    what: CopyOf
    day: date
    marking: Marking
    text: str = ""
    file: FileManifest | None = None

    @property
    def can_be_masked(self) -> bool:
        """Whether it is text, as far as its name and size tell."""
        if self.file is None:
            return True
        suffix = PurePath(self.file.name).suffix.casefold()
        return suffix in _TEXT_FILES and self.file.length <= MOST_BYTES


@dataclass(frozen=True, slots=True, repr=False)
class Wanted:
    """What a copy is to be: for whom, by which law, of what, and what is masked in it."""

    recipient: str = ""
    law: str = ""
    request: bytes = b""
    chosen: frozenset[str] = frozenset()
    terms: Sequence[Term] = ()
    ticked: Sequence[Ticked] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """A copy that is not filed. ``texts``: what is chosen, unmasked, by the id of its source."""

    opened: OpenedCase
    sources: Sequence[Source]
    texts: Mapping[str, str]
    copy: MaskedCopy

    @property
    def digest(self) -> str:
        """Give what tells whether another draft would be the same copy."""
        return sha256(dump(to_json(self.copy))).hexdigest()


def sources_of(cases: Cases, opened: OpenedCase) -> list[Source]:
    """Give what of a case can be chosen: messages, files, notes, letters, documents; by its day."""
    channel, book = opened.inbox.inbox.root.channel, opened.notebook
    derived = marking_of(channel, Side.CASEWORK)
    found = [
        one
        for number, message in enumerate(opened.messages)
        for one in _of_message(cases, opened, number, message)
    ]
    for note in book.shown:
        day = note.newest.about.held or _day(note.versions[0].written)
        found.append(Source(f"n{note.note_id.hex()}", CopyOf.NOTE, day, derived, note.newest.text))
    for kept, letter in book.of_kind(Referral):
        text = f"{letter.subject}\n\n{letter.text}"
        found.append(Source(_id("r", kept), CopyOf.LETTER, letter.sent, derived, text))
    for kept, paper in book.of_kind(Document):
        day = paper.dated or _day(kept.versions[0].written)
        marking, file = paper.marking, paper.file
        found.append(Source(_id("d", kept), CopyOf.DOCUMENT, day, marking, paper.title, file))
    return sorted(found, key=lambda one: one.day)


def proposed(opened: OpenedCase, sources: Sequence[Source], law: str) -> frozenset[str]:
    """Give what is chosen until somebody chooses otherwise: not what is exempt, or no text."""
    channel = opened.inbox.inbox.root.channel
    return frozenset(
        one.id
        for one in sources
        if one.can_be_masked and not _is_exempt_by(law, is_exempt(channel, one.marking))
    )


def draft(cases: Cases, case_id: bytes, wanted: Wanted) -> Draft | None:
    """Make a copy, and file nothing; files that are read are logged as opened, one by one."""
    opened = look(cases, case_id)
    if opened is None:
        return None
    every = sources_of(cases, opened)
    chosen = [one for one in every if one.id in wanted.chosen and one.can_be_masked]
    texts = {one.id: text for one in chosen if (text := _read(cases, opened, one)) is not None}
    return Draft(opened, every, texts, _copy(cases, opened, (every, texts), wanted))


def file_copy(cases: Cases, opened: OpenedCase, form_id: bytes, copy: MaskedCopy) -> Done:
    """File a copy as it leaves the house; a double click files once."""
    return file_new(cases, opened.case.id, form_id, copy, Filing(Logged.FILED))


def open_copy(
    cases: Cases, case_id: bytes, filed_id: bytes, act: Logged = Logged.FILED_OPENED
) -> tuple[OpenedCase, KeptFiled, MaskedCopy] | None:
    """Open a copy that was filed. ``act``: as what it is logged."""

    def step(opened: OpenedCase) -> tuple[OpenedCase, KeptFiled, MaskedCopy] | None:
        kept = opened.notebook.find_filed(filed_id)
        if kept is None or kept.newest.deleted or not isinstance(kept.content, MaskedCopy):
            return None
        about = {"case": case_id, "item": filed_id}
        cases.looking(opened, deed(act, opened.inbox, kind=MaskedCopy.kind, **about))
        return replace(opened, arrears=()), kept, kept.content

    return cases.attempt(case_id, step)


def copies_with(
    opened: OpenedCase, target: Target, found: Found
) -> list[tuple[KeptFiled, MaskedCopy]]:
    """Give the copies that hold something of what is to be erased: they stay when it goes."""
    gone = _sources_of(opened, target, found)
    return [
        (kept, copy)
        for kept, copy in opened.notebook.of_kind(MaskedCopy)
        if any(one.source in gone for one in copy.texts)
    ]


def request_of(opened: OpenedCase, request: bytes) -> AccessRequest | None:
    """Give the request for access that a copy answers, if it is one of this case's."""
    kept = opened.notebook.find_filed(request)
    told = kept.content if kept and not kept.newest.deleted else None
    return told if isinstance(told, AccessRequest) else None


# -- inside ------------------------------------------------------------------------------------


def _sources_of(opened: OpenedCase, target: Target, found: Found) -> set[str]:
    """Name a target as `sources_of` does; a message goes with its files."""
    named = target.item.hex()
    match target.kind:
        case Kind.MESSAGE:
            rows = [row_id for row_id, _ in opened.items.dialogue_rows(opened.stored.items)]
            files = found.message.files if found.message else ()
            return {
                f"m{rows.index(found.row_id)}",
                *(f"f{one.attachment_id.hex()}" for one in files),
            }
        case Kind.FILE:
            return {f"f{named}"}
        case Kind.NOTE:
            return {f"n{named}"}
        case Kind.FILED:
            return {f"r{named}", f"d{named}"}
        case _:
            return set()


def _of_message(
    cases: Cases, opened: OpenedCase, number: int, message: Message
) -> Iterator[Source]:
    channel, received = opened.inbox.inbox.root.channel, opened.case.received
    marking = marking_of_message(channel, message)
    what = CopyOf.REPORTER if message.side is Side.REPORTER else CopyOf.CASEWORK
    fields = cases.here.profiles.door(channel, received).fields
    told = [
        f"{one.label}: {', '.join(one.values)}"
        for one in show_answers(fields, message.answers, LANGUAGES[0])
    ]
    text = "\n\n".join(filter(None, [message.text, "\n".join(told)]))
    if text:
        yield Source(f"m{number}", what, message.written, marking, text)
    for file in message.files:
        name = f"f{file.attachment_id.hex()}"
        yield Source(name, CopyOf.FILE, message.written, marking, file=file)


def _read(cases: Cases, opened: OpenedCase, source: Source) -> str | None:
    """Give a source's text; none where its file is no plain text after all."""
    if source.file is None:
        return whole(source.text)
    about = {"case": opened.case.id, "item": source.file.attachment_id}
    cases.note(deed(Logged.FILE_OPENED, opened.inbox, **about))
    content = b"".join(open_file(cases.here.id, cases.here.store, source.file))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if any(ord(one) < ord(" ") and one not in _PLAIN for one in text):
        return None
    return whole("\n\n".join(filter(None, [source.text, text.replace("\r\n", "\n")])))


def _copy(
    cases: Cases,
    opened: OpenedCase,
    taken: tuple[Sequence[Source], Mapping[str, str]],
    wanted: Wanted,
) -> MaskedCopy:
    every, texts = taken
    found = {name: find_terms(text, wanted.terms) for name, text in texts.items()}
    terms = tuple(term for term in wanted.terms if any(term in one for one in found.values()))
    ticked = tuple(
        one
        for one in wanted.ticked
        if one.source in texts and one.sentence < len(sentences(texts[one.source]))
    )
    by_hand: dict[str, dict[int, MaskGround]] = {}
    for one in ticked:
        by_hand.setdefault(one.source, {})[one.sentence] = one.ground
    return MaskedCopy(
        wanted.recipient,
        cases.here.clock.today(),
        wanted.law,
        wanted.request if request_of(opened, wanted.request) else b"",
        tuple(
            MaskedText(
                one.what,
                one.day,
                one.id,
                cover(texts[one.id], found[one.id], by_hand.get(one.id, {})),
                one.marking,
            )
            for one in every
            if one.id in texts
        ),
        tuple(_left_out(opened, one, wanted) for one in every if one.id not in texts),
        terms,
        ticked,
    )


def _left_out(opened: OpenedCase, source: Source, wanted: Wanted) -> LeftOut:
    exempt = is_exempt(opened.inbox.inbox.root.channel, source.marking)
    if _is_exempt_by(wanted.law, exempt):
        return LeftOut(source.what, WhyOut.EXEMPT)
    unsafe = not source.can_be_masked or source.id in wanted.chosen
    return LeftOut(source.what, WhyOut.UNSAFE if unsafe else WhyOut.OUTSIDE, source.day)


def _is_exempt_by(law: str, exempt: bool) -> bool:  # noqa: FBT001
    """Whistleblowerloven § 25 takes reports out of offentlighedsloven, and of no other law."""
    return exempt and law == AccessLaw.OPENNESS


def _id(letter: str, kept: KeptFiled) -> str:
    return letter + kept.filed_id.hex()


def _day(moment: datetime) -> date:
    return moment.replace(tzinfo=UTC).astimezone(DANISH).date()
