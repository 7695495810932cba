"""Branch coverage of the sealing rooms, `whistle/crypto` and `whistle/keys`; the aim is 100 %.

    uv run --with pytest-cov python bench/coverage.py

Prints coverage's own table; exits 1 below 100 %.
"""

import subprocess
import sys

COMMAND = (
    "-m pytest -q -n 0 -p no:cacheprovider --cov=whistle.crypto --cov=whistle.keys --cov-branch "
    "--cov-report=term-missing:skip-covered --cov-fail-under=100 tests/crypto tests/keys"
)

if __name__ == "__main__":
    sys.exit(subprocess.call([sys.executable, *COMMAND.split()]))
