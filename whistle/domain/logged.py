"""What the audit log can say was done: a closed list. ``docs/acts.md`` says what each means."""

from enum import IntEnum, StrEnum


class Actor(IntEnum):
    """Who does something, as every entry says openly; a member's id stands beside it."""

    HOUSEKEEPING = 0
    COMMAND = 1  # somebody at the server, by a `whistle` command
    MEMBER = 2
    INVITED = 3  # whoever has an invitation's long code, and is nobody yet


class Logged(StrEnum):
    """An act. Reports and what reporters write are none: a batch a day tells of those."""

    # coming and going
    SIGNED_IN = "signed-in"
    SIGNED_OUT = "signed-out"
    PROVED = "proved"
    SESSION_ENDED = "session-ended"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    KEY_FILE_USED = "key-file-used"
    WRONG_CODE = "wrong-code"
    WRONG_CODES_SEEN = "wrong-codes-seen"
    # one's own ways in
    PASSPHRASE_CHANGED = "passphrase-changed"  # noqa: S105  (an act)
    APP_SET = "app-set"
    BACKUP_CODES_MADE = "backup-codes-made"
    PASSKEY_ADDED = "passkey-added"
    PASSKEY_OPENS = "passkey-opens"
    PASSKEY_REMOVED = "passkey-removed"
    KEY_FILE_MADE = "key-file-made"
    KEY_FILE_REVOKED = "key-file-revoked"
    KEYS_PUT_RIGHT = "keys-put-right"
    LANGUAGE_CHOSEN = "language-chosen"
    # members and keys
    INVITED = "invited"
    INVITATION_WITHDRAWN = "invitation-withdrawn"
    INVITATION_ACCEPTED = "invitation-accepted"
    INVITATION_REFUSED = "invitation-refused"
    INBOX_FOUNDED = "inbox-founded"
    INBOX_CONFIRMED = "inbox-confirmed"
    LET_IN = "let-in"
    LEFT = "left"
    SETTLED = "settled"
    KEYS_RENEWED = "keys-renewed"
    INBOX_KEYS_RENEWED = "inbox-keys-renewed"
    CASES_RENEWED = "cases-renewed"
    RECOVERY_KEY_SET = "recovery-key-set"
    RECOVERY_APPLIED = "recovery-applied"
    # casework
    INBOX_LISTED = "inbox-listed"
    CASE_OPENED = "case-opened"
    IDENTITY_OPENED = "identity-opened"
    ANSWERS_OPENED = "answers-opened"
    IDENTITY_WRITTEN = "identity-written"
    FILE_OPENED = "file-opened"
    ANSWERED = "answered"
    CASE_CLOSED = "case-closed"
    CASE_REOPENED = "case-reopened"
    CASE_MARKED = "case-marked"
    CASE_TITLED = "case-titled"
    UNDONE = "undone"
    NOTE_OPENED = "note-opened"
    NOTE_WRITTEN = "note-written"
    NOTE_CHANGED = "note-changed"
    NOTE_DELETED = "note-deleted"
    RECUSED = "recused"
    HANDED_BACK = "handed-back"
    # registering, filing, finding, bringing in and taking out
    CASE_ENTERED = "case-entered"
    RECEIPT_GIVEN = "receipt-given"
    TEXT_PUT = "text-put"
    APPROVAL_NOTED = "approval-noted"
    TEXT_SENT = "text-sent"
    TEXT_DROPPED = "text-dropped"
    CASE_REGISTERED = "case-registered"
    CASE_LINKED = "case-linked"
    CASE_HELD = "case-held"
    CASE_RELEASED = "case-released"
    CASE_ERASED = "case-erased"
    CONTENT_ERASED = "content-erased"
    DAMAGED_ERASED = "damaged-erased"
    FILED = "filed"
    FILED_CHANGED = "filed-changed"
    FILED_DELETED = "filed-deleted"
    FILED_OPENED = "filed-opened"
    LETTER_MADE = "letter-made"
    DATES_LISTED = "dates-listed"
    ACCESS_LISTED = "access-listed"
    CASES_SEARCHED = "cases-searched"
    CASES_IMPORTED = "cases-imported"
    CASE_EXPORTED = "case-exported"
    REGISTRATIONS_EXPORTED = "registrations-exported"
    # what belongs to no case
    BOOK_OPENED = "book-opened"
    BOOK_WRITTEN = "book-written"
    BOOK_CHANGED = "book-changed"
    BOOK_DELETED = "book-deleted"
    DOCUMENT_PUBLISHED = "document-published"
    DOCUMENT_TAKEN_DOWN = "document-taken-down"
    REPORT_PUBLISHED = "report-published"
    ENQUIRIES_COUNTED = "enquiries-counted"
    # the log, and what keeps it
    LOG_READ = "log-read"
    LOG_HANDED_OUT = "log-handed-out"
    LOG_EXPORTED = "log-exported"
    DAY_CAME_IN = "day-came-in"
    BACKED_UP = "backed-up"
    RESTORED = "restored"
    SET_UP = "set-up"
