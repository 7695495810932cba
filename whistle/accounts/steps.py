"""Steps of the directory that a member takes with the grants they have now."""

from collections.abc import Callable, Sequence

from whistle.crypto.errors import DirectoryError, NotGrantedError
from whistle.installation import Installation
from whistle.keys.keyring import Keyring
from whistle.keys.steps import Step
from whistle.storage import directory as queries
from whistle.storage.errors import ConflictError
from whistle.storage.rows import GrantRow


def make_steps(
    here: Installation, member: Keyring, make: Callable[[Sequence[GrantRow]], list[Step]]
) -> list[Step]:
    """Have ``make`` make steps of a member's grants.

    Raises `ConflictError` where the grants are not of the directory as this process knows it:
    somebody has changed it since.
    """
    with here.store.read() as db:
        grants = queries.grants_of(db, member.member_id)
    try:
        return make(grants)
    except (DirectoryError, NotGrantedError) as error:
        raise ConflictError("an inbox has changed meanwhile") from error
