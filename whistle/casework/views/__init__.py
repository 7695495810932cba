"""The pages of casework."""

from whistle.casework.views import acts, case, case_nav, inboxes, log, notes, recusal, rights, rotation
from whistle.casework.views.blueprint import blueprint

__all__ = [
    "acts",
    "blueprint",
    "case",
    "case_nav",
    "inboxes",
    "log",
    "notes",
    "recusal",
    "rights",
    "rotation",
]
