"""Consents, disclosures, requests for access and doubts about competence as the pages show them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from whistle.casework.cases import OpenedCase
from whistle.casework.consenting import consents_with
from whistle.casework.rights import RIGHTS, Bounds, kinds_at, right_of
from whistle.casework.views.dealings_words import purpose_words
from whistle.casework.views.referrals_letters import centre_name
from whistle.casework.views.rights_forms import RESULTS
from whistle.domain.access import answer_by, told_in_time
from whistle.domain.channel import Channel
from whistle.domain.filed import (
    AccessLaw,
    AccessRequest,
    Competence,
    Consent,
    Disclosure,
    DisclosureGround,
    Referral,
)
from whistle.domain.office import Choice, label_of
from whistle.domain.referral import office_naming
from whistle.domain.rules_disclosure import (
    GROUNDS,
    No,
    purposes_at,
    recipients_of,
    refusals,
)
from whistle.keys.filed import KeptFiled
from whistle.web import current_language, long_date


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A fact of something filed. ``written``: somebody's own words."""

    label: str
    value: str
    written: bool = False


@dataclass(frozen=True, slots=True)
class ShownRight:
    """Something filed. ``state``: a word or two; ``is_bad``: it needs somebody's attention.

    ``is_letter``: a letter to a centre, which has a page of its own.
    """

    id: str
    version: int
    title: str
    state: str
    is_bad: bool
    lines: tuple[Line, ...]
    warnings: tuple[str, ...] = ()
    is_letter: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """All of one kind."""

    kind: str
    heading: str
    empty: str
    add: str
    rights: Sequence[ShownRight]


def show_rights(held: Bounds, opened: OpenedCase) -> list[Group]:
    """Give what is filed, kind by kind, the newest first; letters are disclosures as well."""
    words = {
        Consent.kind: (
            _("Consents"),
            _("No consent has been noted."),
            _("Note a consent"),
        ),
        Disclosure.kind: (
            _("Disclosures"),
            _("Nothing has been disclosed."),
            _("Note a disclosure"),
        ),
        AccessRequest.kind: (
            _("Requests for access"),
            _("Nobody has asked for access."),
            _("Note a request for access"),
        ),
        Competence.kind: (
            _("Doubts about competence"),
            _("Nobody has doubted that the case is yours to deal with."),
            _("Note a doubt"),
        ),
    }
    return [
        Group(
            kind,
            *words[kind],
            [
                *(_letters(held, opened) if kind == Disclosure.kind else ()),
                *(
                    show_right(held, opened, kept)
                    for kept, _right in reversed(opened.notebook.of_kind(RIGHTS[kind]))
                ),
            ],
        )
        for kind in kinds_at(held.channel)
    ]


def show_right(held: Bounds, opened: OpenedCase, kept: KeptFiled) -> ShownRight:
    """Give something filed as it stands."""
    version, right = kept.newest.version, right_of(kept)
    held = held.naming(right) if right else held
    match kept.content:
        case Consent() as consent:
            title, state, is_bad, lines, warnings = _consent(held, consent)
        case Disclosure() as disclosure:
            title, state, is_bad, lines, warnings = _disclosure(held, opened, disclosure)
        case AccessRequest() as access:
            title, state, is_bad, lines, warnings = _access(held, access)
        case Competence() as doubt:
            title, state, is_bad, lines, warnings = _competence(held, doubt)
        case _:
            raise TypeError("no right")
    told = tuple(line for line in lines if line.value)
    return ShownRight(kept.filed_id.hex(), version, title, state, is_bad, told, tuple(warnings))


_Shown = tuple[str, str, bool, list[Line], list[str]]


def _consent(held: Bounds, consent: Consent) -> _Shown:
    withdrawn = consent.withdrawn is not None
    identity = _("May tell who they are") if consent.with_identity else _("Not who they are")
    return (
        _recipient(held, consent.recipient),
        _("Withdrawn") if withdrawn else identity,
        False,
        [
            Line(_("Given"), _day(consent.given)),
            Line(_("How"), label_of(held.office.ways_in, consent.how, current_language())),
            Line(_("For what"), purpose_words()[consent.purpose]),
            Line(_("Told first what cannot be promised"), _day(consent.limits)),
            Line(_("Identity"), identity if withdrawn else ""),
            Line(_("Withdrawn"), _day(consent.withdrawn)),
            Line(_("In their words"), consent.words, written=True),
        ],
        [],
    )


def _disclosure(held: Bounds, opened: OpenedCase, told: Disclosure) -> _Shown:
    consents = consents_with(opened)
    allowed = refusals(held.channel, held.office, consents.values(), told)
    warnings = refusal_words(allowed)
    return (
        _recipient(held, told.recipient),
        _("With identity") if told.with_identity else _("Without identity"),
        bool(warnings),
        [
            Line(_("Day"), _day(told.day)),
            Line(_("By which way"), label_of(held.office.ways_in, told.how, current_language())),
            Line(_("Ground"), ground_words()[told.ground]),
            Line(_("What"), told.what, written=True),
            Line(_("The reporter was told"), _day(told.told)),
            Line(_("Why they were not told"), told.not_told, written=True),
            _withdrawn_since(consents, told.consent),
        ],
        warnings,
    )


def _letters(held: Bounds, opened: OpenedCase) -> list[ShownRight]:
    """Show the letters to centres as what they are besides: disclosures."""
    letters = reversed(opened.notebook.of_kind(Referral))
    return [_letter(held, opened, kept, letter) for kept, letter in letters]


def _letter(held: Bounds, opened: OpenedCase, kept: KeptFiled, letter: Referral) -> ShownRight:
    office = office_naming(held.profiles, letter.sent, letter.centre)
    ground = DisclosureGround.CONSENT if letter.consent else DisclosureGround.FOLLOW_UP
    is_whistleblowers = held.channel is Channel.WHISTLEBLOWER
    lines = (
        Line(_("Day"), _day(letter.sent)),
        Line(_("Ground"), ground_words()[ground]),
        Line(_("What"), letter.subject, written=True),
        Line(
            _("For access requests the letter is"),
            _("of the case that followed") if is_whistleblowers else "",
        ),
        _withdrawn_since(consents_with(opened), letter.consent),
    )
    return ShownRight(
        kept.filed_id.hex(),
        kept.newest.version,
        centre_name(office, letter.centre, letter.division, current_language()),
        _("With identity") if letter.with_identity else _("Without identity"),
        is_bad=False,
        lines=tuple(line for line in lines if line.value),
        is_letter=True,
    )


def _withdrawn_since(consents: Mapping[bytes, Consent], consent_id: bytes) -> Line:
    consent = consents.get(consent_id)
    return Line(_("Consent withdrawn since"), _day(consent.withdrawn if consent else None))


def _access(held: Bounds, asked: AccessRequest) -> _Shown:
    if asked.answered:
        late = asked.answered > asked.by
        state = _("Answered late") if late else _("Answered")
    else:
        late = asked.by < held.today
        state = _("Deadline passed") if late else _("By %(date)s", date=_day(asked.by))
    due = answer_by(asked.law, asked.received)
    warnings = []
    if asked.told and not told_in_time(asked.law, asked.received, asked.told):
        warnings.append(
            _("Who asked was told too late: the answer was due on %(day)s.", day=_day(due))
        )
    return (
        law_words()[asked.law],
        state,
        late,
        [
            Line(_("Received"), _day(asked.received)),
            Line(_("Answer by"), _day(asked.by)),
            Line(_("Who asks"), asked.asked_by, written=True),
            Line(_("What for"), asked.what, written=True),
            Line(_("Put off because"), asked.extended, written=True),
            Line(_("Told so"), _day(asked.told)),
            Line(_("Answered"), _day(asked.answered)),
            Line(_("Result"), result_words().get(asked.result, asked.result)),
        ],
        warnings,
    )


def _competence(held: Bounds, doubt: Competence) -> _Shown:
    decided = {True: _("Dealt with here"), False: _("Not dealt with here"), None: ""}[doubt.within]
    waits = _("The centre has been asked") if doubt.answered is None else _("To be decided")
    return (
        label_of(held.office.centres, doubt.centre, current_language()),
        decided or waits,
        False,
        [
            Line(_("Asked"), _day(doubt.asked)),
            Line(_("In doubt"), doubt.question, written=True),
            Line(_("The centre's view"), doubt.view, written=True),
            Line(_("It came"), _day(doubt.answered)),
            Line(_("Why it was decided so"), doubt.reason, written=True),
        ],
        [],
    )


def choices_of(held: Bounds) -> Mapping[str, Sequence[Option]]:
    """Give what the forms offer."""
    results, laws, grounds = result_words(), law_words(), ground_words()
    return {
        "recipients": _options(recipients_of(held.office, held.channel)),
        "ways_in": _options(held.office.ways_in),
        "centres": _options(held.office.centres),
        "purposes": [Option(one, purpose_words()[one]) for one in purposes_at(held.channel)],
        "grounds": [Option(one, grounds[one]) for one in GROUNDS[held.channel]],
        "laws": [Option(one, laws[one]) for one in AccessLaw],
        "results": [Option(one, results[one]) for one in RESULTS],
        "within": [
            Option("yes", _("The adviser deals with it")),
            Option("no", _("The adviser does not deal with it")),
        ],
    }


def refusal_words(reasons: Iterable[No]) -> list[str]:
    """Say in plain words why a rule does not allow something."""
    words = {
        No.UNKNOWN_RECIPIENT: _("This recipient is not one of the municipality's."),
        No.NEVER_RECIPIENT: _(
            "This recipient never gets anything from a case like this, whoever agrees to it."
        ),
        No.GROUND_NOT_HERE: _("This ground does not count in a case like this."),
        No.NO_CONSENT: _(
            "There was no consent for this recipient on that day. Note the consent first, or "
            "disclose nothing."
        ),
        No.CONSENT_WITHOUT_IDENTITY: _(
            "The consent for this recipient does not allow telling who the person is."
        ),
        No.NOT_AN_AUTHORITY: _("On this ground only a public authority can be told."),
        No.IDENTITY_NEEDS_CONSENT: _("Telling who the person is needs their consent."),
        No.NOT_TOLD: _(
            "The whistleblower must be told first, in writing and with the reasons (§ 26). Write "
            "when you did, or why it would do harm."
        ),
        No.RESTED_ON: _(
            "Something was disclosed by this consent. It can be withdrawn, and its words mended, "
            "but not be deleted or allow anything else."
        ),
        No.LIMITS_FIRST: _(
            "A council member is told first what cannot be promised: that others may ask for "
            "access, and that an employee or a citizen may have to be heard. Write when you said "
            "so, on the day of the yes or before."
        ),
        No.PURPOSE_NOT_HERE: _("A consent for this cannot be given here, or not for this one."),
        No.MAYOR_REPORTED: _(
            "The mayor is reported. This goes to the council without the parties, or to an "
            "external lawyer, and to nobody whom the mayor leads."
        ),
        No.DAMAGED: _(
            "Something that is filed on this case does not open. It may be that a consent was "
            "withdrawn, so nothing more is told. Tell whoever runs the server."
        ),
    }
    return [words[one] for one in reasons]


def ground_words() -> Mapping[DisclosureGround, str]:
    """Say why something could be disclosed."""
    return {
        DisclosureGround.CONSENT: _("The person has agreed"),
        DisclosureGround.OFFENCE: _("To an authority, against offences"),
        DisclosureGround.DEFENCE: _("To an authority, so that somebody can defend themselves"),
        DisclosureGround.FOLLOW_UP: _("To follow up, without telling who the person is"),
        DisclosureGround.OTHER_LAW: _("Another law says so"),
    }


def law_words() -> Mapping[AccessLaw, str]:
    """Say by which law somebody asks."""
    return {
        AccessLaw.OPENNESS: _("Documents, by the Access to Public Administration Files Act"),
        AccessLaw.PARTY: _("Documents, as a party to the case"),
        AccessLaw.GDPR: _("Their own data, by the GDPR"),
    }


def result_words() -> Mapping[str, str]:
    """Say how a request was answered."""
    return {
        "granted": _("Given in full"),
        "partly": _("Given in part"),
        "refused": _("Refused"),
        "nothing": _("There was nothing to give"),
        "withdrawn": _("The request was taken back"),
    }


def _recipient(held: Bounds, recipient: str) -> str:
    everybody: tuple[Choice, ...] = (*held.office.recipients, *held.office.centres)
    return label_of(everybody, recipient, current_language())


def _options(choices: Iterable[Choice]) -> list[Option]:
    return [Option(one.id, one.label[current_language()]) for one in choices]


def _day(day: date | None) -> str:
    return long_date(day) if day else ""
