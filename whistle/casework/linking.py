"""Links between cases: somebody came back, or it is about the same. And declining to go on.

Stevns' report to March 2021, 1.3: who contacts the adviser again may have the case looked into; the
adviser has no duty to, and says why not.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from whistle.audit.log import Deed, deed
from whistle.casework.cases import Cases, OpenedCase, told_by_dialogue
from whistle.casework.done import Done
from whistle.domain.logged import Logged
from whistle.domain.registration import Link, LinkKind, Override, Rule
from whistle.keys.records import Registration
from whistle.storage import casework as queries

MOST_LINKS = 50


def link(cases: Cases, case_id: bytes, other_id: bytes, kind: LinkKind) -> Done:
    """Link two cases of one inbox, both ways, in one transaction.

    `Done.ALREADY` when they are linked so, `Done.INCOMPLETE` when they lie in different inboxes,
    one of them has `MOST_LINKS`, or it is one case: who reads the one could not read the other.
    `Done.CLOSED_TO_YOU` where one of them does not open. Of two that came on one day, ``case_id``
    is the one with which the enquirer came back.
    """
    return _both(cases, case_id, other_id, lambda one, other: _linked(one, other, kind, case_id))


def unlink(cases: Cases, case_id: bytes, other_id: bytes) -> Done:
    """Take a link away, both ways; `Done.ALREADY` when there is none.

    From this case alone where the other is gone, or closed to this member.
    """
    done = _both(cases, case_id, other_id, _unlinked)
    if done is not Done.CLOSED_TO_YOU:
        return done

    def step(opened: OpenedCase) -> Done:
        registration = _without(opened, other_id)
        if registration.links == opened.registration.links:
            return Done.ALREADY
        alone = deed(Logged.CASE_LINKED, opened.inbox, case=case_id, other=other_id)
        with cases.writing(opened, registration, alone):
            return Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU


def decline(cases: Cases, case_id: bytes, reason: str, was: str = "") -> Done:
    """Note why an enquiry of somebody who came back is not looked into any further.

    It takes the place of an earlier reason; `Done.CHANGED` when that is no longer the one that
    ``was`` on the page.
    """

    def step(opened: OpenedCase) -> Done:
        known = told_by_dialogue(opened)
        before = known.enquiry.reason_for(Rule.DECLINED)
        stands = before.reason if before else ""
        if stands == reason:
            return Done.ALREADY
        if stands != was:
            return Done.CHANGED
        override = Override(Rule.DECLINED, reason, cases.here.clock.today())
        others = (one for one in known.enquiry.overrides if one.rule is not Rule.DECLINED)
        overrides = (*others, override)
        registration = replace(known, enquiry=replace(known.enquiry, overrides=overrides))
        done = deed(Logged.CASE_REGISTERED, opened.inbox, case=case_id, kind=Rule.DECLINED)
        with cases.writing(opened, registration, done):
            return Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU


def received_on(cases: Cases, opened: OpenedCase) -> dict[bytes, date]:
    """Say when the linked cases came, of those that lie in the same inbox still.

    Their dates can be read without a key; nothing of them is opened.
    """
    found = {}
    with cases.here.store.read() as db:
        for one in opened.registration.links:
            stored = queries.get_case(db, one.case)
            if stored and stored.case.inbox_id == opened.inbox.inbox.inbox_id:
                found[one.case] = stored.case.received
    return found


# -- inside ------------------------------------------------------------------------------------

_Pair: TypeAlias = tuple[Registration, Registration]
_Change: TypeAlias = Callable[[OpenedCase, OpenedCase], Done | _Pair]


def _both(cases: Cases, case_id: bytes, other_id: bytes, change: _Change) -> Done:
    """Change two cases in one transaction, the lower id first: who does the reverse waits."""
    if case_id == other_id:
        return Done.INCOMPLETE
    first, second = sorted((case_id, other_id))

    def step(one: OpenedCase) -> Done:
        return cases.attempt(second, lambda other: _write(cases, one, other, change)) or (
            Done.CLOSED_TO_YOU
        )

    return cases.attempt(first, step) or Done.CLOSED_TO_YOU


def _write(cases: Cases, one: OpenedCase, other: OpenedCase, change: _Change) -> Done:
    changed = change(one, other)
    if isinstance(changed, Done):
        return changed
    mine, theirs = changed
    with cases.writing(one, mine, _deed(one, other), _deed(other, one)) as db:
        cases.write_beside(db, other, theirs)
    return Done.YES


def _deed(one: OpenedCase, other: OpenedCase) -> Deed:
    return deed(Logged.CASE_LINKED, one.inbox, case=one.case.id, other=other.case.id)


def _linked(one: OpenedCase, other: OpenedCase, kind: LinkKind, from_id: bytes) -> Done | _Pair:
    if one.inbox.inbox.inbox_id != other.inbox.inbox.inbox_id:
        return Done.INCOMPLETE
    later = max(one.case, other.case, key=lambda case: (case.received, case.id == from_id))
    came_back = kind is LinkKind.RENEWED
    pair = (
        _with(one, Link(other.case.id, kind, earlier=came_back and later is one.case)),
        _with(other, Link(one.case.id, kind, earlier=came_back and later is other.case)),
    )
    if pair[0].links == one.registration.links and pair[1].links == other.registration.links:
        return Done.ALREADY
    if any(len(registration.links) > MOST_LINKS for registration in pair):
        return Done.INCOMPLETE
    return pair


def _unlinked(one: OpenedCase, other: OpenedCase) -> Done | _Pair:
    pair = _without(one, other.case.id), _without(other, one.case.id)
    if pair[0].links == one.registration.links and pair[1].links == other.registration.links:
        return Done.ALREADY
    return pair


def _with(opened: OpenedCase, new: Link) -> Registration:
    links = opened.registration.links
    if any((one.case, one.kind) == (new.case, new.kind) for one in links):
        return told_by_dialogue(opened)
    others = tuple(one for one in links if one.case != new.case)
    return replace(told_by_dialogue(opened), links=(*others, new))


def _without(opened: OpenedCase, case_id: bytes) -> Registration:
    links = tuple(one for one in opened.registration.links if one.case != case_id)
    return replace(told_by_dialogue(opened), links=links)
