"""Choosing an authenticator app, as somebody does who has just been invited."""

import re

from tests.support.office import hidden_fields
from whistle.crypto.totp import TotpSecret, step_at
from whistle.domain.clock import Clock

APP = "/casework/security/app"


def app_shown(page: str) -> TotpSecret:
    """Type the secret that a page shows into an app."""
    return TotpSecret.parse("".join(re.findall(r"<span>([A-Z2-7]{4})</span>", page)))


def first_code(page: str, clock: Clock | None = None) -> dict[str, str]:
    """Give the form of a page that shows an app's secret, with the first code filled in."""
    here = step_at((clock or Clock()).now())
    return {**hidden_fields(page), "totp": app_shown(page).code(here)}
