"""The drill: are the trustees' sheets what they should be? Nothing is used up, nothing written."""

from collections.abc import Sequence
from dataclasses import dataclass

from whistle.keys.recovery import RecoveryKeyring
from whistle.recovery.public_file import PublicFile
from whistle.recovery.shares import RepeatedShareError, Share, ShareError, combine


class NotOursError(ShareError):
    """A whole share, but none of the key that is being tried."""


@dataclass(frozen=True, slots=True)
class Drill:
    """What a drill has shown. ``genuine``: the shares that were made with the key."""

    public: PublicFile
    genuine: tuple[Share, ...] = ()

    def with_share(self, share: Share) -> "Drill":
        """Take one more share; raise `NotOursError` or `RepeatedShareError`, and take nothing."""
        if not self.public.knows(share):
            raise NotOursError(
                "this share is whole, but it was not made with this recovery key: it is from a "
                "sheet that was replaced, one for other inboxes, or a forged one"
            )
        if any(one.number == share.number for one in self.genuine):
            raise RepeatedShareError(f"share {share.number} has been typed already")
        return Drill(self.public, (*self.genuine, share))

    @property
    def proved(self) -> Sequence[int]:
        """The numbers of the shares that were proved."""
        return sorted(share.number for share in self.genuine)

    @property
    def is_enough(self) -> bool:
        """Whether there are as many as open the key."""
        return len(self.genuine) >= self.public.needed

    @property
    def is_complete(self) -> bool:
        """Whether every trustee's share was proved."""
        return len(self.genuine) == self.public.count

    def opens(self) -> bool:
        """Say whether the shares make the key; raise a `ShareError` where they make none."""
        seed = combine(self.genuine)
        return RecoveryKeyring(self.public.installation, seed).public == self.public.keys
