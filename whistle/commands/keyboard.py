"""The people at the keyboard: what they are told, asked, and handed on paper.

Questions and remarks go to standard error, so that standard output can be sent to a printer. What
is typed is read as it is, with no history that could be kept.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from whistle.commands.files import read_text, write_new
from whistle.domain.errors import RefusedError
from whistle.recovery.shares import Share, ShareError
from whistle.recovery.sheets import numbered
from whistle.recovery.words import (
    WORDS,
    ChecksumError,
    UnknownWordError,
    check_words,
    read_word,
    typed_in,
)

_CLEAR = "\x1b[H\x1b[2J\x1b[3J"  # the screen, and what had been scrolled off it
_NEXT_PAGE = "\f"


def say(text: str = "") -> None:
    """Tell the people at the keyboard."""
    print(text, file=sys.stderr, flush=True)


def ask(question: str) -> str:
    """Ask, and give the answer, stripped; raise `RefusedError` when nobody answers."""
    print(f"{question} ", end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise RefusedError("there was no answer; nothing was done")
    return line.strip()


def hand_out(sheets: Sequence[str], folder: Path | None) -> None:
    """Give one sheet to each trustee: on paper by a pipe, one by one on the screen, or as files.

    On a screen each is wiped before the next one is shown; only ``folder`` keeps anything.
    """
    if folder is not None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number, sheet in enumerate(sheets, start=1):
            write_new(folder / f"sheet-{number}-of-{len(sheets)}.txt", sheet)
        say(f"The sheets are in {folder}. Print them, and delete the files at once.")
    elif sys.stdout.isatty():
        for number, sheet in enumerate(sheets, start=1):
            ask(f"Trustee {number} of {len(sheets)}: alone at the screen? Press Enter.")
            print(_CLEAR + sheet, flush=True)
            ask("All written down, and compared word for word? Press Enter to wipe the screen.")
            print(_CLEAR, end="", flush=True)
    else:
        print(_NEXT_PAGE.join(sheets), end="", flush=True)


def shares_from(source: str) -> list[Share]:
    """Read shares from a file, or with ``-`` from standard input as far as an empty line.

    One share a line. Raises the `ShareError` or `WordsError` of the first that is none.
    """
    if source != "-":
        lines = read_text(Path(source)).splitlines()
        return [Share.read(line) for line in lines if line.strip()]
    shares = []
    while line := sys.stdin.readline().strip():
        shares.append(Share.read(line))
    return shares


def type_share(who: str) -> Share | None:
    """Have somebody type a share, word by word; none if they have none.

    What is typed is shown, or nobody could get 33 words right; the room is closed to others, and
    the screen is wiped afterwards. A word that cannot be is refused at once.
    """
    words: list[str] = []
    say(f"{who}: type the words from your sheet, one or several at a time.")
    say("Four letters of each are enough. An empty line instead of the first word: nobody else.")
    while True:
        if not _fill(words):
            return None
        try:
            check_words(words)
            return _wiped(Share.read(" ".join(words)))
        except ChecksumError as error:
            say("\n" + numbered(words))
            say(f"\nThe words do not fit together: {error}.")
            _correct(words, error)
        except ShareError as error:
            say(f"\nThis is no share of a recovery key: {error}.")
            words.clear()


def _fill(words: list[str]) -> bool:
    """Ask until there are as many words as a share has; false when there is no share to type."""
    while len(words) < WORDS:
        typed = typed_in(ask(f"word {len(words) + 1}:"))
        if not typed and not words:
            return False
        for one in typed[: WORDS - len(words)]:
            try:
                words.append(read_word(len(words) + 1, one))
            except UnknownWordError as error:
                say(_unknown(error))
                break
    return True


def _correct(words: list[str], error: ChecksumError) -> None:
    """Ask for the words that are wrong again; for all of them where nobody can tell which."""
    positions = error.positions
    if not positions:
        given = ask("The numbers of the words that are wrong, or Enter to type all of them again:")
        positions = tuple(int(one) for one in given.split() if one.isdecimal())
    positions = tuple(position for position in positions if 1 <= position <= WORDS)
    if not positions:
        words.clear()
    for position in positions:
        words[position - 1] = _one_word(position)


def _one_word(position: int) -> str:
    while True:
        typed = typed_in(ask(f"word {position}:"))
        try:
            return read_word(position, typed[0] if typed else "")
        except UnknownWordError as error:
            say(_unknown(error))


def _unknown(error: UnknownWordError) -> str:
    close = f" Is it one of these: {', '.join(error.closest)}?" if error.closest else ""
    return f"  {error}.{close} Look at the paper, and type it again."


def _wiped(share: Share) -> Share:
    if sys.stderr.isatty():
        print(_CLEAR, end="", file=sys.stderr, flush=True)
    return share
