"""What the office did with the invented reports, and with those who called: invented as well.

Each step is done by the services that the pages use, on its day, so that the demonstration shows a
working office: registrations, a case passed on and answered, one that a centre has not answered,
consents, papers, tasks, a request for access, somebody who came back. It is Stevns' office: the
identifiers are those of its profile.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources

from whistle.casework import acts, documents, linking, notes, referring, registering, rights, tasks
from whistle.casework.acts import Closing, Done
from whistle.casework.documents import Description
from whistle.casework.entering import NewCase, case_id_of, enter
from whistle.casework.exchange.importing import Files, import_files
from whistle.casework.filing import Place
from whistle.casework.service import CaseworkService
from whistle.domain.access import answer_by
from whistle.domain.channel import Channel
from whistle.domain.filed import (
    AccessLaw,
    AccessRequest,
    Consent,
    Disclosure,
    DisclosureGround,
    Marking,
    Referral,
)
from whistle.domain.referral import reply_by
from whistle.domain.registration import Enquiry, Issue, LinkKind
from whistle.keys.files import ReceivedFile, SealingUpload
from whistle.keys.records import Registration

PROFILE = "stevns"
TWO_YEARS = "stevns-2020-2021.csv"
NOT_YET = 3  # days: what is this new, nobody has registered


class DemoStoryError(Exception):
    """A step of the story was not taken: the story and the rules have grown apart."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a step is done. ``cases``: the ids of the reports' cases, by the reports' own.

    ``day``: the day of the step; ``entered``: the ids of cases that were entered, by their name.
    """

    office: CaseworkService
    cases: Mapping[str, bytes]
    entered: dict[str, bytes]
    day: date

    def case(self, name: str) -> bytes:
        """Give a case by the name of its report, or by the one it was entered under."""
        return self.cases.get(name) or self.entered[name]

    def done(self, result: Done) -> None:
        """See that a step was taken."""
        if result is not Done.YES:
            raise DemoStoryError(result)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done, so many days ago."""

    days_ago: int
    do: Callable[[Desk], None]


def import_two_years(office: CaseworkService) -> None:
    """Bring in the enquiries behind Stevns' report of March 2021, with its totals."""
    folder = resources.files("whistle.demo")
    table = folder.joinpath(TWO_YEARS).read_bytes()
    totals = folder.joinpath(TWO_YEARS.replace(".csv", "-totals.csv")).read_bytes()
    report = import_files(office, Files(table, totals))
    if report.faults:
        raise DemoStoryError(report.faults[0].code)


def registration_step(name: str, days_ago: int, told: Mapping[str, str], door: Channel) -> Step:
    """Register a report as its line of ``reports.jsonl`` says."""

    def register(desk: Desk) -> None:
        enquiry = enquiry_of(told, door)
        desk.done(registering.register(desk.office, desk.case(name), enquiry, Enquiry()))

    return Step(days_ago, register)


def enquiry_of(told: Mapping[str, str], door: Channel) -> Enquiry:
    """Read what ``reports.jsonl`` tells of a registration."""
    issue = Issue(
        told.get("category", ""),
        told.get("subcategory", ""),
        told.get("centre", ""),
        theme=told.get("theme", ""),
    )
    return Enquiry(
        way_in="form",
        handling="writing",
        casework=True,
        enquirer="citizen" if door is Channel.CITIZEN else "",
        approached=_yes_no(told.get("approached")),
        outcome=told.get("outcome", ""),
        rejection=told.get("rejection", ""),
        issues=(issue,) if issue != Issue() else (),
        scope=told.get("scope", ""),
        result=told.get("result", ""),
        police=_yes_no(told.get("police")),
        behaviours=(told["behaviour"],) if "behaviour" in told else (),
        reported_role=told.get("reported_role", ""),
        wish=told.get("wish", ""),
    )


def _yes_no(told: str | None) -> bool | None:
    return None if told is None else told == "yes"


# -- what is done to a case --------------------------------------------------------------------


def _form() -> bytes:
    return secrets.token_hex(16).encode()


def note(name: str, days_ago: int, text: str) -> Step:
    """Write a note."""
    return Step(
        days_ago,
        lambda desk: desk.done(notes.write_note(desk.office, desk.case(name), _form(), text)),
    )


def task(name: str, days_ago: int, text: str, due_in: int) -> Step:
    """Note something to do, so many days later."""

    def add(desk: Desk) -> None:
        by = desk.day + timedelta(days=due_in)
        desk.done(tasks.add(desk.office, desk.case(name), _form(), text, by))

    return Step(days_ago, add)


def close(name: str, days_ago: int, text: str = "") -> Step:
    """Close a case, and tell the reporter."""

    def do(desk: Desk) -> None:
        opened = desk.office.open(desk.case(name))
        if opened is None:
            raise DemoStoryError(name)
        closing = Closing(_form(), len(opened.messages), text)
        desk.done(acts.close(desk.office, desk.case(name), closing))

    return Step(days_ago, do)


def consent(name: str, days_ago: int, recipient: str, words: str, how: str = "phone") -> Step:
    """Note what the person concerned allows."""

    def file(desk: Desk) -> None:
        given = Consent(recipient, desk.day, how, words=words)
        desk.done(rights.file(desk.office, desk.case(name), _form(), given))

    return Step(days_ago, file)


def refer(name: str, days_ago: int, centre: str, subject: str, text: str) -> Step:
    """Pass a case on to a centre."""

    def send(desk: Desk) -> None:
        days = desk.office.here.profile.office.reply_days
        letter = Referral(centre, desk.day, reply_by(desk.day, days), subject=subject, text=text)
        desk.done(referring.refer(desk.office, desk.case(name), _form(), letter))

    return Step(days_ago, send)


def remind(name: str, days_ago: int) -> Step:
    """Remind the centre."""

    def do(desk: Desk) -> None:
        desk.done(referring.remind(desk.office, _referral(desk, name), desk.day))

    return Step(days_ago, do)


def reply(name: str, days_ago: int, title: str, text: str) -> Step:
    """File the copy of the centre's reply."""

    def do(desk: Desk) -> None:
        files = [_paper(desk, "svar-fra-centret.txt", text)]
        came = referring.Reply(_form(), desk.day, title, Marking.NONE, files)
        desk.done(referring.record_reply(desk.office, _referral(desk, name), came))

    return Step(days_ago, do)


def document(name: str, days_ago: int, title: str, text: str) -> Step:
    """File a paper."""

    def do(desk: Desk) -> None:
        about = Description(title, desk.day, Marking.NONE)
        file = _paper(desk, f"{title}.txt", text)
        desk.done(documents.add(desk.office, desk.case(name), _form(), file, about))

    return Step(days_ago, do)


def access(name: str, days_ago: int, asked_by: str, what: str) -> Step:
    """Note that somebody asks for access to documents."""

    def file(desk: Desk) -> None:
        by = answer_by(AccessLaw.OPENNESS, desk.day)
        asked = AccessRequest(AccessLaw.OPENNESS, desk.day, by, asked_by, what)
        desk.done(rights.file(desk.office, desk.case(name), _form(), asked))

    return Step(days_ago, file)


def disclose(name: str, days_ago: int, recipient: str, what: str) -> Step:
    """Note what was disclosed to follow a report up."""

    def file(desk: Desk) -> None:
        told = Disclosure(recipient, desk.day, DisclosureGround.FOLLOW_UP, what, told=desk.day)
        desk.done(rights.file(desk.office, desk.case(name), _form(), told))

    return Step(days_ago, file)


def call(name: str, days_ago: int, enquiry: Enquiry, text: str, *, closes: bool) -> Step:
    """Enter a call, as the page for it would."""

    def do(desk: Desk) -> None:
        case_id = case_id_of(desk.office, _form())
        begun = Registration(enquiry=enquiry, closed=desk.day if closes else None)
        registration = registering.spoken_to(begun, desk.day, closes=closes)
        if not enter(desk.office, Channel.CITIZEN, NewCase(case_id, desk.day, registration, text)):
            raise DemoStoryError(name)
        desk.entered[name] = case_id

    return Step(days_ago, do)


def link(name: str, days_ago: int, other: str) -> Step:
    """Link a case to the one of somebody who came back."""
    return Step(
        days_ago,
        lambda desk: desk.done(
            linking.link(desk.office, desk.case(name), desk.case(other), LinkKind.RENEWED)
        ),
    )


def _referral(desk: Desk, name: str) -> Place:
    opened = referring.look(desk.office, desk.case(name))
    if opened is None:
        raise DemoStoryError(name)
    (kept, _), *_rest = opened.notebook.of_kind(Referral)
    return Place(desk.case(name), kept.filed_id, kept.newest.version)


def _paper(desk: Desk, name: str, text: str) -> ReceivedFile:
    here = desk.office.here
    upload = SealingUpload(here.id, here.store, desk.day)
    upload.write(text.encode())
    return ReceivedFile(upload.finish(name, "text/plain"), upload.digest)


def of_phone(category: str, centre: str, outcome: str, **more: str) -> Enquiry:
    """Give what is registered of a call."""
    issue = Issue(category, more.get("subcategory", ""), centre, theme=more.get("theme", ""))
    return Enquiry(
        way_in="phone",
        handling="phone",
        casework=True,
        enquirer=more.get("enquirer", "citizen"),
        approached=more.get("approached") == "yes",
        outcome=outcome,
        issues=(issue,),
    )


STEPS: Sequence[Step] = (
    note("r07", 100, "Økonomi har sendt listen over indkøb for de sidste to år. Fem er delt op."),
    close("r01", 90, "Det er nu på plads. Skriv igen, hvis der kommer en ny opkrævning."),
    close("r02", 70),
    document("r03", 58, "Afgørelse om hjemmehjælp", "Kopi af afgørelsen, som familien sendte."),
    note("r08", 50, "Lederen af området er ikke orienteret. Revisionen ser på kassen."),
    call(
        "garden", 47, of_phone(
            "4", "tm", "passed_on", subcategory="4.1", theme="waiting", approached="yes"
        ),
        "Har søgt om byggetilladelse for ni måneder siden og hører intet. Har rykket to gange.",
        closes=False,
    ),
    consent("garden", 46, "tm", "Ja, send det videre, men uden mit navn."),
    refer(
        "garden", 45, "tm", "Henvendelse om ventetid",
        "En borger har ventet ni måneder på svar på en ansøgning om byggetilladelse. Borgeren har "
        "rykket to gange. Jeg beder jer svare borgeren direkte og sende mig en kopi af svaret.",
    ),
    note("r13", 40, "Har talt med medlemmet. Det blev taget pænt imod."),
    consent("r04", 35, "bl", "Ja, send den til Børn & Læring uden vores navne."),
    refer(
        "r04", 34, "bl", "Klage over en skoleplacering",
        "To forældre klager over, at de ikke blev hørt, før deres barn fik en ny skoleplacering. "
        "De har klaget til jer først. Jeg beder jer svare dem direkte og sende mig en kopi.",
    ),
    remind("garden", 20),
    call(
        "bill", 19, of_phone("1", "ohi", "pointed"),
        "Det er den samme, som skrev om en opkrævning. Der er kommet en til.", closes=True,
    ),
    link("bill", 19, "r01"),
    reply(
        "r04", 18, "Svar til forældrene",
        "Vi beklager, at I ikke blev hørt. Sagen bliver taget op igen, og I får en ny afgørelse.",
    ),
    close("r04", 17, "Centret har svaret jer og tager sagen op igen. Derfor lukker jeg min sag."),
    close("r11", 16, "Din løn kan jeg ikke hjælpe med. HR og din tillidsrepræsentant kan."),
    call(
        "fence", 13, of_phone("3", "tm", "advised", theme="guidance"),
        "Spurgte, hvem man klager til over en afgørelse om et hegn. Vejledt.", closes=True,
    ),
    task("r05", 9, "Spørg, om familieafdeling og skole vil holde et fælles møde", 12),
    task("r03", 6, "Ring til familien om fristen for klagen", 4),
    disclose("r10", 5, "authority", "At beboere bliver låst inde, og hvor. Ikke hvem der skrev."),
    access("r06", 4, "En journalist", "Alle dokumenter i sagen om overkørslen."),
    task("garden", 2, "Ring til centerchefen i Teknik & Miljø om det svar, der mangler", 1),
)  # fmt: skip
