"""An installation at work: what every room is handed, and nothing that opens a report."""

from dataclasses import dataclass, field, replace

from whistle.audit.entries import Who
from whistle.audit.log import Log
from whistle.crypto.signing import VerifyingKey
from whistle.domain.channel import Channel, InboxKind
from whistle.domain.clock import Clock
from whistle.domain.profile import Profile
from whistle.keys.directory import Directory
from whistle.keys.remembered import Remembered
from whistle.keys.sessions import BootKey
from whistle.limits import Limits
from whistle.settings import FormKey, Settings
from whistle.storage.answerable import answerable
from whistle.storage.engine import Store, open_store
from whistle.storage.rows import MemberRow


@dataclass(frozen=True, slots=True)
class Installation:
    """Settings made real: database, verified key directory, clock, boot key, budgets.

    ``id``: 16 bytes. ``profiles``: the newest version of the profile, with those before it.
    ``log_public``: what the log's checkpoints are checked with; who signs them is housekeeping
    alone. ``public_address``: the host that reporters go to, where it is told. The boot key is made
    anew at every start and shared by the workers of one start, through memory alone.
    ``remembered``: what this process opened before, boxed.
    """

    id: bytes
    store: Store
    directory: Directory
    profiles: Profile
    form_key: FormKey
    log_public: VerifyingKey
    clock: Clock = field(default_factory=Clock)
    boot_key: BootKey = field(default_factory=BootKey.random)
    limits: Limits = field(default_factory=Limits)
    public_address: str = ""
    remembered: Remembered = field(default_factory=Remembered)

    def __post_init__(self) -> None:
        """Have the database tell days by the same clock."""
        self.store.clock = self.clock

    @property
    def profile(self) -> Profile:
        """The profile as it stands today."""
        return self.profiles.on(self.clock.today())

    def log_of(self, member: MemberRow) -> Log:
        """Give the audit log, as a member's acts are written to it: by this very store."""
        return Log(self.store, self.id, self.clock, Who.member(member.id), member.role)


def open_doors(installation: Installation) -> Installation:
    """Leave out the channels whose two inboxes the configuration does not name.

    A door without its reserve is no door: what concerns the adviser would have nowhere to go.
    """
    named = {(inbox.root.channel, inbox.root.kind) for inbox in installation.directory.inboxes}
    whole = {one for one in Channel if all((one, kind) in named for kind in InboxKind)}
    return replace(installation, profiles=_with_doors(installation.profiles, whole))


def _with_doors(profile: Profile, whole: set[Channel]) -> Profile:
    doors = {channel: door for channel, door in profile.channels.items() if channel in whole}
    shut = {channel: door for channel, door in profile.channels.items() if channel not in whole}
    earlier = tuple(_with_doors(one, whole) for one in profile.earlier)
    return replace(profile, channels=doors, earlier=earlier, shut=shut)


def held_to_the_log(installation: Installation) -> Installation:
    """Let nothing be changed through this installation that the log does not tell of."""
    return replace(installation, store=answerable(installation.store))


def open_installation(
    settings: Settings,
    *,
    clock: Clock | None = None,
    boot_key: BootKey | None = None,
    workers: int = 1,
) -> Installation:
    """Open the database and verify the directory. `upgrade` has brought the database up to date.

    Raises a `DirectoryError` when the keys in the database are not those of the configuration:
    nothing may be received then. Of ``workers``, this one takes its share of the budgets.
    """
    store = open_store(settings.database)
    return Installation(
        settings.installation,
        store,
        Directory(settings.installation, settings.inboxes, store),
        settings.profile,
        settings.form_key,
        settings.log_key.verifying,
        clock or Clock(),
        boot_key or BootKey.random(),
        Limits(settings.limits.among(workers)),
        settings.public_address,
    )
