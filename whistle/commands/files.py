"""Files that commands read and write: refused in words, and before anything that counts is done."""

from pathlib import Path

from whistle.domain.errors import RefusedError


def read_text(path: Path) -> str:
    """Read a file that somebody names; raise `RefusedError` where it cannot be read."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(f"{path} cannot be read") from error


def check_new(*paths: Path) -> None:
    """Refuse files that are there already, or whose folder is not."""
    for path in paths:
        if path.exists():
            raise RefusedError(f"{path} is there already; nothing was done")
        if not path.absolute().parent.is_dir():
            raise RefusedError(f"{path.parent} is no folder; nothing was done")


def write_new(path: Path, text: str) -> None:
    """Write a file that was not there, its owner's alone."""
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text, "utf-8")
