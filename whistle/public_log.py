"""The log's checkpoints, for everybody: at fixed addresses, and a page that says what they are.

Whoever keeps one can show later whether the log was changed. All that is read here is public.
"""

from datetime import date

from flask import Blueprint, Response, abort, render_template
from sqlalchemy import Connection

from whistle.audit.checkpoints import note_key
from whistle.domain.profile import LANGUAGES
from whistle.storage.log import CheckpointRow, newest_checkpoint
from whistle.storage.log_tables import log_checkpoints
from whistle.web import this_installation

SHOWN = 7  # days on the page

blueprint = Blueprint("public_log", __name__)


@blueprint.get(f"/<any({', '.join(LANGUAGES)}):lang>/log")
def about(lang: str) -> str:  # noqa: ARG001  (the language is read from the path)
    """What is the log, and how do I keep a checkpoint of it?"""
    here = this_installation()
    column = log_checkpoints.c
    newest_first = CheckpointRow.select().order_by(column.size.desc(), column.day.desc())
    with here.store.read() as db:
        rows = CheckpointRow.all(db, newest_first.limit(SHOWN))
    return render_template(
        "public/log.html",
        days=[row.day for row in rows],
        newest=rows[0].note.decode() if rows else "",
        key=note_key(here.id, here.log_public).show(),
    )


@blueprint.get("/log/checkpoint")
def newest() -> Response:
    """Give the newest checkpoint, as a signed note."""
    with this_installation().store.read() as db:
        return _note(newest_checkpoint(db))


@blueprint.get("/log/checkpoint/<day>")
def of_day(day: str) -> Response:
    """Give the checkpoint of a day, ``YYYY-MM-DD``."""
    with this_installation().store.read() as db:
        return _note(_of(db, day))


def _of(db: Connection, told: str) -> CheckpointRow | None:
    try:
        day = date.fromisoformat(told)
    except ValueError:
        return None
    if day.isoformat() != told:  # one address for each
        return None
    return CheckpointRow.first(db, CheckpointRow.select(log_checkpoints.c.day == day))


def _note(row: CheckpointRow | None) -> Response:
    if row is None:
        abort(404)
    return Response(row.note, mimetype="text/plain")
