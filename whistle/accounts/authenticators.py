"""What browsers and authenticators are asked for, and whether their answers are genuine (WebAuthn).

`webauthn` checks signatures; around it stands one kind of refusal for whatever an answer may hold.
"""

import ipaddress
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import webauthn
from webauthn.helpers import (
    bytes_to_base64url,
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from whistle.accounts.challenges import PasskeyRefusedError, Refusal
from whistle.keys.passkeys import PRF_SALT
from whistle.storage.rows import MemberRow

TIMEOUT = 120_000  # milliseconds, for whoever looks for their key
LONGEST_ANSWER = 20_000  # characters; the largest attestations have a few thousand
_PORT = re.compile(r":\d*$")
_PRF = {"prf": {"eval": {"first": bytes_to_base64url(PRF_SALT)}}}
_VERIFIED = UserVerificationRequirement.REQUIRED

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Site:
    """Where the ceremony happens: the host that the browser named, with its port.

    A browser lets a page ask for passkeys of its own host alone, and signs which page it was.
    """

    host: str

    @property
    def name(self) -> str:
        """The host without its port: what passkeys belong to (the "RP ID")."""
        return _PORT.sub("", self.host)

    @property
    def origins(self) -> list[str]:
        """The pages that may ask. Plain HTTP is safe to this machine and to an onion service."""
        name = self.name
        plain = name == "localhost" or name.endswith((".localhost", ".onion"))
        return [f"https://{self.host}", *([f"http://{self.host}"] if plain else [])]

    @property
    def has_passkeys(self) -> bool:
        """Say whether there can be passkeys: they belong to names, never to addresses."""
        try:
            ipaddress.ip_address(self.name.strip("[]"))
        except ValueError:
            return bool(self.name)
        return False


def _refusing(check: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Have a check of what a browser sent fail in one way, whatever it held."""

    @wraps(check)
    def refusing(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        try:
            return check(*args, **kwargs)
        except (WebAuthnException, ValueError, TypeError, LookupError, RecursionError) as error:
            raise PasskeyRefusedError(Refusal.NOT_ACCEPTED) from error

    return refusing


def registration_options(
    site: Site, challenge: bytes, member: MemberRow, known: Sequence[bytes], municipality: str
) -> str:
    """Ask for a new passkey that verifies its user and is found without a user name."""
    options = webauthn.generate_registration_options(
        rp_id=site.name,
        rp_name=municipality,
        user_id=member.id,
        user_name=member.username,
        user_display_name=member.name,
        challenge=challenge,
        timeout=TIMEOUT,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(one) for one in known],
    )
    told = options_to_json_dict(options)
    del told["rp"]["id"]  # the browser takes its own host: no page repeats what a header says
    return json.dumps({**told, "extensions": _PRF})


def assertion_options(site: Site, challenge: bytes, known: Sequence[bytes], *, prf: bool) -> str:
    """Ask for a passkey: one of ``known``, or any that the browser finds where none is named."""
    options = webauthn.generate_authentication_options(
        rp_id=site.name,
        challenge=challenge,
        timeout=TIMEOUT,
        allow_credentials=[PublicKeyCredentialDescriptor(one) for one in known],
        user_verification=_VERIFIED,
    )
    told = options_to_json_dict(options)
    del told["rpId"]
    return json.dumps({**told, **({"extensions": _PRF} if prf else {})})


@_refusing
def read_assertion(answer: str) -> tuple[AuthenticationCredential, bytes]:
    """Read what a passkey answered, with the challenge that it names."""
    credential = parse_authentication_credential_json(_parsed(answer))
    return credential, parse_client_data_json(credential.response.client_data_json).challenge


@_refusing
def read_registration(answer: str) -> tuple[RegistrationCredential, bytes]:
    """Read what a new passkey answered, with the challenge that it names."""
    credential = parse_registration_credential_json(_parsed(answer))
    return credential, parse_client_data_json(credential.response.client_data_json).challenge


@_refusing
def signed_count(
    credential: AuthenticationCredential, challenge: bytes, site: Site, public_key: bytes
) -> int:
    """Verify an answer, by a passkey that verified its user; give the count it was signed with."""
    verified = webauthn.verify_authentication_response(
        credential=credential,
        expected_challenge=challenge,
        expected_rp_id=site.name,
        expected_origin=site.origins,
        credential_public_key=public_key,
        credential_current_sign_count=0,  # compared by the caller: a copy is another refusal
        require_user_verification=True,
    )
    return verified.new_sign_count


@_refusing
def registered(
    credential: RegistrationCredential, challenge: bytes, site: Site
) -> VerifiedRegistration:
    """Verify the answer of a new passkey that verified its user."""
    return webauthn.verify_registration_response(
        credential=credential,
        expected_challenge=challenge,
        expected_rp_id=site.name,
        expected_origin=site.origins,
        require_user_verification=True,
    )


def _parsed(answer: str) -> Any:
    if not answer:  # what the page's script sends when the page has been open for too long
        raise PasskeyRefusedError(Refusal.STALE)
    if len(answer) > LONGEST_ANSWER:
        raise PasskeyRefusedError(Refusal.NOT_ACCEPTED)
    return json.loads(answer)
