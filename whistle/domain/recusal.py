"""When somebody may not deal with a case: forvaltningsloven § 3, stk. 1."""

from enum import StrEnum


class Ground(StrEnum):
    """A ground of disqualification; the values are the numbers of § 3, stk. 1."""

    OWN_INTEREST = "1"  # a personal or economic interest in the outcome, or took part for a party
    RELATIVE = "2"  # a spouse, relative or other close person has one, or acts for a party
    COMPANY = "3"  # takes part in leading a company or the like that has one, or stands close to it
    EARLIER_DECISION = (
        "4"  # the case is a complaint about, or supervision of, what they took part in
    )
    OTHER = "5"  # other circumstances that can raise doubts about impartiality
