"""The approved complaint as a letter: in the municipality's own language, Danish."""

from datetime import date

from babel.dates import format_date
from flask_babel import gettext as _

from whistle.casework.service import OpenedCase
from whistle.casework.views.referrals_letters import LANGUAGE, reference_of
from whistle.domain.approval import Approved, Means
from whistle.keys.records import Identity
from whistle.letters.papers import Fact, Letter
from whistle.web import speaking, this_installation


def complaint_letter(opened: OpenedCase, approved: Approved, who: Identity) -> Letter:
    """Give the version that stands approved as a letter; ``who`` is empty: without a name."""
    here = this_installation()
    profile, put, today = here.profile, approved.version.put, here.clock.today()
    with speaking(LANGUAGE):
        adviser = _("The citizen adviser") + ", " + profile.municipality
        contact = (profile.address, _("Telephone %(phone)s", phone=profile.phone), profile.email)
        facts = [Fact(_("Date"), _day(today)), Fact(_("Our reference"), reference_of(opened.case))]
        if put.complain_by:
            facts.append(Fact(_("Last day to complain"), _day(put.complain_by)))
        sender = (
            (who.name, who.contact) if who.is_given else (_("A citizen"), _("through"), adviser)
        )
        closing = _approval(approved)
        signed = who.name if who.is_given else _("Sent without a name, as the sender wishes.")
        return Letter(
            LANGUAGE,
            tuple(one for one in sender if one),
            tuple(line for line in put.recipient.splitlines() if line.strip()),
            tuple(facts),
            _("Complaint"),
            f"{approved.version.text}\n\n{signed}\n\n{closing}",
            (adviser, ", ".join(one for one in contact if one)),
        )


def _approval(approved: Approved) -> str:
    day = _day(approved.day)
    if approved.about.means is Means.VOICE:
        return _("Approved by the sender on %(day)s, by word of mouth.", day=day)
    if approved.about.means is Means.SIGNATURE:
        return _("Approved by the sender on %(day)s, with their signature.", day=day)
    return _("Approved by the sender on %(day)s.", day=day)


def _day(day: date) -> str:
    return str(format_date(day, "long", locale=LANGUAGE))
