"""An authenticator and its browser, as code: what WebAuthn level 3 has them answer.

For what no browser would send: other origins, other signatures, answers that were kept. What real
ones do is shown with Chromium's own (tests/browser/test_passkeys.py).
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

from whistle.crypto.envelope import derive_from
from whistle.keys.passkeys import unlock_place

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Passkey:
    """One passkey: ``prf`` is the secret behind its PRF, if it has one."""

    host: str
    user: bytes
    prf: bytes | None
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0


@dataclass
class Answer:
    """What the page sends: the answer, and the key that it derived."""

    credential: str
    unlock: str

    @property
    def fields(self) -> dict[str, str]:
        """The fields of the form."""
        return {"credential": self.credential, "unlock": self.unlock}

    def changed(self, **response: str) -> "Answer":
        """Change parts of the response, which are base64url."""
        told = json.loads(self.credential)
        told["response"].update(response)
        return Answer(json.dumps(told), self.unlock)


@dataclass
class Authenticator:
    """A device with passkeys; its browser shows ``origin``. ``counts`` is false where synced."""

    origin: str = "https://whistle.example"
    has_prf: bool = True
    verifies: bool = True
    counts: bool = True
    passkeys: list[Passkey] = field(default_factory=list)

    def create(self, options: str, **properties: Any) -> Answer:
        """Make a passkey, with ``properties`` of its own where they are given."""
        asked = json.loads(options)
        prf = secrets.token_bytes(32) if self.has_prf else None
        user = base64url_to_bytes(asked["user"]["id"])
        host = asked["rp"].get("id", urlsplit(self.origin).hostname)  # as a browser does
        made = Passkey(host, user, prf, **properties)
        self.passkeys.append(made)
        told = self._data(made, ATTESTED) + _attested(made)
        response = {
            "clientDataJSON": self._client_data("webauthn.create", asked),
            "attestationObject": bytes_to_base64url(
                encode_cbor({"fmt": "none", "attStmt": {}, "authData": told})
            ),
        }
        return Answer(_credential(made, response), unlock(made, asked))

    def get(self, options: str, which: int = -1) -> Answer:
        """Answer with the passkey that was made last, or with another."""
        asked, passkey = json.loads(options), self.passkeys[which]
        passkey.count += 1 if self.counts else 0
        client_data = self._client_data("webauthn.get", asked)
        data = self._data(passkey)
        signed = data + hashlib.sha256(base64url_to_bytes(client_data)).digest()
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(passkey.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": bytes_to_base64url(passkey.user),
        }
        return Answer(_credential(passkey, response), unlock(passkey, asked))

    def _client_data(self, kind: str, asked: dict[str, Any]) -> str:
        told = {"type": kind, "challenge": asked["challenge"], "origin": self.origin}
        return bytes_to_base64url(json.dumps({**told, "crossOrigin": False}).encode())

    def _data(self, passkey: Passkey, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        host = hashlib.sha256(passkey.host.encode()).digest()
        return host + bytes([flags]) + passkey.count.to_bytes(4, "big")


def unlock(passkey: Passkey, asked: dict[str, Any]) -> str:
    """Derive what the page sends, where the PRF was asked for and there is one."""
    wanted = asked.get("extensions", {}).get("prf")
    if passkey.prf is None or wanted is None:
        return ""
    salt = b"WebAuthn PRF\0" + base64url_to_bytes(wanted["eval"]["first"])
    output = hmac.digest(passkey.prf, hashlib.sha256(salt).digest(), "sha256")
    return bytes_to_base64url(derive_from(output, unlock_place(passkey.id)))


def _attested(made: Passkey) -> bytes:
    point = made.key.public_key().public_numbers()
    public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
    return bytes(16) + len(made.id).to_bytes(2, "big") + made.id + encode_cbor(public)


def _credential(passkey: Passkey, response: dict[str, str]) -> str:
    written = bytes_to_base64url(passkey.id)
    told = {"id": written, "rawId": written, "type": "public-key", "response": response}
    return json.dumps(told)
