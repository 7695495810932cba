"""The words of a letter to a centre: always in the municipality's own language, Danish.

What the profile says around the enquiry (`whistle.domain.office.Letter`) is about a citizen whose
centre answers them. Where a centre is not told who it is, or the case is no citizen's, it is asked
in words of the catalogue.
"""

from datetime import date

from babel.dates import format_date
from flask_babel import gettext as _

from whistle.casework.referring import office_of
from whistle.casework.service import CaseworkService, OpenedCase
from whistle.domain.channel import Channel
from whistle.domain.disguise import show_controls
from whistle.domain.filed import Referral
from whistle.domain.office import Office, find, label_of
from whistle.domain.profile import LANGUAGES
from whistle.domain.referral import KEPT_APART, office_naming
from whistle.domain.registration import Issue
from whistle.letters.papers import Fact, Letter
from whistle.storage.rows import CaseRow
from whistle.web import speaking

LANGUAGE = LANGUAGES[0]  # what centres read


def reference_of(case: CaseRow) -> str:
    """Give what a letter calls a case: neutral, and enough to find it by."""
    return f"{case.received.year}-{case.id.hex()[:8].upper()}"


def first_description(work: CaseworkService, opened: OpenedCase) -> str:
    """Give what the description of a complaint begins with: what is registered of it."""
    office, enquiry = office_of(work, opened), opened.registration.enquiry
    with speaking(LANGUAGE):
        about = [_about(office, issue) for issue in enquiry.issues if issue.category]
        lines = [_("It is about: %(what)s", what=one) for one in about]
        if enquiry.matter_date:
            lines.append(_("It happened on %(day)s.", day=_day(enquiry.matter_date)))
        if enquiry.approached is not None:
            lines.append(
                _("You have been complained to about it before.")
                if enquiry.approached
                else _("You have not been complained to about it before.")
            )
        told = _("This is what I was told:")
    return "\n".join(lines) + ("\n\n" if lines else "") + told + "\n"


def first_subject(opened: OpenedCase) -> str:
    """Give a subject that tells nobody's name."""
    with speaking(LANGUAGE):
        if opened.inbox.inbox.root.channel is Channel.CITIZEN:
            return _("An enquiry from a citizen")
        return _("An enquiry to the citizen adviser")


def body_of(work: CaseworkService, opened: OpenedCase, meant: Referral, description: str) -> str:
    """Put a letter together: greeting, what was told, what the centre is asked for.

    Where ``meant`` is with identity, the letter says in its place that it is kept apart: see
    `whistle.domain.referral.with_person`.
    """
    office, channel = work.here.profile.office, opened.inbox.inbox.root.channel
    words = office.letter[LANGUAGE]
    with speaking(LANGUAGE):
        if channel is Channel.CITIZEN and meant.with_identity:
            request = words.request
        else:
            request = _request(channel, with_identity=meant.with_identity)
        told = [description.replace(KEPT_APART, "").strip()]
        if meant.with_identity:
            told.append(_("They agree that you are told who they are:") + "\n" + KEPT_APART)
    parts = [words.greeting, request, *told, words.closing, words.signature]
    return "\n\n".join(
        part if part in told else _filled(part, office, meant) for part in parts if part.strip()
    )


def letter_of(work: CaseworkService, opened: OpenedCase, referral: Referral) -> Letter:
    """Give the letter that a referral was sent as, or would be."""
    with speaking(LANGUAGE):
        return _letter(work, opened, referral, referral.sent, referral.subject, referral.text)


def reminder_of(work: CaseworkService, opened: OpenedCase, referral: Referral, day: date) -> Letter:
    """Give the letter that reminds a centre, as it is sent on a day."""
    signature = work.here.profile.office.letter[LANGUAGE].signature
    office = office_naming(work.here.profiles, referral.sent, referral.centre)
    with speaking(LANGUAGE):
        asked = _(
            "On %(sent)s I wrote to you about: %(subject)s. I asked for your reply by "
            "%(reply_by)s. I have not had it yet.",
            sent=_day(referral.sent),
            subject=referral.subject,
            reply_by=_day(referral.reply_by),
        )
        now = _(
            "Please reply as soon as you can, and send me a copy. If you have replied already, I "
            "only need the copy. If you cannot reply yet, tell me when you can."
        )
        body = f"{asked}\n\n{now}\n\n{_filled(signature, office, referral)}"
        subject = _("Reminder: %(subject)s", subject=referral.subject)
        return _letter(work, opened, referral, day, subject, body)


def centre_name(office: Office, centre: str, division: str, language: str) -> str:
    """Say what a centre is called, with its division."""
    return ", ".join(_names(office, centre, division, language))


def _letter(
    work: CaseworkService,
    opened: OpenedCase,
    referral: Referral,
    day: date,
    subject: str,
    body: str,
) -> Letter:
    profile = work.here.profiles.on(day)
    office = office_naming(work.here.profiles, referral.sent, referral.centre)
    return Letter(
        LANGUAGE,
        (_("The citizen adviser"), profile.municipality),
        tuple(_names(office, referral.centre, referral.division, LANGUAGE)),
        (
            Fact(_("Date"), _day(day)),
            Fact(_("Our reference"), reference_of(opened.case)),
            Fact(_("Reply by"), _day(referral.reply_by)),
        ),
        show_controls(subject),
        body,
        (
            _("The citizen adviser") + ", " + profile.municipality + ", " + profile.address,
            _("Telephone %(phone)s", phone=profile.phone) + ", " + profile.email,
        ),
    )


def _filled(text: str, office: Office, referral: Referral) -> str:
    """Fill in what the profile's texts leave open."""
    centre = label_of(office.centres, referral.centre, LANGUAGE)
    day = _day(referral.reply_by)
    return text.replace("{centre}", centre).replace("{day}", day).strip()


def _names(office: Office, centre: str, division: str, language: str) -> list[str]:
    names = [label_of(office.centres, centre, language)]
    known = office.centre(centre)
    if division:
        names.append(label_of(known.divisions if known else (), division, language))
    return names


def _about(office: Office, issue: Issue) -> str:
    """Say what an issue is about; sub-categories and categories of a list bear its numbers."""
    category = office.category(issue.category)
    if category is None:
        return issue.category
    subcategory = find(category.subcategories, issue.subcategory)
    found = [category, *([subcategory] if subcategory else [])]
    return ", ".join(one.label[LANGUAGE].lstrip("0123456789. ") for one in found)


def _request(channel: Channel, *, with_identity: bool) -> str:
    """Say what a centre is asked for that does not answer a citizen directly."""
    if channel is Channel.CITIZEN:
        return _(
            "I am sending you an enquiry from a citizen about your field. The citizen has not "
            "agreed that you are told their name. So send your reply to me by {day}, and I pass "
            "it on."
        )
    if channel is Channel.COUNCIL:
        begins = _(
            "A member of the municipal council has written to me, and agrees that you are told. "
            "Share it with nobody else."
        )
    elif with_identity:
        begins = _(
            "I have had a report that belongs with you. Who made it is secret. Share it with "
            "nobody else (whistleblowerloven § 26)."
        )
    else:
        begins = _(
            "I have had a report that belongs with you. Who made it is secret (whistleblowerloven "
            "§ 26). Do not try to find out."
        )
    return begins + " " + _("Write to me by {day} what you have done about it.")


def _day(day: date) -> str:
    return format_date(day, "long", locale=LANGUAGE)
