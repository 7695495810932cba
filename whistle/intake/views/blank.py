"""A report's form as everybody gets it, rendered once: all that differs is receipt and token."""

from collections.abc import Callable

from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Channel
from whistle.domain.profile import Profile

# From Unicode's private use area, which no text of ours has: where the receipt's groups will stand.
_GROUPS = tuple(chr(0xE000 + number) * 5 for number in range(5))
_TOKEN = chr(0xE100)

Render = Callable[[str, str], str]


class BlankForms:
    """The blank forms of a profile, by door and language; another profile begins anew."""

    def __init__(self) -> None:
        """Start with none."""
        self._kept: tuple[Profile | None, dict[tuple[Channel, str], str]] = (None, {})

    def fill(
        self,
        profile: Profile,
        door: tuple[Channel, str],
        receipt: Receipt,
        token: str,
        render: Render,
    ) -> str:
        """Give the form of a door in a language; ``render`` makes it of a receipt and a token."""
        kept_for, pages = self._kept
        if kept_for is not profile:
            pages = {}
            self._kept = (profile, pages)
        if door not in pages:
            pages[door] = render("-".join(_GROUPS), _TOKEN)
        page = pages[door].replace(_TOKEN, token)
        for blank, group in zip(_GROUPS, receipt.show().split("-"), strict=True):
            page = page.replace(blank, group)
        return page
