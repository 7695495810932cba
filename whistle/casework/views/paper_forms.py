"""What the forms of papers and notes share: choices, standard texts, files that were not taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from whistle.admission import try_again_at
from whistle.domain.conversation import Talk
from whistle.domain.filed import Marking
from whistle.domain.office import LANGUAGES
from whistle.uploads import Refusal, request_uploads
from whistle.web import current_language, this_installation


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose, as a page shows it."""

    value: str
    label: str


def talk_choices() -> list[Choice]:
    """Give what a note can be about."""
    return [
        Choice(Talk.OTHER, _("Just a note")),
        Choice(Talk.TELEPHONE, _("A telephone call")),
        Choice(Talk.MEETING, _("A meeting")),
    ]


def marking_choices() -> list[Choice]:
    """Give what a paper of a whistleblower case is marked as."""
    return [
        Choice(Marking.REPORT, _("§ 25 report: what the whistleblower reported or sent")),
        Choice(Marking.DERIVED, _("Derived case: everything that was gathered afterwards")),
    ]


def marking_title(marking: Marking) -> str:
    """Say how a paper is marked; nothing for one that is not."""
    titles: Mapping[Marking, str] = {
        Marking.REPORT: _("§ 25 report"),
        Marking.DERIVED: _("derived case"),
    }
    return titles.get(marking, "")


@dataclass(frozen=True, slots=True)
class ShownText:
    """A standard text in one language; ``value`` names it in a form."""

    value: str
    label: str
    body: str


@dataclass(frozen=True, slots=True)
class TextsInLanguage:
    """The standard texts in one language."""

    language: str
    title: str
    texts: tuple[ShownText, ...]


def standard_texts() -> Sequence[TextsInLanguage]:
    """Give the profile's standard texts, those in the reader's own language first."""
    texts = this_installation().profile.office.texts
    own = current_language()
    titles = {"da": _("In Danish"), "en": _("In English")}
    if not texts:
        return ()
    return [
        TextsInLanguage(
            language,
            titles[language],
            tuple(
                ShownText(f"{one.id}.{language}", one.label[own], one.body[language])
                for one in texts
            ),
        )
        for language in sorted(LANGUAGES, key=lambda one: one != own)
    ]


def upload_refusal() -> Refusal | None:
    """Say why the files of this request were not taken, if they were not."""
    uploads = request_uploads()
    if uploads.again_at:
        time = try_again_at(uploads.again_at)
        problem = _(
            "Not saved: there is no room for files just now. What you wrote is still below. "
            "Try again at %(time)s.",
            time=time,
        )
        return Refusal(problem, 503)
    if uploads.failed:
        return Refusal(_("Not saved: the file could not be stored just now. Try again."), 503)
    if uploads.refused:
        return Refusal(_("The file is too large. Nothing was saved. Choose a smaller one."), 413)
    return None
