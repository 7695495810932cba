"""A text put before the reporter, and which version of it stands approved.

Directive 2019/1937, art. 18(2)–(4): whoever reports by telephone or at a meeting may check, rectify
and agree the minutes. A complaint that was drafted together goes the same way.

Each version is a message of the dialogue, and so is each approval. An approval names the
fingerprint of the version that was on the page: another version is another text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Protocol

from whistle.domain.channel import Act, Side
from whistle.domain.registration import Due, DueKind

VERSIONS = frozenset({Act.WROTE_IN, Act.PROPOSED, Act.CORRECTED})
ANSWERS = frozenset({Act.APPROVED, Act.SENT, Act.DROPPED})


class TextKind(StrEnum):
    """What a text is: the minutes of what was told, or a complaint to somebody else."""

    REPORT = "report"
    COMPLAINT = "complaint"


class Means(StrEnum):
    """How a version was approved; but for the receipt, casework's word stands for it."""

    RECEIPT = "receipt"
    VOICE = "voice"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True, repr=False)
class Put:
    """What a version is a version of.

    ``text``: which text, 16 bytes. ``answer_by``: the day by which the reporter is asked to answer.
    ``recipient`` and ``complain_by`` (klagefrist) are a complaint's.
    """

    text: bytes
    kind: TextKind
    answer_by: date | None = None
    recipient: str = ""
    complain_by: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class About:
    """What a message does to a version. ``version``: its fingerprint, 32 bytes.

    ``day``: when it was done, where that is told by somebody else than who did it; ``how``: in
    their words. ``with_name``: the complaint may bear the reporter's name.
    """

    version: bytes
    means: Means = Means.RECEIPT
    day: date | None = None
    how: str = ""
    with_name: bool = False


class Said(Protocol):
    """What these rules need to know of a message."""

    @property
    def side(self) -> Side:
        """Who it comes from."""

    @property
    def act(self) -> Act:
        """What it does."""

    @property
    def written(self) -> date:
        """The day it was written."""

    @property
    def text(self) -> str:
        """What it says."""

    @property
    def author(self) -> str:
        """The member who wrote it, where that is told."""

    @property
    def put(self) -> Put | None:
        """Of a version: what it is a version of."""

    @property
    def about(self) -> About | None:
        """Of an answer: to what."""

    @property
    def erased(self) -> Sequence[object]:
        """What of it is gone."""

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 over all of it."""


@dataclass(frozen=True, slots=True, repr=False)
class Version:
    """One version, as it lies in the dialogue; ``number`` counts from 1."""

    number: int
    put: Put
    text: str
    written: date
    by_reporter: bool
    author: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Approved:
    """A version that stands approved.

    ``by_reporter``: with the receipt; else ``noted_by`` a member. ``shared``: with a receipt that
    whoever wrote the report in had seen, so that it proves less.
    """

    version: Version
    about: About
    day: date
    by_reporter: bool
    noted_by: str
    shared: bool


@dataclass(frozen=True, slots=True, repr=False)
class PutText:
    """A text with its versions, oldest first. ``sent`` and ``dropped``: the day it was over."""

    versions: tuple[Version, ...]
    approved: Approved | None = None
    sent: date | None = None
    dropped: date | None = None

    @property
    def id(self) -> bytes:
        """Which text, 16 bytes."""
        return self.newest.put.text

    @property
    def kind(self) -> TextKind:
        """What it is."""
        return self.newest.put.kind

    @property
    def newest(self) -> Version:
        """The version that an approval would be about."""
        return self.versions[-1]

    @property
    def is_over(self) -> bool:
        """Whether it was sent, or is not to be sent at all."""
        return bool(self.sent or self.dropped)

    @property
    def is_approved(self) -> bool:
        """Whether the newest version stands approved."""
        return self.approved is not None and self.approved.version == self.newest

    @property
    def is_waiting(self) -> bool:
        """Whether the newest version is still to be approved."""
        return not self.is_over and not self.is_approved


def texts_in(messages: Iterable[Said]) -> list[PutText]:
    """Give the texts of a dialogue, the first put first; ``messages`` in their order.

    A version of the reporter's takes their approval of an earlier one back; one of casework's
    leaves it standing until they approve the new one. What was erased is no version any more, and
    no approval before it stands; a text that was sent or laid aside stays over, whatever of it is
    erased. A text never becomes one of another kind: such a version is none.
    """
    reading = _Reading()
    for message in messages:
        reading.take(message)
    return list(reading.texts.values())


def receipt_is_shared(messages: Iterable[Said]) -> bool:
    """Say whether casework has seen the receipt: it wrote the report in, and printed it.

    Until the reporter replaces it, whoever saw it can read and write as the reporter.
    """
    reading = _Reading()
    for message in messages:
        reading.take(message)
    return reading.shared


def find_text(messages: Iterable[Said], text_id: bytes) -> PutText | None:
    """Give one text of a dialogue."""
    return next((one for one in texts_in(messages) if one.id == text_id), None)


def dues_of_texts(texts: Iterable[PutText]) -> list[Due]:
    """Give what has a date: an answer that is waited for, and the last day to complain."""
    found = []
    for one in texts:
        put = one.newest.put
        if one.is_waiting and put.answer_by:
            found.append(Due(DueKind.APPROVAL, put.answer_by, one.id))
        if put.complain_by and not one.is_over:
            found.append(Due(DueKind.COMPLAINT, put.complain_by, one.id))
    return found


@dataclass(slots=True)
class _Reading:
    """The texts as far as a dialogue was read. ``shared``: the receipt was seen by casework.

    ``gone``: the erased versions of each text since its newest, by their fingerprints of before.
    """

    texts: dict[bytes, PutText] = field(default_factory=dict)
    shared: bool = False
    gone: dict[bytes, set[bytes]] = field(default_factory=dict)

    def take(self, message: Said) -> None:
        """Read the next message."""
        if message.act is Act.WROTE_IN:
            self.shared = True
        elif message.act is Act.NEW_RECEIPT:
            self.shared = False
        if message.act in VERSIONS and message.put is not None:
            self._version(message, message.put)
        elif message.act in ANSWERS and message.about is not None:
            self._answer(message, message.about)

    def _version(self, message: Said, put: Put) -> None:
        known = self.texts.get(put.text)
        by_reporter = message.side is Side.REPORTER
        if by_reporter is not (message.act is Act.CORRECTED) or (known and known.is_over):
            return
        if known and known.kind is not put.kind:
            return
        if known and (by_reporter or message.erased):
            known = self.texts[put.text] = replace(known, approved=None)
        if message.erased and message.about:
            self.gone.setdefault(put.text, set()).add(message.about.version)
        if message.erased or (by_reporter and not known):
            return
        self.gone.pop(put.text, None)
        before = known.versions if known else ()
        number = len(before) + 1
        version = Version(
            number,
            put,
            message.text,
            message.written,
            by_reporter,
            message.author,
            message.fingerprint,
        )
        versions = (*before, version)
        self.texts[put.text] = replace(known, versions=versions) if known else PutText(versions)

    def _answer(self, message: Said, about: About) -> None:
        known = self._with(about.version)
        if known is None and message.act is not Act.APPROVED:
            known = self._with_gone(about.version)
        if known is None or known.is_over:
            return
        day = about.day or message.written
        if message.act is Act.APPROVED:
            by_reporter = message.side is Side.REPORTER
            if by_reporter is not (about.means is Means.RECEIPT):
                return
            shared = by_reporter and self.shared
            approved = Approved(
                known.newest, about, day, by_reporter, message.author, shared=shared
            )
            self.texts[known.id] = replace(known, approved=approved)
        elif message.side is Side.CASEWORK:
            is_sent = message.act is Act.SENT
            over = replace(known, sent=day) if is_sent else replace(known, dropped=day)
            self.texts[known.id] = over

    def _with(self, fingerprint: bytes) -> PutText | None:
        """Give the text whose newest version it is; an answer to an older one is none."""
        found = (one for one in self.texts.values() if one.newest.fingerprint == fingerprint)
        return next(found, None)

    def _with_gone(self, fingerprint: bytes) -> PutText | None:
        """Give the text whose newest version it was until that was erased, if any of it is left."""
        found = (text_id for text_id, gone in self.gone.items() if fingerprint in gone)
        return next((self.texts[one] for one in found if one in self.texts), None)
