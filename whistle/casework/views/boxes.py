"""The boxes of a case's page that other modules fill: what each shows of an opened case."""

from collections.abc import Mapping

from whistle.casework.service import CaseworkService, OpenedCase


def show_boxes(_work: CaseworkService, _opened: OpenedCase) -> Mapping[str, object]:
    """Give what the templates of ``templates/casework/case/`` show, by the name of the box."""
    return {}
