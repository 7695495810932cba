"""Codes of authenticator apps: TOTP (RFC 6238) with SHA-1, six digits and steps of 30 seconds.

Those parameters are what every app can do. HMAC does not rest on SHA-1's collisions being hard.
"""

import base64
import binascii
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from whistle.crypto.errors import KeyShapeError
from whistle.crypto.secret import Secret

DIGITS = 6
STEP_SECONDS = 30
DRIFT = 1  # steps by which a telephone's clock may be ahead or behind (RFC 6238, 5.2)
_GROUP = 4


def step_at(moment: datetime) -> int:
    """Give the number of the step in which a moment (UTC, without zone) lies."""
    return int(moment.replace(tzinfo=UTC).timestamp()) // STEP_SECONDS


class TotpSecret(Secret):
    """20 random bytes, shared with an app (RFC 4226, 4, R6)."""

    __slots__ = ()
    size = 20

    def show(self) -> str:
        """Write it in base 32, as apps and scripts read it."""
        return base64.b32encode(self.reveal()).decode()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `show` wrote; raise `KeyShapeError` for anything else."""
        try:
            return cls(base64.b32decode(text.encode()))
        except binascii.Error as error:
            raise KeyShapeError("no app's secret in base 32") from error

    def groups(self) -> list[str]:
        """Write it in groups of four, for somebody who types it."""
        text = self.show()
        return [text[start : start + _GROUP] for start in range(0, len(text), _GROUP)]

    def address(self, account: str, issuer: str) -> str:
        """Give the ``otpauth:`` address that a QR code shows to an app."""
        return self._totp.get_provisioning_uri(account, issuer)

    def code(self, step: int) -> str:
        """Give the code of a step."""
        return self._totp.generate(step * STEP_SECONDS).decode()

    def steps_of(self, code: str, now: datetime) -> Iterator[int]:
        """Give the steps around ``now`` whose code this is, oldest first; mostly one or none."""
        here = step_at(now)
        for step in range(here - DRIFT, here + DRIFT + 1):
            if hmac.compare_digest(self.code(step).encode(), code.encode()):
                yield step

    @property
    def _totp(self) -> TOTP:
        return TOTP(self.reveal(), DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303  (see above)
