"""What a process remembers of the numbers that somebody was shown, so that they are not made twice.

Boxed under the vault key of the citizens' main inbox, as what lists filter by: between requests it
does not open. It says nothing that the page did not say.
"""

from collections.abc import Iterable
from hashlib import sha256

from whistle.crypto.bulk import Memory
from whistle.crypto.errors import SealingError
from whistle.crypto.place import Place, Purpose
from whistle.keys.keyring import InboxKeys
from whistle.keys.remembered import Remembered, State


class Proposals:
    """The numbers of reports, by what the report is of; of each the newest state alone."""

    def __init__(self, remembered: Remembered, inbox: InboxKeys) -> None:
        """Remember for who opens ``inbox``; its newest key must be at hand."""
        trusted = inbox.inbox
        self._remembered, self._epoch = remembered, trusted.epoch
        installation, owner = trusted.current.installation, trusted.inbox_id
        place = Place(
            Purpose.MEMORY,
            installation,
            owner=owner,
            item=owner,
            kind="proposals",
            generation=trusted.epoch,
        )
        self._memory = Memory(inbox.vault(trusted.epoch), place.encode())

    def recall(self, name: str, made_of: Iterable[bytes]) -> bytes | None:
        """Give what was made of this very input, if it is remembered."""
        boxed = self._remembered.recall(_name(name), self._state(made_of))
        try:
            return None if boxed is None else self._memory.open(boxed)
        except SealingError:
            return None

    def keep(self, name: str, made_of: Iterable[bytes], content: bytes) -> None:
        """Remember it, and nothing else of this name."""
        self._remembered.keep(_name(name), self._state(made_of), self._memory.box(content))

    def _state(self, made_of: Iterable[bytes]) -> State:
        digest = sha256()
        for part in made_of:
            digest.update(len(part).to_bytes(8, "big") + part)
        return self._epoch, int.from_bytes(digest.digest(), "big")


def _name(name: str) -> bytes:
    return sha256(b"proposal " + name.encode()).digest()
