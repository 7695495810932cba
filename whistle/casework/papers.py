"""Opening one thing that is filed on a case, for a page of its own."""

from typing import TypeVar

from whistle.audit.log import deed
from whistle.casework.cases import Cases, OpenedCase
from whistle.domain.logged import Logged
from whistle.keys.filed import Content, KeptFiled

_Content = TypeVar("_Content", bound=Content)


def open_filed(
    cases: Cases,
    case_id: bytes,
    filed_id: bytes,
    kind: type[_Content],
    *,
    also_deleted: bool = False,
) -> tuple[OpenedCase, KeptFiled, _Content] | None:
    """Open one thing of a kind, as it is now.

    None when there is none, or the case is closed to this member.
    """

    def step(opened: OpenedCase) -> tuple[OpenedCase, KeptFiled, _Content] | None:
        kept = opened.notebook.find_filed(filed_id)
        if kept is None or (kept.newest.deleted and not also_deleted):
            return None
        content = kept.content
        if not isinstance(content, kind):
            return None
        about = {"case": case_id, "item": filed_id}
        cases.looking(opened, deed(Logged.FILED_OPENED, opened.inbox, kind=content.kind, **about))
        return opened, kept, content

    return cases.attempt(case_id, step)
