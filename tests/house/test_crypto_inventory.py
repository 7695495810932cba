"""docs/keys.md names every module that touches keys, random numbers or digests, and no other."""

import ast
import re
from pathlib import Path

from tests.house.test_files import ROOT, modules

INVENTORY = ROOT / "docs" / "keys.md"
CRYPTOGRAPHY = {"argon2", "cryptography", "hashlib", "hmac", "nacl", "secrets", "ssl"}
ALSO_RANDOM = {"urandom", "getrandom"}


def touches(path: Path) -> bool:
    """Say whether a module does cryptography itself; to call `whistle.crypto` is not that."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            named = [node.module or ""]
        elif isinstance(node, ast.Attribute) and node.attr in ALSO_RANDOM:
            return True
        else:
            continue
        if any(name.split(".")[0] in CRYPTOGRAPHY for name in named):
            return True
    return False


def test_the_inventory_of_cryptography_is_complete() -> None:
    told = set(
        re.findall(r"^\| `(whistle/\S+\.py)` \|", INVENTORY.read_text("utf-8"), re.MULTILINE)
    )
    found = {str(path.relative_to(ROOT)) for path in modules() if touches(path)}
    assert "whistle/crypto/envelope.py" in found
    assert told == found
