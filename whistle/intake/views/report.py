"""A report's form: it shows the receipt first, takes the report, and answers."""

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property

from flask import Response, abort, render_template, request
from flask_babel import gettext as _

from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Channel
from whistle.domain.disguise import show_controls
from whistle.domain.fields import show_answers
from whistle.intake.forms import ReportForm, report_form
from whistle.intake.service import IntakeService, Outcome, Promise, Received, Report
from whistle.intake.tokens import TokenState
from whistle.intake.views.blank import BlankPages
from whistle.intake.views.session import why_not_added
from whistle.intake.views.shared import (
    FAILURES,
    blueprint,
    door_titles,
    form_tokens,
    not_received,
    read_receipt,
    show_door,
    upload_refusal,
)
from whistle.keys.records import Identity
from whistle.uploads import Limits, request_uploads, takes_files
from whistle.web import current_language, this_installation


@blueprint.route("/report/<channel>", methods=["GET", "POST"])
@takes_files(lambda _before: True)
def report(channel: str) -> Response:
    """Show the form, or take what was sent."""
    if channel not in this_installation().profile.channels:
        abort(404)
    page = _ReportPage(Channel(channel))
    return page.answer() if request.method == "POST" else page.blank()


_BLANK = BlankPages()


class _ReportPage:
    """One showing of a report's form."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.door = show_door(channel)
        self.fields = this_installation().profile.channels[channel].fields
        self.service = IntakeService(this_installation())
        self.tokens = form_tokens()
        self.now = this_installation().clock.now()
        self.problems: list[str] = []
        self.cpr: list[tuple[str, str]] = []
        self.conflict = False
        self.can_add = False

    @cached_property
    def form(self) -> ReportForm:
        """The form with what this request sent; not made for a page that is filled in anew."""
        return report_form(self.fields, current_language())

    def blank(self) -> Response:
        """Show the form with nothing filled in, and a receipt of its own."""
        receipt = Receipt.random()
        page = _BLANK.fill(
            this_installation().profile,
            (self.channel, current_language()),
            self._render,
            receipt=receipt,
            token=self.tokens.for_report(self.channel, receipt, self.now),
        )
        return Response(page)

    def _render(self, receipt: str, token: str) -> str:
        self.form.receipt.data, self.form.token.data = receipt, token
        return render_template(
            "intake/report.html",
            door=self.door,
            titles=door_titles(),
            form=self.form,
            cpr=self.cpr,
            receipt=receipt,
            problems=self.problems,
            lost_files=request_uploads().names(),
            limits=Limits(),
            conflict=self.conflict,
            can_add=self.can_add,
            decision=request.form.get("decision"),
        )

    def show(self, status: int = 200) -> Response:
        """Show the form with what was filled in, and a receipt that is good to send under."""
        self._offer_again()
        receipt = read_receipt(self.form.receipt.data)
        if receipt is None or not self.form.token.data:
            receipt = self._issue(Receipt.random())
        page = self._render(receipt.show(), self.form.token.data or "")
        return Response(page, status=status)

    def answer(self) -> Response:
        """Take what was sent, or show the form again with all of it."""
        if request.form.get("decision") == "add":
            return self._answer_choice()
        receipt = self._checked_receipt(self.form.receipt.data, self.form.token.data)
        if not self._is_fine() or receipt is None:
            return self.show(422)
        return self._attempt(lambda: self._receive(receipt))

    def _is_fine(self) -> bool:
        """Check all that was filled in, at once; what is wrong is told by `show`."""
        is_valid = self.form.validate()
        if not self.form.accept_cpr.data:
            self.cpr = [
                (
                    field.id,
                    self.door.text.text_label if field is self.form.text else field.label.text,
                )
                for field in self.form.with_cpr()
            ]
        unknown = self.form.unknown(dict(request.form.lists()))
        self.problems += [
            _(
                "The form has changed since you opened it, and one field is gone. "
                "Write this in the text instead: %(value)s",
                value=show_controls(value),
            )
            for value in unknown
        ]
        return is_valid and not self.cpr and not unknown

    def _receive(self, receipt: Receipt) -> Response:
        if self._sent_before() and request.form.get("decision") != "new":
            return self.show(409)
        uploads = request_uploads()
        content = Report(
            text=self.form.written,
            identity=self._identity(),
            concerns_adviser=self.form.concerns_adviser.data,
            files=tuple(uploads.finish()),
            answers=self.form.answers(apart=False),
        )
        received = self.service.receive(self.channel, receipt, content)
        if received.outcome is Outcome.OTHER_CONTENT:
            return self._offer_choice(receipt)
        if received.outcome is Outcome.RECEIVED:
            uploads.keep()
        return self._received(receipt, received, len(content.files))

    def _identity(self) -> Identity:
        return Identity(
            self.form.name.data or "",
            self.form.contact.data or "",
            self.form.answers(apart=True),
        )

    def _offer_choice(self, used: Receipt) -> Response:
        """Other content under a used receipt: nothing is stored; the person decides."""
        self.conflict = True
        self.can_add = self._may_add_to(used)
        self.form.previous_receipt.data = used.show()
        self.form.previous_token.data = self.tokens.for_report(self.channel, used, self.now)
        self._issue(Receipt.random())
        return self.show(409)

    def _offer_again(self) -> None:
        """Keep the choice on the page for as long as nothing is stored, whatever was refused."""
        used = self._sent_before()
        if used and not self.conflict:
            self.conflict = True
            with suppress(*FAILURES):
                self.can_add = self._may_add_to(used)

    def _sent_before(self) -> Receipt | None:
        """Give the receipt that was used for other content, if the choice was offered before."""
        used = read_receipt(self.form.previous_receipt.data)
        token = self.form.previous_token.data or ""
        if used is None:
            return None
        state = self.tokens.check_report(self.channel, used, token, self.now)
        return used if state is TokenState.VALID else None

    def _answer_choice(self) -> Response:
        """The person chose to add this to the report that was sent before."""
        receipt = self._checked_receipt(
            self.form.previous_receipt.data, self.form.previous_token.data
        )
        if not self._is_fine() or receipt is None:
            return self.show(422)
        if not self._may_add_to(receipt):
            return self._offer_choice(receipt)
        return self._attempt(lambda: self._add(receipt))

    def _may_add_to(self, used: Receipt) -> bool:
        """Keep what concerns the adviser out of a report that the adviser reads."""
        if not self.form.concerns_adviser.data:
            return True
        return self.service.is_with_reserve(used)

    def _add(self, receipt: Receipt) -> Response:
        uploads = request_uploads()
        files = uploads.finish()
        form_id = receipt.digest_key(this_installation().id)
        outcome = self.service.add_message(
            receipt, form_id, self._with_answers(), files, self._identity()
        )
        refusal = why_not_added(outcome)
        if refusal:
            self.problems.append(refusal.problem)
            self.conflict = True  # and what cannot be added is sent apart, or not at all
            return self.show(409)
        if outcome is Outcome.RECEIVED:
            uploads.keep()
        return self._received(receipt, Received(outcome, self._promise(receipt)), len(files))

    def _promise(self, receipt: Receipt) -> Promise | None:
        """Give what is due; none where it cannot be read just now: what is stored is stored."""
        with suppress(*FAILURES):
            return self.service.promise(receipt)
        return None

    def _with_answers(self) -> str:
        """Give the text and, below it, the answers: a message that is added has no fields."""
        answers = show_answers(self.fields, self.form.answers(apart=False), current_language())
        lines = [f"{answer.label} {', '.join(answer.values)}" for answer in answers]
        return "\n".join([self.form.written, "", *lines]) if lines else self.form.written

    def _attempt(self, act: Callable[[], Response]) -> Response:
        """Do it, or say honestly that it was not done; the text stays in the form either way."""
        refusal = upload_refusal()
        if refusal:
            self.problems.append(refusal.problem)
            return self.show(refusal.status)
        try:
            return act()
        except FAILURES as error:
            self.problems.append(not_received(error))
            return self.show(503)

    def _received(self, receipt: Receipt, received: Received, file_count: int) -> Response:
        again, promise = received.outcome is Outcome.AGAIN, received.promise

        def render(shown: str, _token: str) -> str:
            return render_template(
                "intake/received.html",
                receipt=shown,
                door=self.door,
                again=again,
                promise=promise,
                file_count=file_count,
            )

        page = _BLANK.fill(
            this_installation().profile,
            (self.channel, current_language(), again, promise, file_count),
            render,
            receipt=receipt,
        )
        return Response(page)

    def _checked_receipt(self, shown: str | None, token: str | None) -> Receipt | None:
        """Give the form's own receipt, if we issued it for this door in the last 48 hours."""
        receipt = read_receipt(shown)
        state = (
            self.tokens.check_report(self.channel, receipt, token or "", self.now)
            if receipt
            else TokenState.FORGED
        )
        if state is TokenState.VALID:
            return receipt
        if state is TokenState.EXPIRED and receipt:
            self._issue(receipt)
            self.problems.append(
                _("The page had been open for more than two days. Nothing is lost: send it now.")
            )
        else:
            self._issue(Receipt.random())
            self.problems.append(
                _("The form was not complete. Write down the new receipt, then send again.")
            )
        return None

    def _issue(self, receipt: Receipt) -> Receipt:
        self.form.receipt.data = receipt.show()
        self.form.token.data = self.tokens.for_report(self.channel, receipt, self.now)
        return receipt
