"""Erasing what does not open, and never will: until then its case can be neither closed nor erased.

Nobody can say what it was. So it is a step of its own, after the backups were asked. It may have
been the end of a consent: so every consent that stands ends with it, and is asked for again.
"""

import secrets
from dataclasses import replace

from whistle.audit.log import deed
from whistle.casework.cases import Cases, OpenedCase, told_by_dialogue
from whistle.casework.done import Done
from whistle.casework.kept import check_not_held
from whistle.domain.filed import Consent
from whistle.domain.logged import Logged
from whistle.keys.filed import Filed, KeptFiled, seal_filed
from whistle.keys.notes import Notebook
from whistle.storage import casework as queries
from whistle.storage import erasing
from whistle.storage.tables import ID_BYTES


def erase_damaged(cases: Cases, case_id: bytes, seen: int) -> Done:
    """Erase the items of casework that do not open; ``seen``: how many the page told of.

    `Done.ALREADY` where everything opens, `Done.CHANGED` where it is another number by now. What
    has a date is read anew from what is left. Raises `KeptError` under a legal hold.
    """

    def step(opened: OpenedCase) -> Done:
        book = opened.notebook
        if not book.damaged:
            return Done.ALREADY
        if book.damaged != seen:
            return Done.CHANGED
        check_not_held(opened.registration)
        known = told_by_dialogue(opened)
        sound = replace(book, damaged=0, damaged_rows=())
        known = replace(known, due=sound.dues(book.all_filed, known.due))
        ended = _ended(cases, sound)
        left = [one for one in book.all_filed if one.filed_id not in ended]
        filed = [*left, *(KeptFiled([one], [b""]) for one in ended.values())]
        done = deed(Logged.DAMAGED_ERASED, opened.inbox, case=case_id, number=seen)
        with cases.writing(replace(opened, notebook=sound), known, done, filed=filed) as db:
            queries.delete_items(db, case_id, book.damaged_rows)
            for one in ended.values():
                seal_filed(opened.items, one, secrets.token_bytes(ID_BYTES)).insert(db)
        return Done.YES

    done = cases.attempt(case_id, step) or Done.CLOSED_TO_YOU
    if done is Done.YES:
        erasing.empty_log(cases.here.store)
    return done


def _ended(cases: Cases, book: Notebook) -> dict[bytes, Filed]:
    """Give the versions that end every consent that stands, by what is filed."""
    now, today = cases.here.clock.now().replace(microsecond=0), cases.here.clock.today()
    return {
        kept.filed_id: Filed(
            kept.filed_id,
            kept.newest.version + 1,
            cases.keyring.member_id,
            now,
            replace(consent, withdrawn=max(today, consent.given)),
        )
        for kept, consent in book.of_kind(Consent)
        if consent.withdrawn is None
    }
