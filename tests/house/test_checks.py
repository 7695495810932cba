"""Lint, format and types, run as anybody would run them, over the whole tree."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

CHECKS = {
    "lint": ("ruff", "check", "--output-format=concise"),
    "format": ("ruff", "format", "--check", "--diff"),
    "types": ("mypy",),
    "imports": ("lint-imports",),
}


@pytest.mark.parametrize("check", CHECKS)
def test_the_tree_passes(check: str) -> None:
    program, *arguments = CHECKS[check]
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    if check == "types" and os.environ.get("CI"):  # nothing is remembered from run to run there
        command += ["--cache-dir", os.devnull]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode:
        pytest.fail(f"$ {' '.join(CHECKS[check])}\n{result.stdout}{result.stderr}", pytrace=False)
