"""Templates are compiled by the first worker that needs them, and by no other one again.

A hundred templates in two languages take each worker several seconds. Nothing outlives the run.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache


@pytest.fixture(scope="session", autouse=True)
def _compiled_once(run_folder: Path) -> Iterator[None]:
    folder = run_folder / "templates"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("whistle.web._COMPILED", FileSystemBytecodeCache(str(folder)))
        yield
