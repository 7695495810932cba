"""What is not erased yet, and why; and legal holds, which keep a whole case."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from whistle.audit.log import deed
from whistle.casework.cases import Cases, OpenedCase, told_by_dialogue
from whistle.casework.done import Done
from whistle.casework.kept import Keep, KeptError, check_not_held
from whistle.casework.rights import bounds, kept_until, rests_on
from whistle.domain.erasing import Early
from whistle.domain.logged import Logged
from whistle.domain.registration import DueKind
from whistle.keys.records import Registration


def why_kept(cases: Cases, opened: OpenedCase) -> Keep | None:
    """Say why a closed case is not erased without more ado, if that is so.

    Whoever asks for access is answered first: what is asked for is not erased under their hands.
    """
    known = opened.registration
    if known.held is not None:
        return Keep.HELD
    if any(due.kind is DueKind.ACCESS for due in known.due):
        return Keep.ACCESS
    until = until_day(cases, opened)
    return Keep.EARLY if until and cases.here.clock.today() < until else None


def until_day(cases: Cases, opened: OpenedCase) -> date | None:
    """Give the day from which a closed case may be erased without a reason."""
    return kept_until(bounds(cases, opened), opened)


def check_case(cases: Cases, opened: OpenedCase, early: Early | None) -> Early | None:
    """Raise `KeptError` where a case is kept. Give the reason, where one was needed."""
    why = why_kept(cases, opened)
    if why and not (why is Keep.EARLY and early):
        raise KeptError(why)
    return early if why else None


def check_thing(opened: OpenedCase, filed_id: bytes = b"") -> None:
    """Raise `KeptError` where something in a case is kept; ``filed_id``: which, if it is filed."""
    check_not_held(opened.registration)
    if filed_id and rests_on(opened, filed_id):
        raise KeptError(Keep.RESTED_ON)


def hold(cases: Cases, case_id: bytes, reason: str) -> Done:
    """Keep a case, and all in it, for a legal claim (GDPR art. 17(3)(e)), until it is released.

    ``reason``: in somebody's words. `Done.CHANGED` where it is held for another one already.
    """

    def held(known: Registration) -> Registration | Done:
        if known.held is not None:
            return Done.ALREADY if known.held_for == reason else Done.CHANGED
        return replace(known, held=cases.here.clock.today(), held_for=reason)

    return _write(cases, case_id, Logged.CASE_HELD, held)


def release(cases: Cases, case_id: bytes) -> Done:
    """End a legal hold."""

    def released(known: Registration) -> Registration | Done:
        return Done.ALREADY if known.held is None else replace(known, held=None, held_for="")

    return _write(cases, case_id, Logged.CASE_RELEASED, released)


def _write(
    cases: Cases, case_id: bytes, act: Logged, change: Callable[[Registration], Registration | Done]
) -> Done:
    def step(opened: OpenedCase) -> Done:
        registration = change(told_by_dialogue(opened))
        if isinstance(registration, Done):
            return registration
        done = deed(act, opened.inbox, case=case_id)
        with cases.writing(opened, registration, done, keep_deleted=True):
            return Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU
