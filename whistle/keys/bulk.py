"""Opening thousands of cases at a time, for lists and searches: bytes as they were written.

The keys, places and checks are those of `whistle.keys.cases`; what is saved is the work that is the
same for all of them. Nothing is decoded here, and nothing is kept when the request is over.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from whistle.crypto.bulk import Deriver, Opener, unpad
from whistle.crypto.errors import ContentError
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import SymmetricKey
from whistle.keys.cases import Compartment, open_inbox_keys
from whistle.keys.fields import split_fields
from whistle.keys.keyring import InboxKeys
from whistle.storage.rows import InboxKeysRow, RegistrationRow
from whistle.storage.tables import ID_BYTES

_COMPARTMENTS = tuple(Compartment)  # dialogue, identity, casework: as case keys are written
_AroundIds: TypeAlias = tuple[bytes, bytes, bytes]
_Kind: TypeAlias = tuple[str, int, int]  # compartment, generation, version
_Vault: TypeAlias = tuple[Callable[[bytes, bytes], bytes], bytes, bytes]  # around the case's id
_CaseKeys: TypeAlias = Sequence[tuple[SymmetricKey, SymmetricKey, SymmetricKey | None]]


class BulkInbox:
    """One inbox, to open many of its cases with."""

    def __init__(self, inbox: InboxKeys) -> None:
        """Take the inbox as a member opened it."""
        self._inbox = inbox
        self._vaults: dict[int, Opener] = {}
        self._installation = inbox.inbox.current.installation
        self._known: dict[tuple[Purpose, int, int], _Vault] = {}
        self._items = _ItemPlaces(self._installation)

    def registration(self, epoch: int, row: RegistrationRow) -> bytes:
        """Give the canonical bytes of a registration, or raise a `SealingError`."""
        return unpad(self.padded_registration(epoch, row.version, row.case_id, row.body))

    def padded_registration(self, epoch: int, version: int, case_id: bytes, body: bytes) -> bytes:
        """Give them in their padding: it is enough to see what does not stand in them."""
        return self._open(Purpose.REGISTRATION, epoch, version, case_id, body)

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
        if not row.in_vault:
            opened = open_inbox_keys(self._inbox, row).keys.generations
            keys: _CaseKeys = [(one.dialogue, one.identity, one.casework) for one in opened]
        else:
            place = (Purpose.CASE_KEYS_VAULT, row.epoch, row.generation)
            keys = _vault_keys(self._open(*place, row.case_id, row.body))
        if len(keys) - 1 != row.generation:
            raise ContentError("another number of generations than the row says")
        return BulkCase(row.case_id, keys, self._items)

    def _open(self, purpose: Purpose, epoch: int, version: int, item: bytes, body: bytes) -> bytes:
        known = self._known.get((purpose, epoch, version))
        if known is None:
            known = self._known[purpose, epoch, version] = self._find(purpose, epoch, version)
        opener, before, after = known
        if len(item) != ID_BYTES:
            raise ContentError("not the id of a case")
        return opener(before + item + after, body)

    def _find(self, purpose: Purpose, epoch: int, version: int) -> _Vault:
        vault = self._vaults.get(epoch)
        if vault is None:
            vault = self._vaults[epoch] = Opener(self._inbox.vault(epoch))
        place = Place(purpose, self._installation, generation=epoch, version=version)
        first, between, last = place.around_ids()
        return vault.open, first + self._inbox.inbox.inbox_id + between, last


def _vault_keys(encoded: bytes) -> _CaseKeys:
    """Read `CaseKeys.encode` without the reporter's key."""
    keys = split_fields(encoded)[1:]
    if not keys or len(keys) % len(_COMPARTMENTS):
        raise ContentError("not a case's keys")
    return [
        (SymmetricKey(keys[at]), SymmetricKey(keys[at + 1]), _casework(keys[at + 2]))
        for at in range(0, len(keys), len(_COMPARTMENTS))
    ]


def _casework(key: bytes) -> SymmetricKey | None:
    return SymmetricKey(key) if key else None


class BulkCase:
    """One case, to open many of its items with."""

    __slots__ = ("_case_id", "_keys", "_openers", "_places")

    def __init__(self, case_id: bytes, keys: _CaseKeys, places: "_ItemPlaces") -> None:
        """Take the case's keys, oldest generation first."""
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

    def _opener(self, kind: _Kind) -> Callable[[bytes, bytes], bytes]:
        compartment, generation, _version = kind
        if compartment not in _COMPARTMENTS or not 0 <= generation < len(self._keys):
            raise ContentError("an item of a compartment or generation that is not at hand")
        key = self._keys[generation][_COMPARTMENTS.index(Compartment(compartment))]
        if key is None:
            raise ContentError("the key of this compartment is not at hand")
        of_key, of_content = self._places.of(kind)
        return Deriver(key, self._of_case(of_key), self._of_case(of_content)).open

    def _of_case(self, around: tuple[bytes, bytes, bytes]) -> tuple[bytes, bytes]:
        return around[0] + self._case_id + around[1], around[2]


class _ItemPlaces:
    """The places of items, as far as all cases of an installation have them in common."""

    def __init__(self, installation: bytes) -> None:
        self._installation = installation
        self._known: dict[_Kind, tuple[_AroundIds, _AroundIds]] = {}

    def of(self, kind: _Kind) -> tuple[_AroundIds, _AroundIds]:
        """Give the places of the item's key and of its content."""
        found = self._known.get(kind)
        if found is None:
            compartment, generation, version = kind
            key = Place(
                Purpose.ITEM_KEY, self._installation, kind=compartment, generation=generation
            )
            content = replace(key, purpose=Purpose.ITEM, version=version)
            found = self._known[kind] = key.around_ids(), content.around_ids()
        return found
