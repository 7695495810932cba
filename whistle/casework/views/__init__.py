"""The pages of casework."""

from whistle.casework.views import acts, case, inboxes, log, notes, recusal, rotation
from whistle.casework.views.blueprint import blueprint

__all__ = ["acts", "blueprint", "case", "inboxes", "log", "notes", "recusal", "rotation"]
