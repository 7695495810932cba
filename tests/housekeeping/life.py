"""What happens in an office from day to day, by the real services; and what the log tells of it."""

import random
import secrets
from dataclasses import dataclass, field
from datetime import date

from tests.casework.test_rotation import finish, take
from tests.support.office import Office, a_file
from tests.support.registered import registered
from whistle.audit.entries import open_details
from whistle.casework import acts, notes
from whistle.casework.acts import Closing, Undoable
from whistle.casework.recusal import Declaration, hand_back, recuse
from whistle.casework.service import CaseworkService, OpenedCase
from whistle.crypto.receipt import Receipt
from whistle.domain.logged import Logged
from whistle.domain.recusal import Ground
from whistle.housekeeping.house import House
from whistle.housekeeping.service import Round, keep_house
from whistle.intake.service import IntakeService
from whistle.keys.records import Identity
from whistle.storage import log
from whistle.storage.row_faults import Faulty, faults


def house_of(office: Office) -> House:
    """Give an office to its housekeeping."""
    here = office.installation
    return House(here.store, here.id, office.log_key, clock=here.clock)


@dataclass
class Batches:
    """What the batches of a log tell, all together: digests that are there, and that are gone."""

    there: set[bytes] = field(default_factory=set)
    gone: set[bytes] = field(default_factory=set)
    days: list[date] = field(default_factory=list)


def batches(office: Office) -> Batches:
    """Read every batch of an office's log."""
    told = Batches()
    with office.installation.store.read() as db:
        for entry in log.entries(db):
            if entry.inbox_id != bytes(16):
                continue
            details = open_details(office.installation.id, entry)
            if details.act is not Logged.DAY_CAME_IN:
                continue
            about = details.about
            came, went = (_digests(about[name]) for name in ("came", "went"))
            assert not came & (told.there | told.gone), "a digest came twice"
            assert went <= told.there, "what never came went"
            told.there = (told.there | came) - went
            told.gone |= went
            told.days.append(date.fromisoformat(str(about["day"])))
    return told


def _digests(told: object) -> set[bytes]:
    assert isinstance(told, list)
    assert told == sorted(told)
    return {bytes.fromhex(one) for one in told}


def faults_of(office: Office) -> list[Faulty]:
    """Hold the sealed rows against the log, as an outsider does."""
    told = batches(office)
    with office.installation.store.read() as db:
        return faults(db, told.there, told.gone)


class Life:
    """An office in which things happen; which case and which words is left to chance."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office = office
        self.chance = random.Random(seed)
        self.receipts: list[Receipt] = []
        self.intake = IntakeService(office.installation)
        self.house = house_of(office)

    # -- the reporters -------------------------------------------------------------------------

    def report(self) -> None:
        files = [a_file()] if self.chance.random() < 0.3 else []
        self.receipts.append(Receipt.parse(self.office.reporter().report(files=files)))

    def message(self) -> None:
        self.intake.add_message(self.receipt(), self._form(), "Mere.", ())

    def message_with_a_name(self) -> None:
        self.intake.add_message(self.receipt(), self._form(), "Mere.", (), Identity("Åse", ""))

    def give_identity(self) -> None:
        self.intake.give_identity(self.receipt(), self._form(), Identity("Åse", "12 34"))

    def withdraw_identity(self) -> None:
        self.intake.withdraw_identity(self.receipt(), self._form())

    def new_receipt(self) -> None:
        old, new = self.receipt(), Receipt.random()
        self.intake.replace_receipt(old, new)
        self.receipts[self.receipts.index(old)] = new

    # -- casework ------------------------------------------------------------------------------

    def read(self) -> None:
        self.opened()

    def answer(self) -> None:
        work, opened = self.opened()
        work.answer(opened.case.id, self._form(), "Et svar.", (), is_feedback=False)

    def title(self) -> None:
        work, opened = self.opened()
        was = opened.registration.title
        acts.give_title(work, opened.case.id, f"Titel {self.chance.random()}", was)

    def note(self) -> None:
        work, opened = self.opened()
        notes.write_note(work, opened.case.id, self._form(), "Et notat.")

    def edit(self) -> None:
        work, opened = self.opened()
        for note in opened.notebook.shown[:1]:
            version = note.newest.version
            notes.edit_note(
                work, opened.case.id, note.newest.note_id, version, notes.Edit("Et andet.")
            )

    def delete(self) -> None:
        work, opened = self.opened()
        for note in opened.notebook.shown[:1]:
            notes.delete_note(work, opened.case.id, note.newest.note_id, note.newest.version)

    def close(self) -> None:
        work, opened = self.opened()
        text, note = self.chance.choice(("", "Slut.")), self.chance.choice(("", "Et notat."))
        closing = Closing(self._form(), len(opened.messages), text, note)
        registered(work, opened.case.id)
        acts.close(work, opened.case.id, closing)

    def reopen(self) -> None:
        work, opened = self.opened()
        acts.reopen(work, opened.case.id)

    def unread(self) -> None:
        work, opened = self.opened()
        acts.mark(work, opened.case.id, Undoable.UNREAD)

    def undo(self) -> None:
        work, opened = self.opened()
        acts.undo(work, opened.case.id, work.version(opened.case.id))

    def recuse(self) -> None:
        work, opened = self.opened()
        if work.keyring is self.office.adviser:
            me, seen = work.keyring.member_id, len(opened.messages)
            recuse(work, opened.case.id, Declaration(me, Ground.RELATIVE, "Min søster.", seen))

    def hand_back(self) -> None:
        work, opened = self.opened()
        hand_back(work, opened.case.id, "Var ikke min søster.", len(opened.messages))

    def rotate(self) -> None:
        take(self.office, self.office.adviser)
        finish(self.office, self.office.adviser)

    # -- time ----------------------------------------------------------------------------------

    def hours_pass(self) -> None:
        self.office.later(hours=self.chance.randint(1, 9))

    def a_day_passes(self) -> None:
        self.office.later(days=1)

    def keep_house(self) -> Round:
        return keep_house(self.house)

    # -- inside --------------------------------------------------------------------------------

    def receipt(self) -> Receipt:
        """Choose one of the cases; make one where there is none."""
        if not self.receipts:
            self.report()
        return self.chance.choice(self.receipts)

    def opened(self) -> tuple[CaseworkService, OpenedCase]:
        """Have whoever has a case open it."""
        case_id = self.office.case_of(self.receipt().show())
        for keyring in (self.office.adviser, self.office.reserve):
            work = self.office.work_of(keyring)
            opened = work.open(case_id)
            if opened:
                return work, opened
        raise AssertionError("nobody has the case")

    @staticmethod
    def _form() -> bytes:
        return secrets.token_bytes(32)


ACTS = tuple(name for name in vars(Life) if name[0] != "_" and name not in {"receipt", "opened"})
