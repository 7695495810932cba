"""Sealing and opening of cases: one function for each thing that happens to a case's keys.

Nothing here reads or writes a database; rows go in and rows come out, so that every caller decides
what belongs into one transaction.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from whistle.crypto.envelope import KeyPair, PublicKey, box, derive, open_seal, seal, unbox
from whistle.crypto.errors import ContentError
from whistle.crypto.padding import pad_text, unpad_text
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import SymmetricKey
from whistle.domain.channel import Act
from whistle.keys.directory import TrustedInbox
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import CaseKeys, Generation, Identity, Message, Registration
from whistle.storage.rows import InboxKeysRow, ItemRow, RegistrationRow, ReporterKeysRow


class Compartment(StrEnum):
    """Which of a case's keys an item is boxed with, and so who can open it."""

    DIALOGUE = "dialogue"
    IDENTITY = "identity"
    CASEWORK = "casework"


def new_generation() -> Generation:
    """Make what intake makes: a dialogue key and an identity key, and no casework key."""
    return Generation(SymmetricKey.random(), SymmetricKey.random())


# -- to the inbox ------------------------------------------------------------------------------


def seal_to_inbox(
    inbox: TrustedInbox, case_id: bytes, keys: CaseKeys, registration: Registration | None = None
) -> InboxKeysRow:
    """Seal a case's keys to an inbox's public key, as intake and a hand-over do.

    A registration goes along where there is one: its next reader has another vault.
    """
    row = InboxKeysRow(case_id, inbox.inbox_id, inbox.epoch, keys.newest, in_vault=False, body=b"")
    registered = registration.encode() if registration else b""
    content = pad_text(len(registered).to_bytes(4, "big") + registered + keys.encode())
    return replace(row, body=seal(inbox.current.public, keys_place(inbox, row), content))


@dataclass(frozen=True, slots=True)
class OpenedKeys:
    """A case's keys, and the registration that was handed over with them, if any."""

    keys: CaseKeys
    handed_over: Registration | None


def open_inbox_keys(inbox: InboxKeys, row: InboxKeysRow) -> OpenedKeys:
    """Open a case's keys as a member of its inbox, or raise a `SealingError`.

    Anybody can seal to an inbox. So sealed keys must not bring the casework key that notes would
    be written with: whoever made it could read them.
    """
    place = keys_place(inbox.inbox, row)
    if row.in_vault:
        opened = OpenedKeys(CaseKeys.decode(unbox(inbox.vault(row.epoch), place, row.body)), None)
    else:
        opened = _sealed_keys(open_seal(inbox.pair(row.epoch), place, row.body))
    if opened.keys.newest != row.generation:
        raise ContentError("another number of generations than the row says")
    return opened


def _sealed_keys(padded: bytes) -> OpenedKeys:
    content = unpad_text(padded)
    length = int.from_bytes(content[:4], "big")
    registered, encoded = content[4 : 4 + length], content[4 + length :]
    if len(registered) != length:
        raise ContentError("not a case's keys")
    keys = CaseKeys.decode(encoded)
    if keys.generations[-1].casework:
        raise ContentError("a casework key that was made outside casework")
    return OpenedKeys(keys, Registration.decode(registered) if registered else None)


def adopt(inbox: InboxKeys, row: InboxKeysRow) -> tuple[InboxKeysRow, RegistrationRow, CaseKeys]:
    """Take a case into the inbox's vault at its first opening, and make its casework keys.

    ``row`` must be a sealed one; the caller replaces it in the same transaction.
    """
    opened = open_inbox_keys(inbox, row)
    generations = tuple(map(_with_casework_key, opened.keys.generations))
    keys = replace(opened.keys, generations=generations)
    adopted = replace(row, epoch=inbox.inbox.epoch, in_vault=True, body=b"")
    place = keys_place(inbox.inbox, adopted)
    adopted = replace(adopted, body=box(inbox.vault(adopted.epoch), place, keys.encode()))
    registration = opened.handed_over or Registration()
    return adopted, box_registration(inbox, adopted, registration, version=1), keys


def new_case_keys(
    inbox: InboxKeys, case_id: bytes, reporter: PublicKey | None = None
) -> tuple[InboxKeysRow, CaseKeys]:
    """Make the keys of a case that is entered, and their row in the inbox's vault.

    ``reporter``: of whom it is entered for; none where nobody has a receipt.
    """
    keys = CaseKeys((_with_casework_key(new_generation()),), reporter)
    epoch = inbox.inbox.epoch
    row = InboxKeysRow(case_id, inbox.inbox.inbox_id, epoch, keys.newest, in_vault=True, body=b"")
    body = box(inbox.vault(epoch), keys_place(inbox.inbox, row), keys.encode())
    return replace(row, body=body), keys


def _with_casework_key(generation: Generation) -> Generation:
    if generation.casework:
        return generation
    return replace(generation, casework=SymmetricKey.random())


def keys_place(inbox: TrustedInbox, row: InboxKeysRow) -> Place:
    """Give the place of a case's keys in its inbox, sealed or in the vault."""
    return Place(
        Purpose.CASE_KEYS_VAULT if row.in_vault else Purpose.CASE_KEYS_INBOX,
        inbox.current.installation,
        owner=inbox.inbox_id,
        item=row.case_id,
        generation=row.epoch,
        version=row.generation,
    )


# -- registration ------------------------------------------------------------------------------


def box_registration(
    inbox: InboxKeys, keys: InboxKeysRow, registration: Registration, *, version: int
) -> RegistrationRow:
    """Box a registration in the inbox's vault; ``version`` is one more than the one it replaces."""
    place = _registration_place(inbox, keys, version)
    body = box(inbox.vault(keys.epoch), place, pad_text(registration.encode()))
    return RegistrationRow(keys.case_id, version, body)


def open_registration(inbox: InboxKeys, keys: InboxKeysRow, row: RegistrationRow) -> Registration:
    """Open a registration, or raise a `SealingError`."""
    place = _registration_place(inbox, keys, row.version)
    return Registration.decode(unpad_text(unbox(inbox.vault(keys.epoch), place, row.body)))


def find_registration(
    inbox: InboxKeys, keys: InboxKeysRow, row: RegistrationRow | None
) -> Registration:
    """Open what is registered of a case, or raise a `SealingError`.

    It lies in the vault, or with the keys that were handed over, until somebody opens the case
    there. Nothing is registered where nobody ever opened it.
    """
    if keys.in_vault and row is not None:
        return open_registration(inbox, keys, row)
    return open_inbox_keys(inbox, keys).handed_over or Registration()


def _registration_place(inbox: InboxKeys, keys: InboxKeysRow, version: int) -> Place:
    return Place(
        Purpose.REGISTRATION,
        inbox.inbox.current.installation,
        owner=inbox.inbox.inbox_id,
        item=keys.case_id,
        generation=keys.epoch,
        version=version,
    )


# -- to the reporter ---------------------------------------------------------------------------


def seal_to_reporter(
    installation: bytes, case_id: bytes, keys: CaseKeys, generation: int
) -> ReporterKeysRow:
    """Seal one generation of a case's keys to its reporter; the casework key never goes along."""
    if keys.reporter is None:
        raise ContentError("this case has no reporter to seal to")
    place = _reporter_place(installation, case_id, generation)
    content = keys.generations[generation].encode_for_reporter()
    return ReporterKeysRow(case_id, generation, seal(keys.reporter, place, content))


def open_reporter_keys(
    installation: bytes, reporter: KeyPair, case_id: bytes, rows: Sequence[ReporterKeysRow]
) -> CaseKeys:
    """Open a case's keys as its reporter, or raise a `SealingError`; ``rows`` oldest first."""
    return CaseKeys(open_generations(installation, reporter, case_id, rows), reporter.public)


def open_generations(
    installation: bytes, reporter: KeyPair, case_id: bytes, rows: Sequence[ReporterKeysRow]
) -> tuple[Generation, ...]:
    """As `open_reporter_keys`, for who seals nothing to this reporter."""
    if [row.generation for row in rows] != list(range(len(rows))) or not rows:
        raise ContentError("a generation of this case's keys is missing")
    return tuple(
        Generation.decode_from_reporter(
            open_seal(reporter, _reporter_place(installation, case_id, row.generation), row.sealed)
        )
        for row in rows
    )


def _reporter_place(installation: bytes, case_id: bytes, generation: int) -> Place:
    return Place(Purpose.CASE_KEYS_REPORTER, installation, owner=case_id, generation=generation)


# -- items -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseItems:
    """A case as its keys open it. ``case_id``: 16 bytes."""

    installation: bytes
    case_id: bytes
    keys: CaseKeys

    def seal(self, compartment: Compartment, content: bytes, *, item_id: bytes) -> ItemRow:
        """Box padded ``content`` as an item of the newest generation."""
        generation = self.keys.newest
        row = ItemRow(self.case_id, item_id, compartment, generation, version=1, body=b"")
        body = box(
            self._key(row), self._place(Purpose.ITEM, row, version=row.version), pad_text(content)
        )
        return replace(row, body=body)

    def open(self, row: ItemRow) -> bytes:
        """Open an item's content, or raise a `SealingError`."""
        return unpad_text(
            unbox(self._key(row), self._place(Purpose.ITEM, row, version=row.version), row.body)
        )

    def message(self, message: Message, *, item_id: bytes) -> ItemRow:
        """Box a message of the dialogue."""
        return self.seal(Compartment.DIALOGUE, message.encode(), item_id=item_id)

    def identity(self, identity: Identity) -> ItemRow:
        """Box an identity; one that says nothing looks like any other from outside."""
        item_id = secrets.token_bytes(16)
        return self.seal(Compartment.IDENTITY, identity.encode(), item_id=item_id)

    def dialogue(self, rows: Iterable[ItemRow]) -> list[Message]:
        """Open the dialogue's messages among ``rows``, in their order."""
        return [message for _, message in self.dialogue_rows(rows)]

    def dialogue_rows(self, rows: Iterable[ItemRow]) -> list[tuple[bytes, Message]]:
        """Open the dialogue's messages, each with the id of its row."""
        opened = [
            (row.id, self._message(row)) for row in rows if row.compartment == Compartment.DIALOGUE
        ]
        opened.sort(key=lambda entry: (entry[1].position, entry[0]))
        return opened

    def identities(self, rows: Iterable[ItemRow]) -> list[Identity]:
        """Open the identity items among ``rows``."""
        return [
            Identity.decode(self.open(row))
            for row in rows
            if row.compartment == Compartment.IDENTITY
        ]

    def _message(self, row: ItemRow) -> Message:
        """Open a message; drop the key of a new receipt from a generation that is over.

        Who was recused knows those keys. With write access to the database they could otherwise
        bring in a key of their own, and have the next generation sealed to it.
        """
        message = Message.decode(self.open(row))
        return message if row.generation == self.keys.newest else replace(message, reporter=None)

    def _key(self, row: ItemRow) -> SymmetricKey:
        if row.generation not in range(len(self.keys.generations)):
            raise ContentError("an item of a generation that is not at hand")
        generation = self.keys.generations[row.generation]
        key = {
            Compartment.DIALOGUE: generation.dialogue,
            Compartment.IDENTITY: generation.identity,
            Compartment.CASEWORK: generation.casework,
        }.get(_compartment(row.compartment))
        if key is None:
            raise ContentError("the key of this compartment is not at hand")
        return SymmetricKey(derive(key, self._place(Purpose.ITEM_KEY, row, version=0)))

    def _place(self, purpose: Purpose, row: ItemRow, *, version: int) -> Place:
        return Place(
            purpose,
            self.installation,
            owner=row.case_id,
            item=row.id,
            kind=row.compartment,
            generation=row.generation,
            version=version,
        )


def _compartment(name: str) -> Compartment:
    try:
        return Compartment(name)
    except ValueError as error:
        raise ContentError("an item of an unknown compartment") from error


# -- a new receipt -----------------------------------------------------------------------------


def seal_to_new_reporter(
    installation: bytes, case_id: bytes, keys: CaseKeys, reporter: PublicKey
) -> list[ReporterKeysRow]:
    """Seal every generation to the reporter's new key: these rows replace all there are."""
    renewed = replace(keys, reporter=reporter)
    return [
        seal_to_reporter(installation, case_id, renewed, generation)
        for generation in range(len(keys.generations))
    ]


def with_newest_reporter(keys: CaseKeys, messages: Iterable[Message]) -> CaseKeys | None:
    """Give the keys with the public key of the last new receipt; none if they have it already.

    ``messages`` as `CaseItems.dialogue` gives them. For the inbox's copy of the keys: before it is
    handed over, and whenever it is written. Whoever holds the newest dialogue key could have
    forged the message: the inbox's own members, and whoever held the receipt before, who was the
    reporter. Both could read and write the dialogue already.
    """
    brought = [one for one in messages if one.act is Act.NEW_RECEIPT and one.reporter]
    if not brought or keys.reporter is None:
        return None
    reporter = max(brought, key=lambda one: one.position).reporter
    return None if reporter == keys.reporter else replace(keys, reporter=reporter)


# -- a case changes hands ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HandOver:
    """The rows that move a case: they replace the old ones, which are deleted."""

    inbox_keys: InboxKeysRow
    reporter_keys: ReporterKeysRow | None


def hand_over(
    target: TrustedInbox, case_id: bytes, keys: CaseKeys, registration: Registration
) -> HandOver:
    """Give a case to another inbox under a new generation of keys.

    Whoever opened the case before keeps what they knew; what is written from now on is sealed to
    the target and the reporter alone. ``keys`` must have been through `with_newest_reporter`, or
    a reporter with a new receipt is locked out; the transaction that writes the rows must hold the
    case and see no message that was not read (`whistle.storage.cases`).
    """
    moved = replace(keys, generations=(*keys.generations, new_generation()))
    installation = target.current.installation
    return HandOver(
        seal_to_inbox(target, case_id, moved, registration),
        seal_to_reporter(installation, case_id, moved, moved.newest) if moved.reporter else None,
    )
