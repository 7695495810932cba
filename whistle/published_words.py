"""What public documents are called, on the page where they are published and on the public one."""

from collections.abc import Mapping

from flask_babel import gettext as _

from whistle.domain.published import DocumentKind


def document_kinds() -> Mapping[DocumentKind, str]:
    """Say what each kind is called, in the order of the public page."""
    return {
        DocumentKind.STATUTES: _("Statutes"),
        DocumentKind.JOB_PROFILE: _("Job profile"),
        DocumentKind.REPORT: _("Annual report"),
        DocumentKind.EVALUATION: _("Evaluation"),
        DocumentKind.RESPONSE: _("The administration’s response"),
        DocumentKind.OTHER: _("Other"),
    }
