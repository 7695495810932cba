"""Vectors of what is filed on a case, of registrations, and of anonymised records.

All three are records in which what says nothing is left out.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from tests.vectors.book import Book, fixed_box, flipped, made, place
from tests.vectors.cases import TITLE, key
from tests.vectors.directory import ANNE, FIRST, INBOX, SECRET, root_json, row, row_json
from tests.vectors.notes import WRITTEN
from whistle.crypto import errors
from whistle.crypto.padding import pad_text
from whistle.crypto.place import Purpose
from whistle.domain.anonymised import Anonymised, Reply
from whistle.domain.channel import Channel
from whistle.domain.filed import (
    AccessLaw,
    AccessRequest,
    Competence,
    Consent,
    Disclosure,
    DisclosureGround,
    Marking,
    Referral,
    Task,
)
from whistle.domain.filed import (
    Purpose as ConsentPurpose,
)
from whistle.domain.identity import Opening, OpeningGround, OpeningWay, Part
from whistle.domain.improvement import Improvement, TakenUp
from whistle.domain.masking import (
    CopyOf,
    LeftOut,
    MaskedCopy,
    MaskedText,
    MaskGround,
    Piece,
    Term,
    Ticked,
    WhyOut,
)
from whistle.domain.mediation import Mediation, Meeting, Present, Result
from whistle.domain.registration import (
    Due,
    DueKind,
    Enquiry,
    Issue,
    Link,
    LinkKind,
    Override,
    Rule,
)
from whistle.domain.support import Help, Level, Risk, Support, Wish
from whistle.keys.canonical import dump
from whistle.keys.filed import Content, Document, Filed
from whistle.keys.records import FileManifest, Registration
from whistle.keys.shapes import to_json

DAY, LATER = date(2026, 11, 20), date(2026, 12, 4)
PRIVATE = MaskGround.PRIVATE
LETTER = Referral("BL", DAY, LATER, text="Kære center.\n“Hvornår?”", consent=made("consent"))
FILE = FileManifest(made("file"), key("file"), "svar.pdf", "application/pdf", 1000, 1)
CONTENTS: Mapping[str, Content] = {
    "a referral": LETTER,
    "a referral that was answered": replace(
        LETTER, reminded=(LATER, LATER), replied=LATER, reply=made("document")
    ),
    "a document": Document("Svar", FILE, Marking.DERIVED, DAY, made("filed")),
    "a document without more": Document("", FILE),
    "a task": Task("Ring"),
    "a task that is done": Task("Ring", by=DAY, done=DAY),
    "a consent": Consent("BL", DAY, with_identity=True),
    "a disclosure": Disclosure("Politiet", DAY, DisclosureGround.OFFENCE, "Kopi", told=DAY),
    "an access request": AccessRequest(AccessLaw.OPENNESS, DAY, LATER),
    "a doubt about competence": Competence("BL", DAY, "Hører det herunder?", within=False),
    "a consent to mediate": Consent("BL", DAY, purpose=ConsentPurpose.MEDIATION, limits=DAY),
    "a mediation": Mediation("BL", DAY),
    "a mediation that is over": Mediation(
        "BL", DAY, consent=made("consent"), agreed=DAY, result=Result.BROKEN_OFF, ended=LATER
    ),
    "a meeting": Meeting(made("filed"), DAY, "Biblioteket", (Present.CITIZEN, Present.MANAGER)),
    "a proposal": Improvement("BL", "Ring først.", passed_on=DAY, taken_up=TakenUp.PARTLY),
    "a wish": Wish("advice", DAY),
    "support": Support(Help.POLICE, DAY, granted=True, tie="Efter et møde"),
    "a risk": Risk(Level.HIGH, DAY, "En trussel"),
    "an opening": Opening(Part.REPORTER, OpeningGround.CONTACT, DAY, "Ring op."),
    "an opening for a letter": Opening(
        Part.LETTER, OpeningGround.CONSENT, DAY, "Sendes.", OpeningWay.LETTER, made("filed")
    ),
    "a masked copy": MaskedCopy(
        "Avisen",
        DAY,
        "offentlighedsloven",
        made("request"),
        (MaskedText(CopyOf.NOTE, DAY, "n0", (Piece("Talte med "), Piece(ground=PRIVATE))),),
        (LeftOut(CopyOf.FILE, WhyOut.UNSAFE, DAY), LeftOut(CopyOf.REPORTER, WhyOut.EXEMPT)),
        (Term("Åse Ømann", PRIVATE),),
        (Ticked("n0", 0, PRIVATE),),
    ),
    "a masked copy of nothing": MaskedCopy("Avisen", DAY),
}
ENQUIRY = Enquiry(
    "Hjælp",
    way_in="phone",
    casework=False,
    matter_date=DAY,
    issues=(Issue("4", "4.1", "BL"), Issue(centre="SO")),
    police=False,
    behaviours=("comment",),
    overrides=(Override(Rule.HALF_YEAR, "Først nu kendt.", DAY),),
)
FULL = Registration(
    "Sagsbehandlingstid",
    seen=3,
    closed=DAY,
    enquiry=ENQUIRY,
    due=(Due(DueKind.REPLY, LATER, made("filed"), "BL"),),
    links=(Link(made("other case"), LinkKind.RENEWED),),
    record=made("record"),
    source="2024-7",
)
RECORD = Anonymised(
    Channel.CITIZEN,
    DAY,
    LATER,
    way_in="phone",
    casework=True,
    issues=(Issue("4", "4.1", "BL"),),
    acknowledged=True,
    feedback=False,
    replies=(Reply("BL", days=0), Reply("SO", unanswered=True)),
    renewed=True,
    mediations=(Result.PARTLY,),
    proposals=(TakenUp.NO, TakenUp.YES),
)
COUNCIL = Anonymised(Channel.COUNCIL, date(2026, 1, 1))


def books() -> Iterator[Book]:
    """Give the files of filed things, registrations and anonymised records."""
    yield _filed()
    yield _registrations()
    yield _anonymised()


def _filed() -> Book:
    book = Book("filed", "Versions of what is filed, in items of the casework compartment.")
    for name, content in CONTENTS.items():
        filed = Filed(made("filed"), 1, made("member anne"), WRITTEN, content)
        book.expect(name, "filed_decode", filed.encode(), encoded=filed.encode())
    first = Filed(made("filed"), 1, made("member anne"), WRITTEN, LETTER)
    gone = replace(first, version=3, deleted=True)
    book.expect("a deletion", "filed_decode", gone.encode(), encoded=gone.encode())
    told = json.loads(first.encode())
    _spoilt(book, "filed_decode", told, _wrong_versions())
    content = told["content"]
    wrong = {name: {"content": {**content, **change}} for name, change in _wrong_letters()}
    wrong |= {
        f"a referral without {name}": {"content": _without(content, name)}
        for name in ("centre", "sent", "reply_by")
    }
    _spoilt(book, "filed_decode", told, wrong.items())
    document = replace(first, content=CONTENTS["a document"]).encode()
    _spoilt(book, "filed_decode", json.loads(document), _wrong_documents(json.loads(document)))
    _spoilt_bytes(book, "filed_decode", first.encode(), b'"version":1')
    return book


def _wrong_versions() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "an unknown kind", {"kind": "memo"}
    yield "the kind of a note", {"kind": "note"}
    yield "another kind than the content's", {"kind": "task"}
    yield "no kind", {"kind": ""}
    yield "a kind that is a list", {"kind": ["referral"]}
    yield "version 0", {"version": 0}
    yield "a version that is true", {"version": True}
    yield "a deletion that is a number", {"deleted": 0}
    yield "an author of 15 bytes", {"author": "A" * 20}
    yield "no author", {"author": ""}
    yield "no id", {"filed": ""}
    yield "a moment with a zone", {"written": "2026-11-20T12:05:00+00:00"}
    yield "content that is a text", {"content": "{}"}
    yield "content that is nothing", {"content": None}
    yield "a field too many", {"extra": 1}


def _wrong_letters() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "an unknown field", {"reason": "x"}
    yield "a text that says nothing", {"subject": ""}
    yield "a truth that says nothing", {"with_identity": False}
    yield "bytes that say nothing", {"reply": ""}
    yield "a list that says nothing", {"reminded": []}
    yield "a day that says nothing", {"replied": None}
    yield "a text that is a number", {"text": 1}
    yield "a truth that is a number", {"with_identity": 1}
    yield "bytes that are no base64", {"consent": "*"}
    yield "base64 with bits left over", {"consent": "AB=="}
    yield "a day that is a number", {"sent": 0}
    yield "a day that is empty", {"sent": ""}
    yield "a day in another form", {"sent": "20261120"}
    yield "a moment in place of a day", {"sent": "2026-11-20T00:00:00"}
    yield "a day that is none", {"replied": "2026-11-31"}
    yield "a list that is a text", {"reminded": "2026-12-04"}
    yield "a list with something else in it", {"reminded": [1]}


def _wrong_documents(told: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    content = told["content"]
    yield "a document without a file", {"content": _without(content, "file")}
    yield "a document whose file is a text", {"content": {**content, "file": "svar.pdf"}}
    wrong = {**content["file"], "chunks": 2}
    yield "a document with a chunk too many", {"content": {**content, "file": wrong}}
    yield "a marking that is none", {"content": {**content, "marking": "secret"}}
    yield "a marking that says nothing", {"content": {**content, "marking": "none"}}


def _registrations() -> Book:
    book = Book("registrations", "The canonical JSON of registrations.")
    bare = Registration(enquiry=Enquiry(casework=True))
    for name, registration in (
        ("that says nothing", Registration()),
        ("with a title", TITLE),
        ("with everything", FULL),
        ("of an enquiry that says nothing else", bare),
    ):
        encoded = registration.encode()
        book.expect(name, "registration_decode", encoded, encoded=encoded)
    told = json.loads(FULL.encode())
    _spoilt(book, "registration_decode", told, _wrong_registrations(told))
    _spoilt_bytes(book, "registration_decode", FULL.encode(), b'"seen":3')
    return book


def _wrong_registrations(told: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    enquiry = told["enquiry"]
    yield "an unknown field", {"author": ""}
    yield "a title that says nothing", {"title": ""}
    yield "a number that says nothing", {"seen": 0}
    yield "a day that says nothing", {"feedback": None}
    yield "an enquiry that says nothing", {"enquiry": {}}
    yield "links that say nothing", {"links": []}
    yield "a number below 0", {"seen": -1}
    yield "a number that is true", {"seen": True}
    yield "a number with a fraction", {"seen": 1.5}
    yield "a number that is a list", {"seen": []}
    yield "a day that is a number", {"closed": 0}
    yield "an enquiry that is a list", {"enquiry": []}
    yield "an unknown field of the enquiry", {"enquiry": {**enquiry, "extra": 1}}
    yield "a decision that is a number", {"enquiry": {**enquiry, "casework": 0}}
    yield "an issue that is a text", {"enquiry": {**enquiry, "issues": ["4.1"]}}
    yield "an issue's unknown field", {"enquiry": {**enquiry, "issues": [{"extra": "x"}]}}
    yield "an issue's text that says nothing", {"enquiry": {**enquiry, "issues": [{"theme": ""}]}}
    wrong = {"rule": "none", "reason": "x", "day": "2026-11-20"}
    yield "a rule that is none", {"enquiry": {**enquiry, "overrides": [wrong]}}
    yield "a link without a case", {"links": [{"kind": "renewed"}]}
    yield "a link of an unknown kind", {"links": [{**told["links"][0], "kind": "other"}]}
    yield "something due without a day", {"due": [_without(told["due"][0], "day")]}
    yield "a record's id of 15 bytes", {"record": "A" * 20}
    yield "an item's id of 15 bytes", {"last_item": "A" * 20}


def _anonymised() -> Book:
    book = Book("anonymised", "Anonymised records in an inbox's vault.")
    for name, record in (
        ("a citizen's", RECORD),
        ("that says nothing", Anonymised(Channel.WHISTLEBLOWER, DAY)),
        ("a council member's", COUNCIL),
    ):
        encoded = dump(to_json(record))
        book.expect(name, "anonymised_decode", encoded, encoded=encoded)
    told = to_json(RECORD)
    _spoilt(book, "anonymised_decode", told, _wrong_records())
    council = to_json(COUNCIL)
    for name, change in (
        ("a council member's with a day", {"received": "2026-11-20"}),
        ("a council member's with a year within the term", {"received": "2027-01-01"}),
        ("a council member's that was closed", {"closed": "2026-01-01"}),
        ("a council member's with an outcome", {"outcome": "guided"}),
    ):
        spoilt = _canonical({**council, **change})
        book.error(name, "anonymised_decode", errors.ContentError, encoded=spoilt)
    for name in ("channel", "received"):
        spoilt = _canonical(_without(told, name))
        book.error(f"without {name}", "anonymised_decode", errors.ContentError, encoded=spoilt)
    _spoilt_bytes(book, "anonymised_decode", dump(told), b'"days":0')
    _boxed(book)
    return book


def _wrong_records() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "a channel that is none", {"channel": "press"}
    yield "the id of a case", {"case": "AAAAAAAAAAAAAAAAAAAAAA=="}
    yield "a title", {"title": "Om et afslag"}
    yield "an outcome that says nothing", {"outcome": ""}
    yield "a truth that says nothing", {"renewed": False}
    yield "a reply without a centre", {"replies": [{"days": 1}]}
    yield "a number of days below 0", {"replies": [{"centre": "BL", "days": -1}]}
    yield "a number of days that is true", {"replies": [{"centre": "BL", "days": True}]}
    yield "a number of days that says nothing", {"replies": [{"centre": "BL", "days": None}]}


def _boxed(book: Book) -> None:
    book.value("first", row_json(row(FIRST, ANNE)))
    record_id, content = made("record"), dump(to_json(RECORD))
    at = place(Purpose.ANONYMISED, owner=INBOX, item=record_id, generation=1)
    vault = SECRET.vault_key.reveal()
    body = fixed_box(vault, at, pad_text(content))
    good: dict[str, Any] = {
        "root": root_json(),
        "rows": ["@first"],
        "secrets": {"1": SECRET.reveal(), "2": SECRET.reveal()},
        "record_id": record_id,
        "epoch": 1,
        "body": book.value("body", body),
    }
    book.expect("boxed", "open_record", content, **good)
    registered = place(Purpose.REGISTRATION, owner=INBOX, item=record_id, generation=1)
    other = {"1": SECRET.reveal()[:32] + made("other vault", 32)}
    for name, code, changes in (
        ("under another id", errors.UnreadableError, {"record_id": made("other record")}),
        ("under another epoch", errors.UnreadableError, {"epoch": 2}),
        ("under an epoch that was not granted", errors.NotGrantedError, {"epoch": 3}),
        ("under another vault", errors.UnreadableError, {"secrets": other}),
        ("a bit flipped", errors.UnreadableError, {"body": flipped(body, 20)}),
        (
            "boxed as a registration",
            errors.UnreadableError,
            {"body": fixed_box(vault, registered, pad_text(content))},
        ),
        ("not padded", errors.PaddingError, {"body": fixed_box(vault, at, content)}),
        ("no record", errors.ContentError, {"body": fixed_box(vault, at, pad_text(b"{}"))}),
        ("cut to nothing", errors.TruncatedError, {"body": b""}),
    ):
        book.error(name, "open_record", code, **{**good, **changes})


# -- what spoils any of them -------------------------------------------------------------------


def _spoilt(book: Book, operation: str, told: Any, wrong: Any) -> None:
    for name, changes in wrong:
        spoilt = _canonical({**told, **changes})
        book.error(name, operation, errors.ContentError, encoded=spoilt)


def _spoilt_bytes(book: Book, operation: str, encoded: bytes, member: bytes) -> None:
    if encoded.count(member) != 1:
        raise AssertionError(member)
    for name, spoilt in (
        ("nothing", b""),
        ("a list", b"[]"),
        ("null", b"null"),
        ("white space", encoded.replace(member, member.replace(b":", b": "))),
        ("a field twice", encoded.replace(member, member + b"," + member)),
        ("a number that is none", encoded.replace(member, member.split(b":")[0] + b":NaN")),
        ("fields in another order", _dumped(dict(reversed(json.loads(encoded).items())))),
        ("cut short", encoded[:-1]),
        ("a byte too many", encoded + b"\n"),
        ("lists in lists without end", b"[" * 5_000),
    ):
        book.error(name, operation, errors.ContentError, encoded=spoilt)


def _without(record: Mapping[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != field}


def _canonical(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _dumped(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
