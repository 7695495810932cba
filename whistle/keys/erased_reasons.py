"""What a reason that was erased is known by, should an older copy of its case come back.

A digest that takes a key of the case: who has it, and not the case, cannot tell a reason by
guessing it.
"""

import hashlib

from whistle.crypto.envelope import derive
from whistle.crypto.place import Place, Purpose
from whistle.domain.registration import Override
from whistle.keys.canonical import dump
from whistle.keys.cases import CaseItems
from whistle.keys.shapes import to_json


def reason_digest(items: CaseItems, reason: Override) -> bytes:
    """Give 32 bytes: derived from the case's first dialogue key, which every opener of it has."""
    said = hashlib.sha256(dump(to_json(reason))).digest()
    place = Place(Purpose.ERASED_REASON, items.installation, owner=items.case_id, item=said)
    return derive(items.keys.generations[0].dialogue, place)
