"""How the installation is, for whoever keeps it running: health, sizes, limits. Never content."""

from dataclasses import dataclass
from enum import Enum
from importlib.metadata import version

from sqlalchemy.exc import SQLAlchemyError

from whistle.crypto.errors import SealingError
from whistle.domain.channel import Channel, InboxKind
from whistle.installation import Installation
from whistle.limits import Share
from whistle.storage import migrations
from whistle.storage.errors import StorageError
from whistle.storage.figures import Figures, figures


class What(Enum):
    """What is looked at."""

    DATABASE = "the database answers and can be written to"
    MIGRATIONS = "the tables are those that this version knows"
    ROOM = "there is room for more"
    DIRECTORY = "the keys in the database are those that were confirmed"
    DOORS = "every door that the profile has is open"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found. ``detail``: a revision, a number of bytes or names, as the page says."""

    what: What
    is_well: bool
    detail: str | int = ""


class HealthService:
    """Looks at one installation; knows no key and opens nothing."""

    def __init__(self, installation: Installation) -> None:
        """Work on ``installation``."""
        self._here = installation

    @property
    def version(self) -> str:
        """The version that is running."""
        return version("whistle")

    def findings(self) -> list[Finding]:
        """Look at everything, now. While the keys cannot be trusted no door is open."""
        directory = self._directory()
        doors = [self._doors()] if directory.is_well else []
        return [self._database(), self._migrations(), self._room(), directory, *doors]

    def figures(self) -> Figures:
        """Count what is stored."""
        with self._here.store.read() as db:
            return figures(db)

    def open_doors(self) -> list[Channel]:
        """Give the channels both of whose inboxes the configuration names."""
        named = {(one.root.channel, one.root.kind) for one in self._here.directory.inboxes}
        return [
            channel
            for channel in self._here.profile.channels
            if all((channel, kind) in named for kind in InboxKind)
        ]

    def _database(self) -> Finding:
        try:
            self._here.store.is_alive()
        except (SQLAlchemyError, StorageError, OSError) as error:
            return Finding(What.DATABASE, is_well=False, detail=type(error).__name__)
        return Finding(What.DATABASE, is_well=True)

    def _migrations(self) -> Finding:
        current, newest = migrations.current(self._here.store), migrations.newest()
        return Finding(What.MIGRATIONS, current == newest, current or "")

    def _room(self) -> Finding:
        store, now = self._here.store, self._here.clock.now()
        limits = self._here.limits
        full = limits.no_room_until(Share.REPORT, store, now)
        left = limits.room.left(store)
        return Finding(What.ROOM, full is None, int(left) if left < float("inf") else "")

    def _directory(self) -> Finding:
        try:
            self._here.directory.refresh()
        except SealingError as error:
            return Finding(What.DIRECTORY, is_well=False, detail=type(error).__name__)
        return Finding(What.DIRECTORY, is_well=True)

    def _doors(self) -> Finding:
        closed = set(self._here.profile.channels) - set(self.open_doors())
        return Finding(What.DOORS, not closed, len(closed))
