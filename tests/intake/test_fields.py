"""A door's own fields: each kind is taken as it was meant, and a refused form keeps everything."""

import re

import pytest
from werkzeug.test import TestResponse

from tests.support.office import Office, Reporter, a_file, hidden_fields
from whistle.domain.channel import Channel
from whistle.intake.forms import ReportForm

MESSAGE = "Min sag."


def send(reporter: Reporter, channel: str, **fields: object) -> TestResponse:
    form = reporter.form(channel)
    return reporter.post(f"/da/report/{channel}", {**form, "text": MESSAGE, **fields})


def stored(office: Office, receipt: str) -> dict[str, tuple[str, ...]]:
    opened = office.work_of(office.adviser).open(office.case_of(receipt))
    assert opened is not None
    return dict(opened.messages[0].answers)


def cases(office: Office) -> int:
    return sum(len(inbox.cases) for inbox in office.work_of(office.adviser).inboxes())


def chosen(page: str, name: str) -> list[str]:
    """Give the values that are chosen in a field of a page."""
    inputs = re.findall(rf'<input[^>]* name="{name}" value="([^"]*)" checked>', page)
    select = re.search(rf'<select[^>]* name="{name}".*?</select>', page, re.DOTALL)
    options = re.findall(r'value="([^"]*)" selected', select.group()) if select else []
    return [value for value in inputs + options if value]


@pytest.mark.parametrize(
    ("channel", "name", "sent", "answer"),
    [
        ("whistleblower", "relation", "supplier", ("supplier",)),
        ("whistleblower", "when", "siden påske", ("siden påske",)),
        ("whistleblower", "who", "Min leder\r\nog hans", ("Min leder\nog hans",)),
        ("council", "behaviour", ["threat", "touch"], ("touch", "threat")),
        ("council", "consent", ["police"], ("police",)),
        ("council", "repeated", "yes", ("yes",)),
        ("citizen", "centre", "bl", ("bl",)),
        ("citizen", "happened", "2026-05-13", ("2026-05-13",)),
        ("citizen", "happened", "13/5/2026", ("2026-05-13",)),
    ],
)
def test_each_kind_of_field_is_sealed_with_the_report(
    office: Office, channel: str, name: str, sent: object, answer: tuple[str, ...]
) -> None:
    reporter = office.reporter()
    form = reporter.form(channel)
    sent_form = {**form, "text": MESSAGE, name: sent}
    assert reporter.post(f"/da/report/{channel}", sent_form).status_code == 200
    assert stored(office, form["receipt"]) == {name: answer}


@pytest.mark.parametrize("channel", ["whistleblower", "council", "citizen"])
def test_nothing_but_the_text_has_to_be_answered(office: Office, channel: str) -> None:
    reporter = office.reporter()
    form = reporter.form(channel)
    blank = {
        field.id: "" for field in office.installation.profile.channels[Channel(channel)].fields
    }
    sent = {**form, "text": MESSAGE, **blank}
    assert reporter.post(f"/da/report/{channel}", sent).status_code == 200
    assert stored(office, form["receipt"]) == {}


@pytest.mark.parametrize(
    ("channel", "name", "sent"),
    [
        ("whistleblower", "relation", "king"),
        ("whistleblower", "relation", ["employee", "former"]),
        ("whistleblower", "when", "x" * 1_001),
        ("whistleblower", "when", ["i går", "i dag"]),
        ("whistleblower", "who", "x" * 20_001),
        ("council", "behaviour", ["threat", "<script>alert(1)</script>"]),
        ("council", "repeated", "'; DROP TABLE item; --"),
        ("citizen", "centre", "\x00"),
        ("citizen", "happened", "31-02-2026"),
        ("citizen", "happened", "engang"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_and_nothing_is_lost(
    office: Office, channel: str, name: str, sent: object
) -> None:
    answer = send(office.reporter(), channel, **{name: sent})
    assert answer.status_code == 422
    assert MESSAGE in answer.text
    assert f'href="#answer-{name}"' in answer.text
    assert f'id="answer-{name}"' in answer.text
    assert '<details class="details more" open>' in answer.text
    assert "<script>alert" not in answer.text
    assert cases(office) == 0


def test_a_refused_form_keeps_every_value_that_was_chosen(office: Office) -> None:
    answer = send(
        office.reporter(),
        "council",
        text=" ",
        part="witness",
        behaviour=["bullying", "digital"],
        context="I gruppens chat <her>",
        repeated="no",
        consent=["lawyer", "support"],
        files=[a_file(name="chat.png")],
    )
    assert answer.status_code == 422
    assert chosen(answer.text, "part") == ["witness"]
    assert chosen(answer.text, "behaviour") == ["bullying", "digital"]
    assert chosen(answer.text, "repeated") == ["no"]
    assert chosen(answer.text, "consent") == ["lawyer", "support"]
    assert "I gruppens chat &lt;her&gt;" in answer.text
    assert "chat.png" in answer.text


def test_a_refused_form_keeps_a_list_a_day_and_a_long_answer(office: Office) -> None:
    reporter = office.reporter()
    citizen = send(reporter, "citizen", text="", centre="tm", happened="2026-05-13")
    assert chosen(citizen.text, "centre") == ["tm"]
    assert 'value="2026-05-13"' in citizen.text
    other = send(reporter, "whistleblower", text="", who="\nEn\n\nto")
    assert re.search(r"<textarea[^>]* name=\"who\"[^>]*>\n\nEn\n\nto</textarea>", other.text)


def test_a_field_that_this_door_does_not_have_is_told_and_kept(office: Office) -> None:
    """The profile may have changed while somebody wrote."""
    answer = send(office.reporter(), "citizen", behaviour="noget vigtigt")
    assert answer.status_code == 422
    assert "noget vigtigt" in answer.text
    assert cases(office) == 0


def test_other_answers_under_a_used_receipt_are_other_content(office: Office) -> None:
    reporter = office.reporter()
    form = {**reporter.form(), "text": MESSAGE}
    assert reporter.post("/da/report/citizen", {**form, "centre": "bl"}).status_code == 200
    assert reporter.post("/da/report/citizen", {**form, "centre": "bl"}).status_code == 200
    conflict = reporter.post("/da/report/citizen", {**form, "centre": "so"})
    assert conflict.status_code == 409
    assert chosen(conflict.text, "centre") == ["so"]


def test_answers_are_added_in_words_to_a_report_that_was_sent(office: Office) -> None:
    reporter = office.reporter()
    form = reporter.form()
    reporter.post("/da/report/citizen", {**form, "text": MESSAGE})
    changed = {"text": "Mere", "centre": "so", "wanted": ["rules", "complain"]}
    offered = hidden_fields(reporter.post("/da/report/citizen", {**form, **changed}).text)
    added = reporter.post("/da/report/citizen", {**offered, **changed, "decision": "add"})
    assert added.status_code == 200
    opened = office.work_of(office.adviser).open(office.case_of(form["receipt"]))
    assert opened is not None
    text = opened.messages[1].text
    assert text.startswith("Mere\n")
    assert "Sund & Omsorg" in text
    assert "At kende reglerne, Hjælp til at klage" in text


def test_no_field_has_the_name_of_something_every_form_has(office: Office) -> None:
    """Fields have attributes of their own in the form, so that any identifier is safe."""
    del office
    assert not any(name.startswith("answer_") for name in dir(ReportForm))


# -- CPR numbers -------------------------------------------------------------------------------

NUMBER = "010190-1234"


@pytest.mark.parametrize(
    ("channel", "name", "where"),
    [
        ("citizen", "text", "text"),
        ("citizen", "name", "name"),
        ("citizen", "contact", "contact"),
        ("whistleblower", "when", "answer-when"),
        ("whistleblower", "witnesses", "answer-witnesses"),
        ("council", "context", "answer-context"),
    ],
)
def test_a_cpr_number_comes_back_with_a_warning_that_names_the_field(
    office: Office, channel: str, name: str, where: str
) -> None:
    answer = send(office.reporter(), channel, **{name: f"Det er {NUMBER}."})
    assert answer.status_code == 422
    assert f'<li><a href="#{where}">' in answer.text
    assert f'id="{where}"' in answer.text
    warning = answer.text.split('id="cpr-warning"')[1].split("</div>")[0]
    assert NUMBER not in warning
    assert answer.text.count(NUMBER) == 1, "in the field, to be mended, and nowhere else"
    assert cases(office) == 0


def test_a_cpr_number_can_be_taken_out(office: Office) -> None:
    reporter = office.reporter()
    first = send(reporter, "citizen", text=f"Mit nummer er {NUMBER}.", centre="bl")
    assert chosen(first.text, "centre") == ["bl"]
    again = {**hidden_fields(first.text), "text": "Mit nummer siger jeg ikke.", "centre": "bl"}
    assert reporter.post("/da/report/citizen", again).status_code == 200


def test_a_cpr_number_can_be_sent_all_the_same(office: Office) -> None:
    reporter = office.reporter()
    text = f"Mit nummer er {NUMBER}."
    first = send(reporter, "citizen", text=text)
    form = hidden_fields(first.text)
    assert 'name="accept_cpr"' in first.text
    sent = reporter.post("/da/report/citizen", {**form, "text": text, "accept_cpr": "y"})
    assert sent.status_code == 200
    opened = office.work_of(office.adviser).open(office.case_of(form["receipt"]))
    assert opened is not None
    assert opened.messages[0].text == text


def test_who_writes_no_cpr_number_never_meets_the_question(office: Office) -> None:
    page = office.reporter().get("/da/report/citizen").text
    assert "accept_cpr" not in page
    assert send(office.reporter(), "citizen", text="Ring 56 57 57 57.").status_code == 200


def test_a_warning_comes_together_with_what_else_is_wrong(office: Office) -> None:
    answer = send(office.reporter(), "citizen", text=f"Nr. {NUMBER}", centre="nowhere")
    assert 'id="cpr-warning"' in answer.text
    assert 'href="#answer-centre"' in answer.text
