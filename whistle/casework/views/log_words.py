"""The log in plain words: who did what, and to what."""

from collections.abc import Mapping
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from whistle.casework.acts import Undoable
from whistle.casework.log import ReadEntry
from whistle.domain.logged import Actor, Logged
from whistle.signed_in import role_title
from whistle.web import long_date

LISTED_CASES = {
    Logged.INBOX_LISTED: _l("Looked at the list of cases"),
    Logged.CASE_OPENED: _l("Opened the case"),
    Logged.IDENTITY_OPENED: _l("Opened who the reporter is"),
    Logged.ANSWERS_OPENED: _l("Opened what is kept apart"),
    Logged.IDENTITY_WRITTEN: _l("Wrote down, or deleted, who it is"),
    Logged.FILE_OPENED: _l("Opened a file"),
    Logged.ANSWERED: _l("Answered the reporter"),
    Logged.CASE_CLOSED: _l("Closed the case"),
    Logged.CASE_REOPENED: _l("Opened the case again"),
    Logged.CASE_MARKED: _l("Marked the case"),
    Logged.CASE_TITLED: _l("Gave the case a title"),
    Logged.UNDONE: _l("Took something back"),
    Logged.NOTE_OPENED: _l("Opened a note"),
    Logged.NOTE_WRITTEN: _l("Wrote a note"),
    Logged.NOTE_CHANGED: _l("Changed a note"),
    Logged.NOTE_DELETED: _l("Deleted a note"),
    Logged.RECUSED: _l("Passed the case to the reserve"),
    Logged.HANDED_BACK: _l("Handed the case back"),
}
REGISTERED = {
    Logged.CASE_ENTERED: _l("Entered a case"),
    Logged.RECEIPT_GIVEN: _l("Said that the receipt is printed"),
    Logged.TEXT_PUT: _l("Put a text to the reporter"),
    Logged.APPROVAL_NOTED: _l("Noted that the reporter approved a text"),
    Logged.TEXT_SENT: _l("Noted that a complaint was sent"),
    Logged.TEXT_DROPPED: _l("Laid a text aside"),
    Logged.CASE_REGISTERED: _l("Registered the case"),
    Logged.CASE_LINKED: _l("Linked the case to another"),
    Logged.CASE_HELD: _l("Put a legal hold on the case"),
    Logged.CASE_RELEASED: _l("Ended the legal hold on the case"),
    Logged.CASE_ERASED: _l("Erased a case"),
    Logged.CONTENT_ERASED: _l("Erased what has nothing to do with the case"),
    Logged.DAMAGED_ERASED: _l("Erased what does not open"),
    Logged.FILED: _l("Filed something"),
    Logged.FILED_CHANGED: _l("Changed something filed"),
    Logged.FILED_DELETED: _l("Deleted something filed"),
    Logged.FILED_OPENED: _l("Opened something filed"),
    Logged.LETTER_MADE: _l("Made a letter"),
    Logged.DATES_LISTED: _l("Looked at the list of dates"),
    Logged.ACCESS_LISTED: _l("Looked at the register of requests for access"),
    Logged.CASES_SEARCHED: _l("Searched the cases"),
    Logged.CASES_IMPORTED: _l("Imported enquiries"),
    Logged.CASE_EXPORTED: _l("Exported the case"),
    Logged.REGISTRATIONS_EXPORTED: _l("Exported all registrations"),
    Logged.REPORT_PUBLISHED: _l("Published a report"),
    Logged.ENQUIRIES_COUNTED: _l("Counted the enquiries for a report"),
    Logged.COUNTS_RELEASED: _l("Released counts for the report"),
    Logged.COUNTS_TAKEN_BACK: _l("Took released counts back"),
    Logged.BOOK_OPENED: _l("Opened the office's book"),
    Logged.BOOK_WRITTEN: _l("Wrote in the office's book"),
    Logged.BOOK_CHANGED: _l("Changed something in the office's book"),
    Logged.BOOK_DELETED: _l("Struck something out of the office's book"),
    Logged.DOCUMENT_PUBLISHED: _l("Published something"),
    Logged.DOCUMENT_TAKEN_DOWN: _l("Took down something that was public"),
}
COMING_AND_GOING = {
    Logged.SIGNED_IN: _l("Signed in"),
    Logged.SIGNED_OUT: _l("Signed out"),
    Logged.PROVED: _l("Showed passphrase and second factor again"),
    Logged.SESSION_ENDED: _l("Ended a session of their own"),
    Logged.LOCKED: _l("Locked at once"),
    Logged.UNLOCKED: _l("Unlocked their keys for a command"),
    Logged.KEY_FILE_USED: _l("Used a key file"),
    Logged.WRONG_CODE: _l("Gave a wrong code after the right passphrase"),
    Logged.WRONG_CODES_SEEN: _l("Saw that wrong codes had been given"),
}
WAYS_IN = {
    Logged.PASSPHRASE_CHANGED: _l("Changed their passphrase"),
    Logged.APP_SET: _l("Chose an authenticator app"),
    Logged.BACKUP_CODES_MADE: _l("Made backup codes"),
    Logged.PASSKEY_ADDED: _l("Added a passkey"),
    Logged.PASSKEY_OPENS: _l("Let a passkey unlock"),
    Logged.PASSKEY_REMOVED: _l("Removed a passkey"),
    Logged.KEY_FILE_MADE: _l("Made a key file"),
    Logged.KEY_FILE_REVOKED: _l("Revoked a key file"),
    Logged.KEYS_PUT_RIGHT: _l("Put their stored public keys right"),
    Logged.LANGUAGE_CHOSEN: _l("Chose a language"),
}
MEMBERS_AND_KEYS = {
    Logged.INVITED: _l("Invited somebody"),
    Logged.INVITATION_WITHDRAWN: _l("Took an invitation back"),
    Logged.INVITATION_ACCEPTED: _l("Accepted an invitation"),
    Logged.INVITATION_REFUSED: _l("Gave a wrong code for an invitation"),
    Logged.INBOX_FOUNDED: _l("Founded an inbox"),
    Logged.INBOX_CONFIRMED: _l("Confirmed an inbox"),
    Logged.LET_IN: _l("Let somebody into an inbox"),
    Logged.LEFT: _l("Ended somebody’s access"),
    Logged.SETTLED: _l("Gave an inbox new keys after somebody left"),
    Logged.KEYS_RENEWED: _l("Renewed their own keys"),
    Logged.INBOX_KEYS_RENEWED: _l("Gave an inbox new keys"),
    Logged.CASES_RENEWED: _l("Gave cases their inbox’s new keys"),
    Logged.RECOVERY_KEY_SET: _l("Set a recovery key"),
    Logged.RECOVERY_APPLIED: _l("Brought access back with a recovery key"),
}
THE_LOG = {
    Logged.LOG_READ: _l("Read the log"),
    Logged.LOG_HANDED_OUT: _l("Made a page of the log for the person concerned"),
    Logged.LOG_EXPORTED: _l("Saved a copy of the log"),
    Logged.DAY_CAME_IN: _l("Noted what had come in"),
    Logged.BACKED_UP: _l("Began a backup"),
    Logged.RESTORED: _l("Restored a backup"),
    Logged.SET_UP: _l("Set the installation up"),
}
GROUPS = (
    (_l("Cases"), LISTED_CASES),
    (_l("Registering, filing and finding"), REGISTERED),
    (_l("Coming and going"), COMING_AND_GOING),
    (_l("Own ways in"), WAYS_IN),
    (_l("Members and keys"), MEMBERS_AND_KEYS),
    (_l("The log and its copies"), THE_LOG),
)
_WORDS = {act: words for _title, group in GROUPS for act, words in group.items()}


def said(act: Logged) -> str:
    """Say what was done, in the language of the request."""
    return str(_WORDS[act])


def actor_title(kind: int, actor: bytes, names: Mapping[bytes, str]) -> str:
    """Say who acted."""
    if kind == Actor.HOUSEKEEPING:
        return _("housekeeping")
    if kind == Actor.COMMAND:
        return _("the server")
    if kind == Actor.INVITED:
        return _("somebody who was invited")
    return names.get(actor, _("somebody without a name here"))


def details_of(entry: ReadEntry, names: Mapping[bytes, str]) -> list[str]:
    """Say what else an entry tells, besides the case and the inbox."""
    if entry.details is None:
        return []
    told = entry.details.about
    people = [names.get(one, "?") for one in (*entry.ids("member"), *entry.ids("members"))]
    number, to, day = told.get("number"), told.get("to"), told.get("day")
    words = (
        role_title(to) if isinstance(to, str) else "",
        _cases(number) if isinstance(number, int) else "",
        _records(told.get("records")),
        _day(day) if isinstance(day, str) else "",
        _filed(told.get("kind")),
        _done(told.get("undone")),
        _marked(told.get("mark")),
        _("a file was checked, nothing was written") if told.get("tried") else "",
        _("with who the reporter is") if told.get("identity") else "",
        _("with a receipt for who told it") if told.get("receipt") else "",
    )
    return [*people, *filter(None, words)]


def _day(text: str) -> str:
    try:
        return long_date(date.fromisoformat(text))
    except ValueError:
        return ""


def _cases(number: int) -> str:
    if number == 0:
        return _("all of them have them; old keys were put away")
    return ngettext("%(num)d case", "%(num)d cases", number)


def _records(number: object) -> str:
    if not isinstance(number, int):
        return ""
    return ngettext("%(num)d anonymised record", "%(num)d anonymised records", number)


def _filed(kind: object) -> str:
    return {
        "referral": _("a referral to a centre"),
        "document": _("a document"),
        "task": _("a task"),
        "consent": _("a consent"),
        "disclosure": _("a disclosure"),
        "access": _("an access request"),
        "competence": _("a doubt about competence"),
        "mediation": _("a mediation"),
        "meeting": _("a meeting"),
        "improvement": _("a proposal for improvement"),
        "wish": _("a wish"),
        "support": _("support"),
        "risk": _("an assessment of risk"),
        "opening": _("that who it is was opened"),
        "masked": _("a masked copy"),
    }.get(str(kind), "")


def _marked(mark: object) -> str:
    return {
        Undoable.UNREAD.value: _("as unread"),
        Undoable.ACKNOWLEDGED.value: _("receipt confirmed in another way"),
        Undoable.FEEDBACK.value: _("feedback given in another way"),
    }.get(str(mark), "")


def _done(undone: object) -> str:
    return {
        Undoable.CLOSED.value: _("that the case was closed"),
        Undoable.REOPENED.value: _("that the case was opened again"),
        Undoable.NOTE_DELETED.value: _("that a note was deleted"),
        Undoable.FILED_DELETED.value: _("that something filed was deleted"),
        Undoable.UNREAD.value: _("that the case was marked as unread"),
        Undoable.ACKNOWLEDGED.value: _("that receipt was confirmed"),
        Undoable.FEEDBACK.value: _("that feedback was given"),
    }.get(str(undone), "")
