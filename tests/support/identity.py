"""Opening who somebody is, in a test: never without a reason."""

from tests.support.office import Desk, hidden_fields
from whistle.casework.identity import Reason
from whistle.domain.identity import OpeningGround

WHY = Reason(OpeningGround.CONTACT, "Borgeren skal ringes op.")
SENT = {"ground": WHY.ground.value, "reason": WHY.words}


def opened_page(desk: Desk, case_id: bytes, part: str = "identity", **fields: str) -> str:
    """Open who it is as the page asks for it; give the page that shows it."""
    address = f"/casework/case/{case_id.hex()}/{part}"
    form = hidden_fields(desk.get(address).text)
    answer = desk.post(address, {**form, **SENT, **fields})
    assert answer.status_code == 200, answer.text
    return answer.text
