"""What the log says since a moment, as those whose inboxes it is read it; and its pages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tests.support.office import Office
from whistle.audit.entries import NO_ID, open_details
from whistle.audit.old_keys import log_keys
from whistle.domain.logged import Actor, Logged
from whistle.keys.keyring import Keyring
from whistle.storage import log
from whistle.storage.log import EntryRow


@dataclass(frozen=True)
class Told:
    """An entry that was opened."""

    act: Logged
    about: Mapping[str, object]
    row: EntryRow


class Journal:
    """The log of an office, from when this was made or last read."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.since = 0
        self.skip()

    def skip(self) -> None:
        """Forget what there is."""
        with self.office.installation.store.read() as db:
            self.since = log.head(db).size

    def rows(self) -> list[EntryRow]:
        """Give the new entries as they are stored, and forget them."""
        with self.office.installation.store.read() as db:
            rows = list(log.entries(db, self.since))
        self.since += len(rows)
        return rows

    def new(self, *readers: Keyring) -> list[Told]:
        """Open the new entries with the keys of ``readers``: of both members, unless told."""
        keys = [self._keys(one) for one in readers or (self.office.adviser, self.office.reserve)]
        return [self._open(row, keys) for row in self.rows()]

    def acts(self, *readers: Keyring) -> list[Logged]:
        """Say what was done."""
        return [one.act for one in self.new(*readers)]

    def _keys(self, reader: Keyring) -> dict[tuple[bytes, int], object]:
        here = self.office.installation
        found: dict[tuple[bytes, int], object] = {}
        with here.store.read() as db:
            for inbox in self.office.work_of(reader).inboxes_opened():
                for epoch, key in log_keys(db, here.id, inbox).items():
                    found[inbox.inbox.inbox_id, epoch] = key
        return found

    def _open(self, row: EntryRow, keys: list[dict[tuple[bytes, int], object]]) -> Told:
        key = next(
            (some[row.inbox_id, row.epoch] for some in keys if (row.inbox_id, row.epoch) in some),
            None,
        )
        assert key is not None or row.inbox_id == NO_ID
        details = open_details(self.office.installation.id, row, key)  # type: ignore[arg-type]
        assert row.actor_kind == Actor.MEMBER
        return Told(details.act, details.about, row)


def words_of(page: str) -> str:
    """Give what a page's main part says, without its lists to choose from."""
    main = page[page.index("<main") : page.index("</main>")]
    main = re.sub(r"<form class=\"log-filter\".*?</form>", "", main, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def lines(page: str) -> int:
    return page.count('<time class="when"')


def path_of(case_id: bytes) -> str:
    return f"/casework/case/{case_id.hex()}"
