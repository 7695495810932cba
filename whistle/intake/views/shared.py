"""What the pages of the anonymous door share."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from whistle.admission import no_room, no_room_for_files
from whistle.crypto.errors import DirectoryError, ReceiptError, SealingError
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Channel
from whistle.domain.guidance import Guidance
from whistle.domain.legal_clock import Deadlines
from whistle.domain.profile import LANGUAGES, ChannelText
from whistle.intake.tokens import FormTokens
from whistle.limits import NoRoomError
from whistle.storage.errors import StorageError, UncertainError
from whistle.uploads import Refusal, request_uploads
from whistle.web import current_language, this_installation

FAILURES = (SQLAlchemyError, StorageError, SealingError, OSError, NoRoomError)

blueprint = Blueprint("intake", __name__, url_prefix=f"/<any({', '.join(LANGUAGES)}):lang>")
root = Blueprint("root", __name__)


@blueprint.url_value_preprocessor
def _language_is_read_from_the_path(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    (values or {}).pop("lang", None)


@blueprint.url_defaults
def _language_stays_in_the_path(_endpoint: str, values: dict[str, Any]) -> None:
    if "lang" not in values:
        values["lang"] = current_language()


@dataclass(frozen=True, slots=True)
class Door:
    """A channel as a page shows it, in the language of the request."""

    id: Channel
    text: ChannelText
    guidance: Guidance
    deadlines: Deadlines
    automatic_acknowledgement: bool


def channel_text(channel: Channel) -> ChannelText:
    """Give a channel's texts in the language of the request."""
    return this_installation().profile.channels[channel].text[current_language()]


def show_door(channel: Channel) -> Door:
    """Show a channel."""
    profile = this_installation().profile.channels[channel]
    language = current_language()
    return Door(
        channel,
        profile.text[language],
        profile.guidance[language],
        profile.deadlines,
        profile.automatic_acknowledgement,
    )


def door_titles() -> dict[Channel, str]:
    """Give the titles of all open doors, for links from one to the other."""
    return {
        channel: channel_text(channel).title for channel in this_installation().profile.channels
    }


def form_tokens() -> FormTokens:
    """Give the maker of this installation's form tokens."""
    here = this_installation()
    return FormTokens(here.id, here.form_key)


def read_receipt(shown: str | None) -> Receipt | None:
    """Read a receipt, or give none."""
    try:
        return Receipt.parse(shown or "")
    except ReceiptError:
        return None


def upload_refusal() -> Refusal | None:
    """Say what is wrong with the files of this request, if anything is."""
    uploads = request_uploads()
    if uploads.again_at:
        return Refusal(no_room_for_files(uploads.again_at), 503)
    if uploads.failed:
        return Refusal(not_received(), 503)
    if uploads.refused:
        problem = _(
            "The files are too large or too many. Nothing was stored. Send some of them now; "
            "you can add the others when you come back with your receipt."
        )
        return Refusal(problem, 413)
    return None


def not_received(error: BaseException | None = None) -> str:
    """Say that the fault is ours, whether anything is stored as far as is known, and what to do."""
    if isinstance(error, NoRoomError):
        return no_room(error.again_at)
    if isinstance(error, DirectoryError):
        return _(
            "Not received: the keys that protect what you send have been tampered with. Nothing is "
            "stored. Keep your text, and call or write to the citizen adviser."
        )
    if isinstance(error, UncertainError):
        return _(
            "We cannot tell whether it arrived: our database fell silent as it was being stored. "
            "Your text is still below. Send it again in a moment: it is stored only once."
        )
    return _(
        "Not received: we could not store it just now. Nothing is stored. "
        "Your text is still below: try again in a moment."
    )
