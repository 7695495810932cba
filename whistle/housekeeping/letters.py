"""Checkpoints by mail. Every letter has the same shape: it tells that the day is over, no more."""

from datetime import date, timedelta

from sqlalchemy import update

from whistle.housekeeping.house import House
from whistle.mail import Letter, MailError, send
from whistle.storage.log import CheckpointRow
from whistle.storage.log_tables import log_checkpoints

TRIED = timedelta(days=7)  # a later checkpoint tells all that an older one does
_TEXT = """\
Her er kontrolpunktet for Whistles log den {day}. Gem mailen: med den kan du senere vise, om \
nogen har ændret det, der stod i loggen.

This is the checkpoint of Whistle's log of {day}. Keep this letter: with it you can later show \
whether anybody has changed what stood in the log.

{note}"""
_column = log_checkpoints.c


def mail_checkpoints(here: House) -> list[str]:
    """Mail the checkpoints that were not mailed yet, the oldest first; give what went wrong.

    What could not be sent is tried again in the next run, for a week.
    """
    if here.mail is None:
        return []
    today = here.clock.today()
    query = CheckpointRow.select(_column.mailed.is_(None), _column.day >= today - TRIED)
    with here.store.read() as db:
        waiting = CheckpointRow.all(db, query.order_by(_column.day))
    trouble: list[str] = []
    for row in waiting:
        try:
            refused = send(here.mail.server, letter(row, here.mail.checkpoints_to))
        except MailError as error:
            return [*trouble, f"the checkpoint of {row.day} could not be mailed: {error}"]
        trouble += [f"the mail server does not take letters to {one}" for one in refused]
        _mailed(here, row.day, today)
    return trouble


def letter(row: CheckpointRow, to: tuple[str, ...]) -> Letter:
    """Write the letter about a checkpoint."""
    return Letter(
        to,
        f"Whistle: {row.day}",
        _TEXT.format(day=row.day, note=row.note.decode()),
        (f"checkpoint-{row.day}.txt", row.note),
    )


def _mailed(here: House, day: date, today: date) -> None:
    with here.store.write() as db:
        db.execute(update(log_checkpoints).where(_column.day == day).values(mailed=today))
