"""What housekeeping is handed: the database, what signs checkpoints, and who gets letters."""

from dataclasses import dataclass, field
from datetime import UTC
from typing import Self

from whistle.domain.chores import Chores
from whistle.domain.clock import DANISH, Clock
from whistle.setting_tables import Mail
from whistle.settings import LogKey, Settings
from whistle.storage.engine import Store, open_store


@dataclass(frozen=True, slots=True)
class House:
    """An installation, to be kept. ``installation``: 16 bytes."""

    store: Store
    installation: bytes
    log_key: LogKey
    chores: Chores = field(default_factory=Chores)
    mail: Mail | None = None
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        """Have the database tell days by the same clock."""
        self.store.clock = self.clock

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Open the database that the settings name."""
        return cls(
            open_store(settings.database),
            settings.installation,
            settings.log_key,
            settings.housekeeping,
            settings.mail,
        )

    def hour_of_day(self) -> int:
        """Say how late it is in Denmark: 0 to 23."""
        return self.clock.now().replace(tzinfo=UTC).astimezone(DANISH).hour
