"""Who somebody is: opened a part at a time, for a reason that everybody who has the case can see.

The log says who, when and on which ground. The words of the reason are filed on the case, in the
same transaction: nothing is shown of which it is not written down why.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from whistle.audit.log import deed
from whistle.casework.cases import Cases, OpenedCase, opening, told_by_dialogue
from whistle.casework.done import Done
from whistle.casework.filing import filed_id_of
from whistle.casework.kept import check_not_held
from whistle.domain.filed import Referral
from whistle.domain.identity import Opening, OpeningGround, OpeningWay, Part
from whistle.domain.logged import Logged
from whistle.keys.filed import Filed, KeptFiled, seal_filed
from whistle.keys.records import Identity
from whistle.storage import casework as queries
from whistle.storage.rows import ItemRow
from whistle.storage.tables import ID_BYTES

ApartAnswers: TypeAlias = Mapping[str, tuple[str, ...]]
ACTS: Mapping[Part, Logged] = {
    Part.REPORTER: Logged.IDENTITY_OPENED,
    Part.APART: Logged.ANSWERS_OPENED,
    Part.LETTER: Logged.IDENTITY_OPENED,
}
GIVEN, WITHDRAWN = "given", "withdrawn"
_Told = TypeVar("_Told")


@dataclass(frozen=True, slots=True, repr=False)
class Reason:
    """Why it is opened. ``words`` say something: there is a letter in them.

    ``form_id`` names the form, so that a page sent twice files one reason; each time is logged.
    """

    ground: OpeningGround
    words: str
    form_id: bytes = b""
    way: OpeningWay = OpeningWay.SHOWN


def says_something(words: str) -> bool:
    """Whether anybody could read a reason in it: marks that nobody sees, and dots, are none."""
    return any(map(str.isalpha, words))


def open_identity(cases: Cases, case_id: bytes, why: Reason) -> tuple[OpenedCase, Identity] | None:
    """Open name and contact details; empty where nobody has told them, or they were taken back.

    None when the case is closed to this member. Raises as `Cases.note`.
    """
    return _open(cases, case_id, (Part.REPORTER, why), identity_of, Identity())


def open_apart(cases: Cases, case_id: bytes, why: Reason) -> tuple[OpenedCase, ApartAnswers] | None:
    """Open the answers that are kept apart; as `open_identity`."""
    return _open(cases, case_id, (Part.APART, why), _apart_of, {})


def open_letter(
    cases: Cases, case_id: bytes, letter_id: bytes, why: Reason
) -> tuple[OpenedCase, Referral | None] | None:
    """Open who a letter to a centre says that it is; as `open_identity`."""

    def look(opened: OpenedCase) -> Referral | None:
        kept = opened.notebook.find_filed(letter_id)
        letter = kept.content if kept and not kept.newest.deleted else None
        return letter if isinstance(letter, Referral) and letter.person else None

    return _open(cases, case_id, (Part.LETTER, why), look, None, letter_id)


def openings(opened: OpenedCase) -> Sequence[tuple[Filed, Opening]]:
    """Give who opened something of it, when and why, the newest first."""
    found = [(kept.versions[0], told) for kept, told in opened.notebook.of_kind(Opening)]
    return found[::-1]


def has_identity(opened: OpenedCase) -> bool:
    """Say whether it is known who it is: told in the dialogue, or written down by casework."""
    if opened.has_reporter:
        return opened.identity_given
    return bool(identity_rows(opened))


def identity_rows(opened: OpenedCase) -> list[ItemRow]:
    """Give the rows that say who it is, as they lie there."""
    return [row for row in opened.stored.items if row.compartment == "identity"]


def identity_of(opened: OpenedCase) -> Identity:
    """Give name and contact as they stand; what was said at different times is joined."""
    if not has_identity(opened):
        return Identity()
    given = [one for one in opened.items.identities(opened.stored.items) if one.is_given]
    names, contacts = ({one.name for one in given}, {one.contact for one in given})
    return Identity(_joined(names), _joined(contacts))


def write_identity(cases: Cases, case_id: bytes, was: bytes, identity: Identity) -> Done:
    """Write down who it is, where no reporter can; `Identity()` deletes it.

    ``was``: the row of what the page knew, or none; `Done.CHANGED` when it is another one now.
    `Done.TOO_LATE` where a reporter tells, or takes back, who they are by their receipt. Raises
    `KeptError` where a legal hold keeps what would be replaced or deleted.
    """

    def step(opened: OpenedCase) -> Done:
        if opened.has_reporter:
            return Done.TOO_LATE
        before = [row.id for row in identity_rows(opened)]
        if before != ([was] if was else []):
            return Done.CHANGED
        if before:
            check_not_held(opened.registration)
        kind = GIVEN if identity.is_given else WITHDRAWN
        done = deed(Logged.IDENTITY_WRITTEN, opened.inbox, case=case_id, kind=kind)
        with cases.writing(opened, told_by_dialogue(opened), done) as db:
            queries.delete_items(db, case_id, before)
            if identity.is_given:
                opened.items.identity(identity).insert(db)
        return Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU


# -- inside ------------------------------------------------------------------------------------


def _open(
    cases: Cases,
    case_id: bytes,
    asked: tuple[Part, Reason],
    look: Callable[[OpenedCase], _Told],
    nothing: _Told,
    letter: bytes = b"",
) -> tuple[OpenedCase, _Told] | None:
    part, why = asked
    if not says_something(why.words):
        raise ValueError("who it is is not opened without a reason")
    told = Opening(part, why.ground, cases.here.clock.today(), why.words.strip(), why.way, letter)
    form_id = why.form_id or secrets.token_bytes(ID_BYTES)

    def step(opened: OpenedCase) -> tuple[OpenedCase, _Told]:
        seen = look(opened)
        if seen == nothing:
            cases.looking(opened, deed(Logged.CASE_OPENED, opened.inbox, case=case_id))
            return replace(opened, arrears=()), nothing
        return _filed(cases, opened, told, filed_id_of(cases, form_id, told)), seen

    return cases.attempt(case_id, step)


def _filed(cases: Cases, opened: OpenedCase, told: Opening, filed_id: bytes) -> OpenedCase:
    """Log that it is opened and file why; give the case with that."""
    ids = {"case": opened.case.id, "item": filed_id}
    done = deed(ACTS[told.part], opened.inbox, ground=told.ground, way=told.way, **ids)
    before = opened.notebook.find_filed(filed_id)
    if before is not None:
        cases.looking(opened, done)
        return replace(opened, arrears=())
    now = cases.here.clock.now().replace(microsecond=0)
    filed = Filed(filed_id, 1, cases.keyring.member_id, now, told)
    everything = (*opened.notebook.all_filed, KeptFiled([filed], [filed_id]))
    registration = told_by_dialogue(opened)
    with opening(), cases.writing(opened, registration, done, filed=everything) as db:
        seal_filed(opened.items, filed, filed_id).insert(db)
    return replace(
        opened,
        notebook=replace(opened.notebook, all_filed=everything),
        registration=registration,
        version=opened.version + 1,
        arrears=(),
    )


def _apart_of(opened: OpenedCase) -> ApartAnswers:
    answers: dict[str, set[str]] = {}
    for identity in opened.items.identities(opened.stored.items):
        for name, values in identity.answers.items():
            answers.setdefault(name, set()).update(values)
    return {name: tuple(sorted(values)) for name, values in answers.items()}


def _joined(values: set[str]) -> str:
    """Join what was said at different times; their order is not stored."""
    return " / ".join(sorted(filter(None, values)))
