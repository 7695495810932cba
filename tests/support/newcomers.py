"""People who become members in a test: with an authenticator app, or straight into the database."""

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime

from werkzeug.test import Client, TestResponse

from tests.support.office import HOST, Office, hidden_fields
from whistle.crypto.secret import Seed
from whistle.crypto.totp import TotpSecret, step_at
from whistle.domain.fingerprint import show_spoken
from whistle.keys.fingerprints import member_fingerprint
from whistle.keys.keyring import Keyring
from whistle.storage.rows import MemberRow

APP = "/casework/security/app"


def choose_app(client: Client, now: datetime) -> TestResponse:
    """Choose an authenticator app as a person would, and give the page with the backup codes."""
    page = client.get(APP, base_url=HOST).text
    shown = re.search(r'<p class="receipt"[^>]*>(.*?)</p>', page, re.DOTALL)
    assert shown is not None, page
    secret = TotpSecret.parse("".join(re.findall(r"[A-Z2-7]{4}", shown[1])))
    fields = {**hidden_fields(page), "totp": secret.code(step_at(now))}
    return client.post(APP, base_url=HOST, data=fields)


@dataclass(frozen=True)
class Newcomer:
    """A member in no inbox, with their keys."""

    keyring: Keyring
    row: MemberRow

    @property
    def spoken(self) -> str:
        """What they read aloud."""
        return show_spoken(member_fingerprint(self.keyring.installation, self.keyring.public))


def newcomer(office: Office, role: str = "deputy", name: str = "Vera Vikar") -> Newcomer:
    """Make a member who has accepted an invitation."""
    keyring = Keyring(office.installation.id, secrets.token_bytes(16), Seed.random())
    offered = keyring.public
    row = MemberRow(
        keyring.member_id,
        f"{role}-{secrets.token_hex(4)}",
        name,
        role,
        "da",
        b"",
        b"",
        offered.public.raw,
        offered.verifying.raw,
        since=date(2026, 11, 1),
    )
    with office.installation.store.write() as db:
        row.insert(db)
    return Newcomer(keyring, row)
