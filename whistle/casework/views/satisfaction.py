"""What people answered when their case was closed: sums, and nothing else."""

from dataclasses import dataclass
from typing import TypeAlias

from flask import Response, render_template
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework.acts import Done
from whistle.casework.learning.satisfaction import add_waiting, open_satisfaction
from whistle.casework.views.blueprint import act, blueprint, check, found, service
from whistle.casework.views.book_pages import to, told
from whistle.domain.book import Answers
from whistle.domain.satisfaction import Choice, Question, counts_of
from whistle.signed_in import MemberForm, members_only

_QUESTIONS = {
    Question.HEARD: _l("Felt listened to"),
    Question.EYE_LEVEL: _l("Were met as an equal"),
    Question.CONTENT: _l("Were content with the help"),
}
_CHOICES = {
    Choice.YES: _l("Yes"),
    Choice.PARTLY: _l("Partly"),
    Choice.NO: _l("No"),
    Choice.UNKNOWN: _l("Did not know"),
}
_Line: TypeAlias = tuple[str, list[int]]


@dataclass(frozen=True, slots=True)
class ShownYear:
    """A year's sums: for each question, how many chose what."""

    year: int
    people: str
    lines: list[_Line]


@blueprint.get("/satisfaction")
@members_only
def satisfaction() -> BaseResponse:
    """The sums; whether there is more to add up, but not how much."""
    opened = found(lambda: open_satisfaction(service()))
    page = render_template(
        "casework/learning/satisfaction.html",
        years=[_show(one) for one in opened.years],
        choices=[_CHOICES[one] for one in Choice],
        ready=opened.ready,
        least=opened.least,
        done=told(),
    )
    return Response(page)


@blueprint.post("/satisfaction")
@members_only
def add_answers() -> BaseResponse:
    """Add up what waits."""
    check(MemberForm())
    done = act(lambda: add_waiting(service()))
    words = {Done.YES: "added", Done.CHANGED: "changed"}
    return to("casework.satisfaction", words.get(done, "too-few"))


def _show(one: Answers) -> ShownYear:
    people = sum(counts_of(one.counts, Question.HEARD).values())
    return ShownYear(
        one.year,
        ngettext("%(num)d answer", "%(num)d answers", people),
        [
            (str(_QUESTIONS[question]), list(counts_of(one.counts, question).values()))
            for question in Question
        ],
    )
