"""Opening thousands of cases at a time, for lists and searches: bytes as they were written.

The keys, places and checks are those of `whistle.keys.cases`; what is saved is the work that is the
same for all of them. Nothing is decoded here, and no key is kept when the request is over.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from whistle.crypto.bulk import Deriver, Memory, Opener, unpad
from whistle.crypto.errors import ContentError
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import SymmetricKey
from whistle.keys.cases import Compartment, open_inbox_keys
from whistle.keys.fields import split_fields
from whistle.keys.keyring import InboxKeys
from whistle.storage.rows import InboxKeysRow, RegistrationRow
from whistle.storage.tables import ID_BYTES

_FIELDS = {str(one): at for at, one in enumerate(Compartment)}  # as case keys are written
_CASEWORK = str(Compartment.CASEWORK)
_AroundIds: TypeAlias = tuple[bytes, bytes, bytes]
_Kind: TypeAlias = tuple[str, int, int]  # compartment, generation, version


class BulkInbox:
    """One inbox, to open many of its cases with."""

    def __init__(self, inbox: InboxKeys) -> None:
        """Take the inbox as a member opened it."""
        self._inbox = inbox
        self._registrations = _InVault(inbox, Purpose.REGISTRATION)
        self._case_keys = _InVault(inbox, Purpose.CASE_KEYS_VAULT)
        self._records = _InVault(inbox, Purpose.ANONYMISED)
        self._places = _ItemPlaces(inbox.inbox.current.installation)

    def registration(self, epoch: int, row: RegistrationRow) -> bytes:
        """Give the canonical bytes of a registration, or raise a `SealingError`."""
        return unpad(self._registrations.open(epoch, row.version, row.case_id, row.body))

    def record(self, epoch: int, record_id: bytes, body: bytes) -> bytes:
        """Give the canonical bytes of an anonymised record, or raise a `SealingError`."""
        return unpad(self._records.open(epoch, 0, record_id, body))

    def handed_over(self, row: InboxKeysRow) -> bytes:
        """Give the canonical bytes of what was registered elsewhere; none where nothing was.

        For a case that nobody has opened here. Raises a `SealingError`.
        """
        registration = open_inbox_keys(self._inbox, row).handed_over
        return registration.encode() if registration else b""

    def case(self, row: InboxKeysRow) -> "BulkCase":
        """Give what opens the items of a case, or raise a `SealingError`.

        The reporter's public key is left as it lies: nothing is sealed to it here.
        """
        if row.in_vault:
            encoded = self._case_keys.open(row.epoch, row.generation, row.case_id, row.body)
        else:
            encoded = open_inbox_keys(self._inbox, row).keys.encode()
        keys = split_fields(encoded)[1:]
        if len(keys) != (row.generation + 1) * len(_FIELDS):
            raise ContentError("another number of generations than the row says")
        return BulkCase(row.case_id, keys, self._places)

    def memory(self, epoch: int) -> Memory:
        """Give what boxes what is remembered for the lists of an epoch; or a `SealingError`."""
        place = self._places.memory("lists", self._inbox.inbox.inbox_id, epoch)
        return Memory(self._inbox.vault(epoch), place)


class BulkCase:
    """One case, to open many of its items with."""

    __slots__ = ("_case_id", "_keys", "_openers", "_places")

    def __init__(self, case_id: bytes, keys: Sequence[bytes], places: "_ItemPlaces") -> None:
        """Take the case's keys: those of each generation, oldest first."""
        if len(case_id) != ID_BYTES:
            raise ContentError("not the id of a case")
        self._case_id, self._keys, self._places = case_id, keys, places
        self._openers: dict[_Kind, Callable[[bytes, bytes], bytes]] = {}

    def open(self, kind: _Kind, item_id: bytes, body: bytes) -> bytes:
        """Give the canonical bytes of an item, or raise a `SealingError`.

        ``kind``: its row's compartment, generation and version.
        """
        opener = self._openers.get(kind)
        if opener is None:
            opener = self._openers[kind] = self._opener(kind)
        if len(item_id) != ID_BYTES:
            raise ContentError("not the id of an item")
        return unpad(opener(item_id, body))

    def memory(self) -> Memory:
        """Give what boxes what is remembered of its texts, or raise a `SealingError`.

        With the newest casework key: a case that nobody has opened has none.
        """
        newest = len(self._keys) // len(_FIELDS) - 1
        key = self._key(newest, _CASEWORK)
        return Memory(key, self._places.memory("texts", self._case_id, newest))

    def _opener(self, kind: _Kind) -> Callable[[bytes, bytes], bytes]:
        compartment, generation, _version = kind
        key = self._key(generation, compartment)
        of_key, of_content = self._places.of(kind)
        return Deriver(key, self._of_case(of_key), self._of_case(of_content)).open

    def _key(self, generation: int, compartment: str) -> SymmetricKey:
        field = _FIELDS.get(compartment)
        if field is None or generation not in range(len(self._keys) // len(_FIELDS)):
            raise ContentError("an item of a compartment or generation that is not at hand")
        key = self._keys[generation * len(_FIELDS) + field]
        if not key:
            raise ContentError("the key of this compartment is not at hand")
        return SymmetricKey(key)

    def _of_case(self, around: _AroundIds) -> tuple[bytes, bytes]:
        return around[0] + self._case_id + around[1], around[2]


class _InVault:
    """What lies in an inbox's vault for one purpose."""

    def __init__(self, inbox: InboxKeys, purpose: Purpose) -> None:
        self._inbox, self._purpose = inbox, purpose
        self._known: dict[tuple[int, int], tuple[Opener, bytes, bytes]] = {}

    def open(self, epoch: int, version: int, case_id: bytes, body: bytes) -> bytes:
        """Open what is boxed there of a case, or raise a `SealingError`."""
        known = self._known.get((epoch, version))
        if known is None:
            known = self._known[epoch, version] = self._find(epoch, version)
        opener, before, after = known
        if len(case_id) != ID_BYTES:
            raise ContentError("not the id of a case")
        return opener.open(before + case_id + after, body)

    def _find(self, epoch: int, version: int) -> tuple[Opener, bytes, bytes]:
        inbox = self._inbox.inbox
        place = Place(self._purpose, inbox.current.installation, generation=epoch, version=version)
        first, between, last = place.around_ids()
        return Opener(self._inbox.vault(epoch)), first + inbox.inbox_id + between, last


class _ItemPlaces:
    """The places of items and of what is remembered, as far as all cases have them in common."""

    def __init__(self, installation: bytes) -> None:
        self._installation = installation
        self._known: dict[_Kind, tuple[_AroundIds, _AroundIds]] = {}
        self._memory: dict[tuple[str, int], _AroundIds] = {}

    def of(self, kind: _Kind) -> tuple[_AroundIds, _AroundIds]:
        """Give the places of an item's key and of its content."""
        found = self._known.get(kind)
        if found is None:
            compartment, generation, version = kind
            key = Place(
                Purpose.ITEM_KEY, self._installation, kind=compartment, generation=generation
            )
            content = replace(key, purpose=Purpose.ITEM, version=version)
            found = self._known[kind] = key.around_ids(), content.around_ids()
        return found

    def memory(self, kind: str, owner: bytes, generation: int) -> bytes:
        """Give the place of what is remembered of a case or an inbox."""
        around = self._memory.get((kind, generation))
        if around is None:
            place = Place(Purpose.MEMORY, self._installation, kind=kind, generation=generation)
            around = self._memory[kind, generation] = place.around_ids()
        return around[0] + owner + around[1] + owner + around[2]
