"""The boxes of a case's page that other modules fill: what each shows of an opened case."""

from collections.abc import Mapping

from whistle.casework.service import CaseworkService, OpenedCase
from whistle.casework.views.dates import dates_box
from whistle.casework.views.links import show_links
from whistle.casework.views.registration_shown import registration_box


def show_boxes(work: CaseworkService, opened: OpenedCase) -> Mapping[str, object]:
    """Give what the templates of ``templates/casework/case/`` show, by the name of the box."""
    return {
        "dates": dates_box(opened),
        "registration": registration_box(work, opened),
        "links": show_links(work, opened),
    }
