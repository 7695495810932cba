"""The size of modules and functions, and what no committed file may say."""

import ast
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

MODULE_LINES = 400
FUNCTION_LINES = 50
# On the line of the `def`, with the reason after it, it lets a long function be.
LONG_FUNCTION = "# long:"

# In two halves, or this file would be found.
REGISTRIES = [
    left + right
    for left, right in (
        ("pypi", ".org"),
        ("python", "hosted.org"),
        ("npm", "js.org"),
        ("yarn", "pkg.com"),
        ("crates", ".io"),
        ("proxy.go", "lang.org"),
        ("deb.deb", "ian.org"),
        ("security.deb", "ian.org"),
        ("snapshot.deb", "ian.org"),
        ("rubyg", "ems.org"),
        ("maven", ".org"),
    )
]


@cache
def committed() -> tuple[Path, ...]:
    """Return all files that are, or would be, in the repository."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        # A clone may belong to another account than the one that tests it.
        command = [git, "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
        command += ["--cached", "--others", "--exclude-standard"]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
        paths = (ROOT / name for name in told.decode().split("\0") if name)
    else:
        paths = (
            path
            for path in ROOT.rglob("*")
            if path.name != "uv.lock"
            and not any(
                part == "__pycache__" or (part.startswith(".") and part != ".ci")
                for part in path.relative_to(ROOT).parts[:-1]
            )
        )
    return tuple(sorted(path for path in paths if path.is_file()))


def modules() -> Iterator[Path]:
    """Return the package's modules; migrations are as long as the change they make."""
    for path in committed():
        within = path.relative_to(ROOT).parts
        if path.suffix == ".py" and within[0] == "whistle" and "migrations" not in within:
            yield path


def test_no_module_outgrows_a_reader() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert lengths, "no module was found"
    long = {str(path): count for path, count in lengths.items() if count > MODULE_LINES}
    assert not long, f"split what is over {MODULE_LINES} lines: {long}"


def test_no_function_outgrows_a_screen() -> None:
    long = {}
    for path in modules():
        source = path.read_text(encoding="utf-8")
        lines = source.splitlines()
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES and LONG_FUNCTION not in lines[node.lineno - 1]:
                long[f"{path}:{node.lineno} {node.name}"] = length
    assert not long, (
        f"split what is over {FUNCTION_LINES} lines, or give the reason: {LONG_FUNCTION} … {long}"
    )


def test_no_file_names_a_package_registry() -> None:
    naming = [
        f"{path}: {registry}"
        for path in committed()
        for registry in REGISTRIES
        if registry.encode() in path.read_bytes()
    ]
    assert not naming, naming
