"""In whatever order it happens: what stands approved is exactly a version that the reporter saw.

Both doors, new receipts, recusals, handing back and new keys of the inbox, double clicks and stale
pages: a dice decides, the same one in every run.
"""

import random
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date

import pytest

from tests.casework.records import opened_case
from tests.casework.test_rotation import finish, take
from tests.casework.told import write_in
from tests.support.office import Office
from whistle.casework import proposing
from whistle.casework.cases import OpenedCase
from whistle.casework.done import Done
from whistle.casework.proposing import Form, Which
from whistle.casework.recusal import Declaration, hand_back, recuse
from whistle.casework.service import CaseworkService
from whistle.crypto.receipt import Receipt
from whistle.domain.approval import About, Means, Put, PutText, TextKind, texts_in
from whistle.domain.recusal import Ground
from whistle.intake.approving import Shown
from whistle.intake.service import IntakeService, Outcome

DAY = date(2026, 12, 4)
STEPS = 30


@dataclass
class Play:
    """One case, who has it, and what the reporter has seen and said yes to.

    ``seen``: text and recipient of every version that was on a page of theirs, by fingerprint.
    """

    office: Office
    dice: random.Random
    receipt: Receipt = field(default_factory=Receipt.random)
    seen: dict[bytes, tuple[str, str]] = field(default_factory=dict)
    agreed: set[bytes] = field(default_factory=set)
    page: list[PutText] = field(default_factory=list)
    last: Callable[[], Outcome] | None = None
    stale: Receipt | None = None

    def begin(self) -> None:
        self.case = write_in(self.work, self.receipt, form=secrets.token_bytes(8))
        self.with_reserve = False
        self.look()

    @property
    def door(self) -> IntakeService:
        return IntakeService(self.office.installation)

    @property
    def work(self) -> CaseworkService:
        has_it = getattr(self, "with_reserve", False)
        return self.office.work_of(self.office.reserve if has_it else self.office.adviser)

    @property
    def opened(self) -> OpenedCase:
        return opened_case(self.work, self.case)

    # -- the reporter's ------------------------------------------------------------------------

    def look(self) -> None:
        dialogue = self.door.open(self.receipt)
        assert dialogue is not None
        self.page = list(dialogue.texts)
        for text in self.page:
            newest = text.newest
            self.seen[newest.fingerprint] = (newest.text, newest.put.recipient)

    def shown(self) -> Shown:
        text = self.dice.choice(self.page)
        return Shown(text.id, text.newest.fingerprint)

    def approve(self) -> None:
        shown, form = self.shown(), secrets.token_bytes(16)

        def send() -> Outcome:
            return self.door.approve(self.receipt, form, shown)

        if send() is Outcome.RECEIVED:
            self.agreed.add(shown.version)
        self.last = send

    def correct(self) -> None:
        shown, form = self.shown(), secrets.token_bytes(16)
        words = f"Rettelse {self.dice.random()}"

        def send() -> Outcome:
            return self.door.correct(self.receipt, form, shown, words)

        send()
        self.last = send

    def click_again(self) -> None:
        if self.last:
            assert self.last() is not Outcome.RECEIVED

    def replace_receipt(self) -> None:
        new = Receipt.random()
        assert self.door.replace_receipt(self.receipt, new) is Outcome.RECEIVED
        self.receipt, self.stale, self.last = new, self.receipt, None

    def use_the_old_receipt(self) -> None:
        if self.stale:
            form = secrets.token_bytes(16)
            assert self.door.approve(self.stale, form, self.shown()) is Outcome.NO_REPORT

    # -- casework's ----------------------------------------------------------------------------

    def form_now(self) -> Form:
        return Form(secrets.token_bytes(16), len(self.opened.messages), "Ida")

    def form(self) -> Form:
        late = self.dice.random() < 0.2  # a page that was open for too long
        return Form(secrets.token_bytes(16), len(self.opened.messages) - late, "Ida")

    def put(self) -> None:
        texts = texts_in(self.opened.messages)
        known = self.dice.choice(texts).id if self.dice.random() < 0.7 else secrets.token_bytes(16)
        words = self.dice.choice(("Klage A", "Klage B", f"Klage {self.dice.random()}"))
        what = Put(known, TextKind.COMPLAINT, DAY, self.dice.choice(("Nævnet", "Styrelsen")), DAY)
        form = self.form()
        for _ in range(2):  # a double click
            proposing.put(self.work, self.case, form, words, what)

    def note(self) -> None:
        text = self.dice.choice(texts_in(self.opened.messages))
        which = Which(self.case, text.id, text.newest.fingerprint)
        about = About(which.version, Means.VOICE, DAY, "Læst op")
        if proposing.note_approval(self.work, which, self.form(), about) is Done.YES:
            self.seen[which.version] = (text.newest.text, text.newest.put.recipient)  # read aloud
            self.agreed.add(which.version)

    def send(self) -> None:
        text = self.dice.choice(texts_in(self.opened.messages))
        which = Which(self.case, text.id, text.newest.fingerprint)
        done = proposing.note_sent(self.work, which, self.form(), DAY)
        assert done is not Done.YES or text.is_approved

    def pass_on(self) -> None:
        seen = len(self.opened.messages)
        if self.with_reserve:
            done = hand_back(self.work, self.case, "Igen", seen)
        else:
            declared = Declaration(self.office.adviser.member_id, Ground.RELATIVE, "Bror", seen)
            done = recuse(self.work, self.case, declared)
        assert done is Done.YES
        self.with_reserve = not self.with_reserve

    def new_keys(self) -> None:
        take(self.office, self.office.adviser)
        finish(self.office, self.office.adviser)

    # -- what holds ----------------------------------------------------------------------------

    def hold(self) -> None:
        """Hold that both doors see the same, and that nothing stands that was not agreed to."""
        ours = texts_in(self.opened.messages)
        dialogue = self.door.open(self.receipt)
        assert dialogue is not None
        assert list(dialogue.texts) == ours
        for text in ours:
            if text.approved is None:
                continue
            version = text.approved.version
            assert version.fingerprint in self.agreed
            assert self.seen[version.fingerprint] == (version.text, version.put.recipient)


OFTEN = ("look", "look", "approve", "approve", "correct", "click_again", "put", "put")
SELDOM = ("note", "send", "replace_receipt", "use_the_old_receipt", "pass_on", "new_keys")


@pytest.mark.parametrize("seed", range(4))
def test_what_stands_approved_is_a_version_that_the_reporter_saw(office: Office, seed: int) -> None:
    play = Play(office, random.Random(seed))
    play.begin()
    for _ in range(STEPS):
        getattr(play, play.dice.choice(OFTEN + SELDOM))()
        play.hold()
    assert play.agreed  # or this tried nothing


def test_of_a_new_version_and_an_approval_at_once_one_waits_for_the_other(office: Office) -> None:
    play = Play(office, random.Random(1))
    play.begin()
    for number in range(4):
        (text,) = texts_in(play.opened.messages)
        what = Put(text.id, TextKind.REPORT, DAY)
        proposing.put(play.work, play.case, play.form_now(), f"Grundlag {number}", what)
        play.look()
        shown, form = play.shown(), play.form_now()

        def put(what: Put = what, form: Form = form, words: str = f"Referat {number}") -> Done:
            return proposing.put(play.work, play.case, form, words, what)

        def approve(shown: Shown = shown) -> Outcome:
            return play.door.approve(play.receipt, secrets.token_bytes(16), shown)

        with ThreadPoolExecutor(2) as both:
            ours, theirs = both.submit(put), both.submit(approve)
        answers = (ours.result(), theirs.result())
        if answers[1] is Outcome.RECEIVED:
            play.agreed.add(shown.version)
        assert answers in {
            (Done.CHANGED, Outcome.RECEIVED),
            (Done.YES, Outcome.CHANGED),
        }
        positions = [one.position for one in play.opened.messages]
        assert positions == list(range(len(positions)))
        play.hold()
