"""A case on paper: everything in it that a person reads, in one language."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import Field, fields
from datetime import UTC, date, datetime
from enum import StrEnum

from babel.dates import format_date

from whistle.casework.exchange import words
from whistle.casework.exchange.case_parts import TELLS_WHO, Taken, marking_of, marking_of_message
from whistle.domain.channel import Act, Channel, Side
from whistle.domain.clock import DANISH
from whistle.domain.fields import show_answers
from whistle.domain.filed import Marking
from whistle.domain.office import Choice, label_of
from whistle.domain.registration import Enquiry, Issue
from whistle.keys.filed import Content, Document, KeptFiled
from whistle.keys.notes import KeptNote
from whistle.keys.records import FileManifest, Message
from whistle.letters.papers import CaseFile, Entry, Fact, Section

_ACTS = {
    Act.ACKNOWLEDGED: "acknowledged",
    Act.CLOSED: "act_closed",
    Act.REOPENED: "act_reopened",
    Act.GAVE_IDENTITY: "act_gave_identity",
    Act.WITHDREW_IDENTITY: "act_withdrew_identity",
    Act.NEW_RECEIPT: "act_new_receipt",
    Act.TO_RESERVE: "act_to_reserve",
    Act.TO_MAIN: "act_to_main",
    Act.WROTE_IN: "act_wrote_in",
    Act.PROPOSED: "act_proposed",
    Act.CORRECTED: "act_corrected",
    Act.APPROVED: "act_approved",
    Act.SENT: "act_sent",
    Act.DROPPED: "act_dropped",
}
# Of a masked copy: it is a paper itself.
_NOT_ON_PAPER = {"texts", "left_out", "terms", "ticked"}
_LONG = ("text", "words")  # the text of an entry, below its facts


def case_paper(taken: Taken, language: str) -> CaseFile:
    """Put a case's paper together."""
    return _Writer(taken, language).write()


class _Writer:
    """Writes one case in one language."""

    def __init__(self, taken: Taken, language: str) -> None:
        self._taken, self._language = taken, language
        self._office = taken.office

    def write(self) -> CaseFile:
        """Put the sections together; those that have nothing in them are left out."""
        opened = self._taken.opened
        door = self._taken.door.text[self._language].title
        sections = (
            Section(self._word("registration"), facts=tuple(self._registration())),
            Section(self._word("identity"), facts=tuple(self._identity())),
            Section(self._word("dialogue"), tuple(map(self._message, opened.messages))),
            Section(self._word("notes"), tuple(map(self._note, opened.notebook.shown))),
            Section(self._word("filed"), tuple(map(self._filed, self._taken.filed))),
        )
        return CaseFile(
            self._language,
            opened.registration.title or f"{door}, {self._day(opened.case.received)}",
            tuple(self._head(door)),
            tuple(one for one in sections if one.entries or one.facts),
            self._taken.profile.municipality,
        )

    def _word(self, name: str) -> str:
        word = words.of_cases().get(name)
        return word[self._language] if word else name

    def _day(self, day: date) -> str:
        return str(format_date(day, "long", locale=self._language))

    def _moment(self, moment: datetime) -> str:
        return self._day(moment.replace(tzinfo=UTC).astimezone(DANISH).date())

    def _facts(self, *told: tuple[str, str]) -> Iterator[Fact]:
        return (Fact(self._word(name), text) for name, text in told if text)

    def _head(self, door: str) -> Iterator[Fact]:
        opened = self._taken.opened
        closed = opened.registration.closed
        return self._facts(
            ("municipality", self._taken.profile.municipality),
            ("case", opened.case.id.hex()),
            ("kle", self._office.kle),
            ("channel", door),
            ("received", self._day(opened.case.received)),
            ("closed", self._day(closed) if closed else self._word("open")),
        )

    def _registration(self) -> Iterator[Fact]:
        enquiry: Enquiry = self._taken.opened.registration.enquiry
        if not enquiry.is_registered:
            return
        for one in fields(enquiry):
            name = "with_casework" if one.name == "casework" else one.name
            value = getattr(enquiry, one.name)
            if one.name == "issues":
                for issue in enquiry.issues:
                    yield Fact(self._word("issue"), self._issue(issue))
            elif one.name == "overrides":
                for override in enquiry.overrides:
                    text = f"{override.rule}, {self._day(override.day)}: {override.reason}"
                    yield Fact(self._word("override"), text)
            elif value not in {None, "", ()}:
                yield Fact(self._word(name), self._value(one.name, value))

    def _issue(self, issue: Issue) -> str:
        category = self._office.category(issue.category)
        centre = self._office.centre(issue.centre)
        named = (
            label_of(self._office.categories, issue.category, self._language),
            label_of(category.subcategories if category else (), issue.subcategory, self._language),
            label_of(self._office.centres, issue.centre, self._language),
            label_of(centre.divisions if centre else (), issue.division, self._language),
            label_of(self._choices("theme"), issue.theme, self._language),
        )
        return " · ".join(one for one in named if one)

    def _identity(self) -> Iterator[Fact]:
        identity = self._taken.identity
        if identity is not None:
            yield from self._facts(("name", identity.name), ("contact", identity.contact))
        yield from self._answers(self._taken.apart or {})

    def _answers(self, answers: Mapping[str, tuple[str, ...]]) -> Iterator[Fact]:
        for one in show_answers(self._taken.door.fields, answers, self._language):
            yield Fact(one.label, "\n".join(one.values))

    def _message(self, one: Message) -> Entry:
        who = self._word("reporter" if one.side is Side.REPORTER else "casework")
        act = f". {self._word(_ACTS[one.act])}" if one.act in _ACTS else ""
        facts = [
            *self._answers(one.answers),
            *self._said_of_text(one),
            *self._marked(marking_of_message(self._taken.channel, one)),
        ]
        return Entry(
            f"{self._day(one.written)}, {who}{act}", one.text, (*facts, *self._files(one.files))
        )

    def _said_of_text(self, one: Message) -> Iterator[Fact]:
        """Tell to whom a complaint goes and until when, and how a text was approved."""
        put, about = one.put, one.about
        if put:
            yield from self._facts(("text_to", put.recipient))
            if put.complain_by:
                yield Fact(self._word("complain_by"), self._day(put.complain_by))
        if about:
            day = self._day(about.day) if about.day else ""
            yield from self._facts(("day", day), ("approved_how", about.how))
            if about.with_name:
                yield Fact(self._word("with_name"), self._word("yes"))

    def _files(self, files: Iterable[FileManifest]) -> Iterator[Fact]:
        paths = [self._taken.path_of(file) for file in files]
        return self._facts(("files", "\n".join(paths)))

    def _marked(self, marking: Marking) -> Iterator[Fact]:
        if marking is not Marking.NONE:
            yield Fact(self._word("marking"), self._word(f"marked_{marking}"))

    def _note(self, kept: KeptNote) -> Entry:
        note = kept.newest
        who = self._taken.names.get(note.author, "")
        return Entry(f"{self._moment(note.written)}, {who}", note.text)

    def _filed(self, kept: KeptFiled) -> Entry:
        content: Content = kept.content
        facts: list[Fact] = []
        text = ""
        for one in self._told_of(content):
            value = getattr(content, one.name)
            if one.name in _LONG:
                text = value
            elif isinstance(value, FileManifest):
                facts += self._files([value])
            elif isinstance(value, Marking):
                facts += self._marked(value)
            elif value not in {None, "", ()} and not isinstance(value, bytes):
                facts.append(Fact(self._word(one.name), self._value(one.name, value)))
        if not isinstance(content, Document):
            facts += self._marked(marking_of(self._taken.channel, Side.CASEWORK))
        who = self._taken.names.get(kept.newest.author, "")
        heading = f"{self._moment(kept.versions[0].written)}, {self._word(content.kind)}, {who}"
        return Entry(heading, text, tuple(facts))

    def _told_of(self, content: Content) -> Iterator[Field[object]]:
        """Give what a paper tells of something filed; who it is only with who it is."""
        hidden = () if self._taken.identity is not None else TELLS_WHO
        return (one for one in fields(content) if one.name not in {*_NOT_ON_PAPER, *hidden})

    def _value(self, name: str, value: object) -> str:
        """Write what a field holds: identifiers by their labels, days as people write them."""
        if isinstance(value, bool):
            return self._word("yes" if value else "no")
        if isinstance(value, StrEnum) and f"{name}_{value}" in words.of_cases():
            return self._word(f"{name}_{value}")
        if isinstance(value, date):
            return self._day(value)
        if isinstance(value, tuple):
            return ", ".join(self._value(name, one) for one in value)
        return label_of(self._choices(name), str(value), self._language)

    def _choices(self, name: str) -> Sequence[Choice]:
        office, channel = self._office, self._taken.channel
        whistle, council = office.whistleblowing, office.council
        of_whistleblowers = channel is Channel.WHISTLEBLOWER
        lists: Mapping[str, Callable[[], Sequence[Choice]]] = {
            "way_in": lambda: office.ways_in,
            "how": lambda: office.ways_in,
            "handling": lambda: office.handlings,
            "enquirer": lambda: office.enquirers,
            "outcome": lambda: [*office.outcomes, *council.outcomes],
            "rejection": lambda: [*office.rejections, *whistle.rejections, *council.rejections],
            "theme": lambda: whistle.themes if of_whistleblowers else office.themes,
            "centre": lambda: office.centres,
            "recipient": lambda: [*office.recipients, *office.centres],
            "other_side": lambda: [*office.recipients, *office.centres],
            "agreed_how": lambda: office.ways_in,
            "scope": lambda: whistle.scopes,
            "result": lambda: whistle.results,
            "behaviours": lambda: council.behaviours,
            "reported_role": lambda: council.roles,
            "wish": lambda: council.wishes,
        }
        return lists[name]() if name in lists else ()
