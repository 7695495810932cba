"""What the machine has to have: missing, it fails the test on CI and skips it elsewhere."""

import os
from typing import NoReturn

import pytest


def missing(what: str, packages: str) -> NoReturn:
    """End the test because a program is not installed.

    Raises:
        Failed: with `CI` set, where a skipped test would pass for a tested claim.
        Skipped: on a developer's machine.
    """
    message = f"{what} is missing: apt-get install {packages}"
    if os.environ.get("CI"):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
