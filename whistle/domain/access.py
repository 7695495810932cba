"""By when somebody who asks for access is answered: each law has a clock of its own."""

from datetime import date

from whistle.domain.danish_calendar import add_working_days, next_working_day
from whistle.domain.filed import AccessLaw
from whistle.domain.legal_clock import add_months

WORKING_DAYS = 7
MONTHS = 1
MONTHS_EXTENDED = 3


def answer_by(law: AccessLaw, received: date) -> date:
    """Give the last day to answer a request for access that came on a day.

    Offentlighedsloven § 36, stk. 2, and forvaltningsloven § 16, stk. 2: within 7 working days of
    receipt; the day of receipt is not counted. GDPR art. 12(3): within one month of receipt; where
    that ends on a weekend or holiday, on the next working day (regulation 1182/71, art. 3(4)).
    """
    if law is AccessLaw.GDPR:
        return next_working_day(add_months(received, MONTHS))
    return add_working_days(received, WORKING_DAYS)


def latest_extension(law: AccessLaw, received: date) -> date | None:
    """Give the last day that an answer can be put off to, or none where the law sets no such day.

    GDPR art. 12(3): two further months where the request is complex. The two Danish laws set none:
    who asked is told why, and when an answer can be expected.
    """
    if law is AccessLaw.GDPR:
        return next_working_day(add_months(received, MONTHS_EXTENDED))
    return None


def may_extend(law: AccessLaw, received: date, until: date) -> bool:
    """Say whether an answer may be put off until a day: a later one, and not too late a one."""
    latest = latest_extension(law, received)
    return answer_by(law, received) < until and (latest is None or until <= latest)


def told_in_time(law: AccessLaw, received: date, told: date) -> bool:
    """Say whether word that the answer will be late came before it was due.

    GDPR art. 12(3): within one month of receipt. Offentlighedsloven § 36, stk. 2, and
    forvaltningsloven § 16, stk. 2: where the 7 days cannot be kept, who asked is told.
    """
    return received <= told <= answer_by(law, received)
