"""Three questions about the help, once the case is closed; nobody has to answer."""

from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField
from wtforms.validators import AnyOf

from whistle.crypto.receipt import Receipt
from whistle.domain.satisfaction import CHOICES, Choice, Question
from whistle.intake.satisfaction import is_asked, take
from whistle.intake.service import IntakeService, Outcome
from whistle.intake.views.act_forms import ActForm
from whistle.intake.views.acts import OneAct, answer
from whistle.intake.views.shared import blueprint
from whistle.web import this_installation

_CHOICES = {
    Choice.YES: _l("Yes"),
    Choice.PARTLY: _l("Partly"),
    Choice.NO: _l("No"),
    Choice.UNKNOWN: _l("I do not know"),
}


def _question(asked: Any) -> StringField:
    return StringField(asked, validators=[AnyOf(CHOICES, _l("Choose an answer to each question."))])


class SatisfactionForm(ActForm):
    """What do you say of our help?"""

    heard = _question(_l("Did you feel that we listened to you?"))
    eye_level = _question(_l("Did we meet you as an equal?"))
    content = _question(_l("Were you content with our help, all in all?"))

    @property
    def choices(self) -> dict[Choice, Any]:
        """What can be answered to each, in words."""
        return _CHOICES

    @property
    def least(self) -> int:
        """How many answers at least are opened together."""
        return this_installation().profile.office.satisfaction.least


_FIELDS = {
    Question.HEARD: "heard",
    Question.EYE_LEVEL: "eye_level",
    Question.CONTENT: "content",
}


def _take(_here: IntakeService, receipt: Receipt, _form_id: bytes, form: ActForm) -> Outcome:
    chosen = tuple(Choice(form[_FIELDS[question]].data) for question in Question)
    return take(this_installation(), receipt, chosen)


_SATISFACTION = OneAct(
    "satisfaction",
    SatisfactionForm,
    _take,
    may=lambda dialogue: is_asked(this_installation(), dialogue),
)


@blueprint.route("/receipt/satisfaction", methods=["GET", "POST"])
def satisfaction() -> BaseResponse:
    """How did we do?"""
    return answer(_SATISFACTION)
