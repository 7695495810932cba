"""What a case lacks of what a closed one has, and that a closed one never comes to lack it.

Stevns' report to March 2021, 1.3: a case that was passed on is closed when the copy of the centre's
reply has come. What is counted of a closed case would be wrong if it could be undone afterwards.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from whistle.domain.channel import Channel
from whistle.domain.filed import Referral
from whistle.domain.office import Office
from whistle.domain.registration import Enquiry
from whistle.domain.rules import Finding, closing_needs
from whistle.keys.filed import KeptFiled


class StaysClosedError(Exception):
    """A closed case would lack something: it has to be opened again first. Nothing was written."""


def needs(
    enquiry: Enquiry, filed: Iterable[KeptFiled], office: Office, channel: Channel
) -> list[Finding]:
    """Say what is missing by what is registered and filed; nothing: the case can be closed."""
    there = [one for one in filed if not one.newest.deleted]
    letters = [one.content for one in there if isinstance(one.content, Referral)]
    return closing_needs(enquiry, office, [as_it_stands(one, there) for one in letters], channel)


def as_it_stands(referral: Referral, filed: Iterable[KeptFiled]) -> Referral:
    """Give a letter without its reply where the copy was deleted since."""
    there = any(one.filed_id == referral.reply and not one.newest.deleted for one in filed)
    return referral if there else replace(referral, reply=b"")


def refuse_more(before: Sequence[Finding], after: Sequence[Finding]) -> None:
    """Raise `StaysClosedError` where more is missing than before.

    What was imported may lack something, and is corrected all the same.
    """
    if Counter(after) - Counter(before):
        raise StaysClosedError
