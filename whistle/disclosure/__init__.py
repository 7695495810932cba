"""Disclosure control: nobody can be recognised in what is published (docs/disclosure.md).

What other rooms need:

- `Publication` of `Table`s of `Line`s: what is to be published, or was. `read_publication` and
  `write_publication` are its JSON, `merged` and `one_way` make it coarser.
- `protect` merges and blanks until the attacker gives up, and gives a `Protected`: what may be
  published, the `Certificate` that proves it, what was merged, and what to warn of. It raises
  `CannotProtect` rather than give anything that is not safe.
  A `Deadline` of processor time bounds it.
- `attack` is the attacker, on whatever was published, in the order of publication. It gives an
  `Attack` with a `Finding` for each number that is not safe, how far it is known, and a mend.
- `check` checks a `Certificate` by arithmetic, without a solver; `read_certificate` and
  `write_certificate` are its JSON.

All of them take and give plain values; a `PublicationError` says what is wrong with what was given.
HiGHS is loaded when something is solved, not before.
"""

from whistle.disclosure.attacker import Attack, Finding, Mend, MendKind, attack
from whistle.disclosure.certificate import (
    Certificate,
    Checked,
    check,
    read_certificate,
    write_certificate,
)
from whistle.disclosure.deadline import Deadline
from whistle.disclosure.merging import Merging, Single, merged, one_way, singles
from whistle.disclosure.model import (
    EXACT,
    ContradictionError,
    Fact,
    Line,
    Place,
    Publication,
    PublicationError,
    Side,
    Table,
)
from whistle.disclosure.protector import Form, Protected, possible, protect
from whistle.disclosure.published import read_publication, write_publication
from whistle.disclosure.refusal import CannotProtect

__all__ = [
    "EXACT",
    "Attack",
    "CannotProtect",
    "Certificate",
    "Checked",
    "ContradictionError",
    "Deadline",
    "Fact",
    "Finding",
    "Form",
    "Line",
    "Mend",
    "MendKind",
    "Merging",
    "Place",
    "Protected",
    "Publication",
    "PublicationError",
    "Side",
    "Single",
    "Table",
    "attack",
    "check",
    "merged",
    "one_way",
    "possible",
    "protect",
    "read_certificate",
    "read_publication",
    "singles",
    "write_certificate",
    "write_publication",
]
