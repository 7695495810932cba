"""What the demonstration's office mediated, proposed, and did for council members: invented.

The identifiers are those of Stevns' profile.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from whistle.casework import dealings, rights
from whistle.casework.filing import Place
from whistle.demo.work import Desk, Step
from whistle.domain.filed import Consent, Disclosure, DisclosureGround, Purpose
from whistle.domain.improvement import Improvement
from whistle.domain.mediation import Mediation, Meeting, Present
from whistle.domain.referral import reply_by
from whistle.domain.support import Help, Level, Risk, Support, Wish
from whistle.keys.filed import Dealing

_MET = (Present.CITIZEN, Present.COMPANION, Present.MANAGER, Present.SPECIALIST, Present.ADVISER)


def _form() -> bytes:
    return secrets.token_hex(16).encode()


def _filed(
    name: str,
    days_ago: int,
    thing: Callable[[Desk], Dealing],
    yes: Callable[[Desk], Consent] | None = None,
) -> Step:
    """File something, with the yes that it rests on."""

    def file(desk: Desk) -> None:
        said_yes = yes(desk) if yes else None
        done = dealings.file(desk.office, desk.case(name), _form(), thing(desk), said_yes)
        desk.done(done)

    return Step(days_ago, file)


def _changed(name: str, days_ago: int, change: Callable[[Desk, Mediation], Mediation]) -> Step:
    """Go on with the case's mediation."""

    def put(desk: Desk) -> None:
        where, mediation = _mediation(desk, name)
        desk.done(dealings.put(desk.office, where, change(desk, mediation)))

    return Step(days_ago, put)


def _met(name: str, days_ago: int, minutes: str, in_days: int = 0) -> Step:
    """Note a meeting of the case's mediation, held today or so many days later."""

    def file(desk: Desk) -> None:
        where, _ = _mediation(desk, name)
        day = desk.day + timedelta(days=in_days)
        held = _MET if minutes else ()
        meeting = Meeting(where.filed, day, "Store Heddinge Bibliotek", held, minutes)
        desk.done(dealings.file(desk.office, desk.case(name), _form(), meeting))

    return Step(days_ago, file)


def _mediation(desk: Desk, name: str) -> tuple[Place, Mediation]:
    opened = dealings.look(desk.office, desk.case(name))
    if opened is None:
        raise KeyError(name)
    ((kept, mediation),) = opened.notebook.of_kind(Mediation)
    return Place(desk.case(name), kept.filed_id, kept.newest.version), mediation


def _settled(desk: Desk, mediation: Mediation) -> Mediation:
    agreement = (
        "Skole og familieafdeling holder et fælles møde med familien hver anden måned. Skolen "
        "indkalder. Familien får et kort referat senest en uge efter."
    )
    follow_up = desk.day + timedelta(days=60)
    return replace(mediation, agreement=agreement, settled=desk.day, follow_up=follow_up)


def _proposal(desk: Desk) -> Improvement:
    text = (
        "Skriv til den, der venter, når en ansøgning tager mere end tre måneder: hvor langt er "
        "sagen, og hvornår kommer svaret? Så slipper folk for at ringe og rykke."
    )
    by = reply_by(desk.day, desk.office.here.profile.office.reply_days)
    return Improvement("tm", text, "Besked om lang ventetid", passed_on=desk.day, reply_by=by)


def _told(name: str, days_ago: int, recipient: str, what: str) -> Step:
    """Note what a council member agreed to have told, once they knew the limits."""

    def file(desk: Desk) -> None:
        yes = Consent(recipient, desk.day, "meeting", limits=desk.day)
        desk.done(rights.file(desk.office, desk.case(name), _form(), yes))
        ground = DisclosureGround.CONSENT
        told = Disclosure(recipient, desk.day, ground, what, how="phone")
        desk.done(rights.file(desk.office, desk.case(name), _form(), told))

    return Step(days_ago, file)


def _yes(recipient: str, purpose: Purpose) -> Callable[[Desk], Consent]:
    return lambda desk: Consent(recipient, desk.day, "phone", purpose=purpose)


DEALINGS: Sequence[Step] = (
    _filed(
        "r05",
        10,
        lambda desk: Mediation("bl", desk.day, "Skole og familieafdeling peger på hinanden."),
        _yes("bl", Purpose.MEDIATION),
    ),
    _changed("r05", 8, lambda desk, one: replace(one, agreed=desk.day, agreed_how="mail")),
    _met("r05", 5, "Begge fortalte, hvad der er sket. Ingen havde aftalt, hvem der indkalder."),
    _changed("r05", 5, _settled),
    _met("r05", 5, "", in_days=12),
    _filed("garden", 12, _proposal, _yes("tm", Purpose.PROPOSAL)),
    _told("r13", 41, "person", "At bemærkninger om krop skal høre op. Ikke hvem der har skrevet."),
    _filed("r14", 8, lambda desk: Wish("record_only", desk.day, "form", "Ikke nu. Måske senere.")),
    _filed(
        "r15",
        4,
        lambda desk: Risk(
            Level.HIGH,
            desk.day,
            "Truslerne nævner medlemmets adresse og bliver flere.",
            "Medlemmet gemmer beskederne og går til politiet i morgen.",
        ),
    ),
    _filed(
        "r15",
        3,
        lambda desk: Support(
            Help.POLICE,
            desk.day,
            "Borgerrådgiveren",
            granted=True,
            tie="Truslerne begyndte efter beslutningen om at lukke skolen.",
            words="Var med hos politiet.",
        ),
    ),
)
