"""Pages that are the same for everybody but for a receipt and a token: rendered once, filled in."""

from collections.abc import Callable, Hashable

from whistle.crypto.receipt import Receipt
from whistle.domain.profile import Profile

# From Unicode's private use area, which no text of ours has: where the receipt's groups will stand.
_GROUPS = tuple(chr(0xE000 + number) * 5 for number in range(5))
_TOKEN = chr(0xE100)
MOST_KEPT = 100  # a page is 10 kB; some have a day in them, and are of no use on the next

Render = Callable[[str, str], str]


class BlankPages:
    """A profile's blank pages, by whatever else they differ in; another profile begins anew."""

    def __init__(self) -> None:
        """Start with none."""
        self._kept: tuple[Profile | None, dict[Hashable, str]] = (None, {})

    def fill(
        self,
        profile: Profile,
        which: Hashable,
        render: Render,
        *,
        receipt: Receipt | None = None,
        token: str = "",
    ) -> str:
        """Give a page with what is this person's own; ``render`` makes it of a receipt and a token.

        ``which`` tells one page from another, language included; nothing that anybody wrote may be
        in it.
        """
        kept_for, pages = self._kept
        if kept_for is not profile or len(pages) >= MOST_KEPT:
            pages = {}
            self._kept = (profile, pages)
        if which not in pages:
            pages[which] = render("-".join(_GROUPS), _TOKEN)
        page = pages[which].replace(_TOKEN, token)
        if receipt is not None:
            for blank, group in zip(_GROUPS, receipt.show().split("-"), strict=True):
                page = page.replace(blank, group)
        return page
