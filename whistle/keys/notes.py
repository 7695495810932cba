"""Notes: what advisers write for each other. The reporter never has the key that opens them.

A note is a row of versions, each an item of the casework compartment; nothing is overwritten. A
deletion is a version, too, until the note's items are erased.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self, TypeVar

from whistle.crypto.errors import ContentError, SealingError
from whistle.domain.conversation import Conversation
from whistle.domain.registration import DUE_IN_DIALOGUE, Due
from whistle.keys import recusals
from whistle.keys.canonical import (
    Json,
    as_bytes,
    as_moment,
    as_number,
    as_object,
    as_string,
    as_truth,
    check_fields,
    dump,
    load,
    write_bytes,
    write_moment,
)
from whistle.keys.cases import CaseItems, Compartment
from whistle.keys.filed import KINDS, Content, Filed, KeptFiled, dues_of, in_order
from whistle.keys.recusals import Recusal
from whistle.keys.shapes import from_json, to_json
from whistle.storage.rows import ItemRow
from whistle.storage.tables import ID_BYTES

_Content = TypeVar("_Content", bound=Content)
_KIND = "note"
_FIELDS = ("about", "author", "deleted", "kind", "note", "text", "version", "written")
_NOTHING_TOLD = Conversation()


@dataclass(frozen=True, slots=True, repr=False)
class Note:
    """One version of a note.

    ``note_id`` and ``author`` (a member): 16 bytes. ``version`` counts from 1. ``written``: UTC
    without zone, whole seconds. ``about``: whether it tells of a talk.
    """

    note_id: bytes
    version: int
    author: bytes
    written: datetime
    text: str
    deleted: bool = False
    about: Conversation = _NOTHING_TOLD

    def encode(self) -> bytes:
        """Give canonical JSON; ``about`` is left out where it says nothing."""
        record: dict[str, object] = {
            "kind": _KIND,
            "note": write_bytes(self.note_id),
            "version": self.version,
            "author": write_bytes(self.author),
            "written": write_moment(self.written),
            "text": self.text,
            "deleted": self.deleted,
        }
        if self.about != _NOTHING_TOLD:
            record["about"] = to_json(self.about)
        return dump(record)

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """Read what `encode` wrote, or raise `ContentError`."""
        return cls.read(load(encoded))

    @classmethod
    def read(cls, record: Json) -> Self:
        """Read the record of a note, or raise `ContentError`."""
        told = "about" in record
        check_fields({"about": {}, **record}, *_FIELDS)
        version = as_number(record["version"])
        about = from_json(Conversation, as_object(record.get("about", {})))
        if record["kind"] != _KIND or version < 1 or told == (about == _NOTHING_TOLD):
            raise ContentError("not a note")
        return cls(
            as_bytes(record["note"], ID_BYTES),
            version,
            as_bytes(record["author"], ID_BYTES),
            as_moment(record["written"]),
            as_string(record["text"]),
            as_truth(record["deleted"]),
            about,
        )


@dataclass(frozen=True, slots=True)
class KeptNote:
    """A note with all its versions, oldest first, and the rows they lie in."""

    versions: Sequence[Note]
    row_ids: Sequence[bytes]

    @property
    def newest(self) -> Note:
        """What the note says now."""
        return self.versions[-1]

    @property
    def note_id(self) -> bytes:
        """The note's own id, the same in every version."""
        return self.newest.note_id


@dataclass(frozen=True, slots=True)
class Notebook:
    """A case's notes, newest first. ``damaged``: how many items do not open.

    ``recusals``: who was left out and when it was handed back, oldest first. ``all_filed``: what
    else is filed, oldest first, with what is deleted. ``damaged_rows``: those that do not open.
    """

    notes: Sequence[KeptNote]
    damaged: int = 0
    recusals: Sequence[Recusal] = ()
    all_filed: Sequence[KeptFiled] = ()
    damaged_rows: Sequence[bytes] = ()

    def find(self, note_id: bytes) -> KeptNote | None:
        """Give a note by its id, a deleted one, too."""
        return next((note for note in self.notes if note.note_id == note_id), None)

    @property
    def shown(self) -> Sequence[KeptNote]:
        """The notes that are not deleted."""
        return [note for note in self.notes if not note.newest.deleted]

    @property
    def deleted(self) -> Sequence[KeptNote | KeptFiled]:
        """The notes, and what else is filed, that wait to be erased."""
        everything: tuple[KeptNote | KeptFiled, ...] = (*self.notes, *self.all_filed)
        return [one for one in everything if one.newest.deleted]

    @property
    def filed(self) -> Sequence[KeptFiled]:
        """What is filed and not deleted, oldest first."""
        return [one for one in self.all_filed if not one.newest.deleted]

    def of_kind(self, kind: type[_Content]) -> Sequence[tuple[KeptFiled, _Content]]:
        """Give what is filed of one kind, oldest first."""
        return [(one, one.content) for one in self.filed if isinstance(one.content, kind)]

    def dues(self, filed: Sequence[KeptFiled], before: Iterable[Due]) -> tuple[Due, ...]:
        """Give what has a date when ``filed`` is all that is filed; ``before``: what had one.

        While something does not open, what is not changed keeps the date it had: what was read of
        it may be too old, or nothing. What the dialogue has dates for keeps them.
        """
        if not self.damaged:
            told = [due for due in before if due.kind in DUE_IN_DIALOGUE]
            return tuple(sorted((*dues_of(filed), *told), key=in_order))
        new = [one for one in filed if one not in self.all_filed]
        gone = [one for one in self.all_filed if one not in filed]
        touched = {one.filed_id for one in (*new, *gone)}
        kept = [due for due in before if due.item not in touched]
        return tuple(sorted((*kept, *dues_of(new)), key=in_order))

    def find_filed(self, filed_id: bytes) -> KeptFiled | None:
        """Give something filed by its id, what is deleted, too."""
        return next((one for one in self.all_filed if one.filed_id == filed_id), None)


def seal_note(items: CaseItems, note: Note, row_id: bytes) -> ItemRow:
    """Box a version of a note; only who has the inbox can open it."""
    return items.seal(Compartment.CASEWORK, note.encode(), item_id=row_id)


def open_notes(items: CaseItems, rows: Iterable[ItemRow]) -> Notebook:
    """Open the notes among ``rows``. One that does not open hides none of the others.

    Recusals are in the order of their generations, as each gives the case another one: clocks may
    stand still, or be set back.
    """
    versions: dict[bytes, list[tuple[Note, bytes]]] = {}
    filed: dict[bytes, list[tuple[Filed, bytes]]] = {}
    recused: list[tuple[int, Recusal]] = []
    damaged: list[bytes] = []
    for row in rows:
        if row.compartment != Compartment.CASEWORK:
            continue
        try:
            record = load(items.open(row))
            kind = as_string(record.get("kind"))
            if kind == recusals.KIND:
                recused.append((row.generation, Recusal.read(record)))
                continue
            if kind in KINDS:
                one = Filed.read(record)
                filed.setdefault(one.filed_id, []).append((one, row.id))
                continue
            note = Note.read(record)
        except SealingError:
            damaged.append(row.id)
        else:
            versions.setdefault(note.note_id, []).append((note, row.id))
    recused.sort(key=lambda one: one[0])
    told = tuple(recusal for _, recusal in recused)
    return Notebook(_kept(versions), len(damaged), told, tuple(_kept_filed(filed)), damaged)


def _kept(versions: Mapping[bytes, list[tuple[Note, bytes]]]) -> list[KeptNote]:
    kept = []
    for each in versions.values():
        each.sort(key=lambda entry: (entry[0].version, entry[1]))
        kept.append(KeptNote([note for note, _ in each], [row_id for _, row_id in each]))
    kept.sort(key=lambda note: (note.versions[0].written, note.note_id), reverse=True)
    return kept


def _kept_filed(versions: Mapping[bytes, list[tuple[Filed, bytes]]]) -> list[KeptFiled]:
    kept = []
    for each in versions.values():
        each.sort(key=lambda entry: (entry[0].version, entry[1]))
        kept.append(KeptFiled([filed for filed, _ in each], [row_id for _, row_id in each]))
    kept.sort(key=lambda one: (one.versions[0].written, one.filed_id))
    return kept
