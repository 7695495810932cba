"""What a form carries so that nobody can choose a receipt, and so that no cookie is needed.

A form token is an hour and a MAC over the form's subject; the form key is in the configuration and
opens nothing, so that every worker and a restarted server accept it for `HOURS` hours.
"""

import base64
import binascii
import hmac
import secrets
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from whistle.crypto.place import Place, Purpose
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Channel
from whistle.settings import FormKey
from whistle.storage.tables import ID_BYTES

HOURS = 48
_HOUR = struct.Struct(">I")
_MAC_BYTES = 32


class TokenState(Enum):
    """What a token that came back turns out to be."""

    VALID = "valid"
    EXPIRED = "expired"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class FormTokens:
    """Makes and checks the tokens of one installation's forms."""

    installation: bytes
    key: FormKey

    def for_report(self, channel: Channel, receipt: Receipt, now: datetime) -> str:
        """Make the token of a report's form, in base64url; ``now`` is UTC without zone."""
        return self._make(self._report(channel, receipt), now)

    def check_report(
        self, channel: Channel, receipt: Receipt, token: str, now: datetime
    ) -> TokenState:
        """Say what the token of a report's form is worth."""
        return self._check(self._report(channel, receipt), token, now)

    def for_message(self, receipt: Receipt, now: datetime) -> str:
        """Make the token of a message's form: it names the message's id, so none comes twice."""
        item_id = secrets.token_bytes(ID_BYTES)
        return item_id.hex() + "." + self._make(self._message(receipt, item_id), now)

    def check_message(self, receipt: Receipt, token: str, now: datetime) -> bytes | None:
        """Give the message's id, 16 bytes, or none if the token is forged or expired."""
        state = self.message_state(receipt, token, now)
        return bytes.fromhex(token.partition(".")[0]) if state is TokenState.VALID else None

    def message_state(self, receipt: Receipt, token: str, now: datetime) -> TokenState:
        """Say what a token is worth; made under another receipt, it is forged under this one."""
        name, _, rest = token.partition(".")
        try:
            item_id = bytes.fromhex(name)
        except ValueError:
            return TokenState.FORGED
        if len(item_id) != ID_BYTES:
            return TokenState.FORGED
        return self._check(self._message(receipt, item_id), rest, now)

    def for_new_receipt(self, new: Receipt, old: Receipt, now: datetime) -> str:
        """Make the token of the form that replaces ``old`` by ``new``, and no other."""
        return self._make(self._new_receipt(new, old), now)

    def check_new_receipt(
        self, new: Receipt, old: Receipt, token: str, now: datetime
    ) -> TokenState:
        """Say what the token of the form that replaces a receipt is worth."""
        return self._check(self._new_receipt(new, old), token, now)

    def _new_receipt(self, new: Receipt, old: Receipt) -> Place:
        return Place(
            Purpose.FORM_TOKEN,
            self.installation,
            owner=old.lookup(self.installation),
            item=new.reveal(),
            kind="new receipt",
        )

    def _report(self, channel: Channel, receipt: Receipt) -> Place:
        return Place(
            Purpose.FORM_TOKEN, self.installation, item=receipt.reveal(), kind=f"report/{channel}"
        )

    def _message(self, receipt: Receipt, item_id: bytes) -> Place:
        return Place(
            Purpose.FORM_TOKEN,
            self.installation,
            owner=item_id,
            item=receipt.reveal(),
            kind="message",
        )

    def _make(self, subject: Place, now: datetime) -> str:
        hour = _HOUR.pack(_hours(now))
        return base64.urlsafe_b64encode(hour + self._mac(subject, hour)).decode()

    def _check(self, subject: Place, token: str, now: datetime) -> TokenState:
        try:
            raw = base64.b64decode(token.encode("ascii"), b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            return TokenState.FORGED
        hour, mac = raw[: _HOUR.size], raw[_HOUR.size :]
        if len(mac) != _MAC_BYTES or not hmac.compare_digest(mac, self._mac(subject, hour)):
            return TokenState.FORGED
        age = _hours(now) - _HOUR.unpack(hour)[0]
        return TokenState.VALID if age <= HOURS else TokenState.EXPIRED

    def _mac(self, subject: Place, hour: bytes) -> bytes:
        return hmac.digest(self.key.reveal(), subject.encode() + hour, "sha256")


def _hours(now: datetime) -> int:
    return int(now.replace(tzinfo=UTC).timestamp()) // 3600
