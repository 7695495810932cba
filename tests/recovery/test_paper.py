"""The ceremony and the drill: what is printed, what is typed, and what is never written down."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recovery.conftest import Laptop, Paper
from tests.support.readability import lix
from whistle.keys.recovery import RecoverySeed
from whistle.recovery.making import make_recovery_key
from whistle.recovery.public_file import Covers, PublicFile, PublicFileError
from whistle.recovery.shares import Share, split
from whistle.recovery.sheets import sheet

INSTALLATION = b"i" * 16
MADE = make_recovery_key(INSTALLATION, Covers.DOORS, 2, 3, date(2026, 11, 22))


# -- the ceremony ----------------------------------------------------------------------------------


def test_every_sheet_says_what_it_is_and_fits_a_page(laptop: Laptop) -> None:
    paper = laptop.make_key()
    key = paper.key
    assert len(paper.sheets) == 3
    for number, text in enumerate(paper.sheets, start=1):
        assert f"Ark {number} af 3" in text
        assert "2 af 3 ark" in text
        assert key.fingerprint in text
        assert INSTALLATION.hex() in text
        assert key.made.isoformat() in text
        assert "borgerrådgiverens indbakker" in text
        lines = text.splitlines()
        assert len(lines) <= 60
        assert max(map(len, lines)) <= 72
        assert lix([text.split("HVAD ER DET?")[1]]) < 35


def test_a_sheet_can_be_had_in_english(laptop: Laptop) -> None:
    paper = laptop.make_key("english", 2, 3, "--language", "en", "--name", "Stevns")
    assert "Stevns" in paper.sheets[0]
    for text in paper.sheets:
        assert "YOUR 33 WORDS" in text
        assert len(text.splitlines()) <= 60
        assert max(map(len, text.splitlines())) <= 72


def test_no_sheet_is_on_the_disk_unless_it_was_asked_for(laptop: Laptop) -> None:
    public = laptop.folder / "public.json"
    status, printed, remarks = laptop.run(*laptop.new(public))
    assert status == 0
    pages = printed.split("\f")
    assert len(pages) == 3
    assert [path.name for path in laptop.folder.iterdir()] == ["public.json"]
    paper = Paper(pages, public)
    for text in paper.shares:
        words = Share.read(text).words
        assert " ".join(words[4:8]) not in public.read_text()
        assert " ".join(words[4:8]) not in remarks
    assert public.stat().st_mode & 0o077 == 0


def test_what_would_be_written_is_looked_at_before_a_key_is_made(laptop: Laptop) -> None:
    public = laptop.folder / "public.json"
    public.write_text("precious")
    status, printed, remarks = laptop.run(*laptop.new(public))
    assert (status, printed) == (2, "")
    assert "there already" in remarks
    assert public.read_text() == "precious"
    assert laptop.run(*laptop.new(laptop.folder / "nowhere" / "public.json"))[0] == 2
    arguments = ["recovery", "new", "--installation", "xyz", "--shares", "2", "--of", "3"]
    assert laptop.run(*arguments, "--public", laptop.folder / "p")[0] == 2
    for needed, count in (("1", "3"), ("4", "3"), ("2", "17"), ("0", "0")):
        assert laptop.run(*laptop.new(laptop.folder / "p", needed, count))[0] == 2
    assert not (laptop.folder / "p").exists()


def test_all_of_all_is_allowed_with_a_warning(laptop: Laptop) -> None:
    status, _, remarks = laptop.run(*laptop.new(laptop.folder / "public.json", "2", "2"))
    assert status == 0
    assert "one lost sheet loses everything" in remarks


def test_on_a_screen_each_sheet_is_wiped_before_the_next_trustee_looks(tmp_path: Path) -> None:
    public = tmp_path / "public.json"
    command = [sys.executable, "-m", "whistle", *Laptop.new_command(b"i" * 16, public)]
    shown = on_a_screen(command, ["Press Enter.", "wipe the screen."])
    screens = shown.split("\x1b[H\x1b[2J\x1b[3J")
    assert [screen.count("DINE 33 ORD") for screen in screens] == [0, 1, 0, 1, 0, 1, 0]
    assert f"fingerprint is {PublicFile.decode(public.read_text()).fingerprint}" in screens[-1]
    assert [path.name for path in tmp_path.iterdir()] == ["public.json"]


def on_a_screen(command: Sequence[str], questions: Sequence[str]) -> str:
    """Run a command on a terminal, press Enter at each question, and give all that was shown."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        shown, answered = b"", 0
        while True:
            try:
                shown += os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            asked = sum(shown.count(one.encode()) for one in questions)
            os.write(ours, b"\n" * (asked - answered))
            answered = asked
        os.close(ours)
    assert running.returncode == 0, shown.decode()
    return shown.decode()


# -- the public file -------------------------------------------------------------------------------


def test_the_public_file_says_what_it_said() -> None:
    text = MADE.public.encode()
    assert PublicFile.decode(text) == MADE.public
    assert PublicFile.decode(text.replace("\n", "\r\n") + "\r\n") == MADE.public


@given(st.data())
def test_whatever_a_public_file_was_changed_to_only_its_error_goes(data: st.DataObject) -> None:
    text = MADE.public.encode()
    at = data.draw(st.integers(0, len(text) - 1))
    changed = text[:at] + data.draw(st.text(max_size=2)) + text[at + 1 :]
    try:
        read = PublicFile.decode(changed)
    except PublicFileError:
        return
    assert (read == MADE.public) == (read.encode() == text)


@pytest.mark.parametrize("text", ["", "{}", "null", "[" * 5000, "9" * 5000, "x" * 30_000])
def test_what_is_no_public_file_is_refused(text: str) -> None:
    with pytest.raises(PublicFileError):
        PublicFile.decode(text)


def test_the_fingerprint_is_to_be_read_from_the_paper_alone() -> None:
    text = MADE.public.encode()
    assert MADE.public.fingerprint not in text
    assert MADE.public.fingerprint.replace(" ", "") not in text


def test_the_marks_of_shares_know_every_share_and_no_other() -> None:
    assert all(MADE.public.knows(share) for share in MADE.shares)
    other = make_recovery_key(INSTALLATION, Covers.DOORS, 2, 3, date(2026, 11, 22))
    assert not any(MADE.public.knows(share) for share in other.shares)


def test_a_sheet_prints_the_words_of_its_share() -> None:
    share = MADE.shares[1]
    printed = sheet(share, MADE.public, "Stevns", "da")
    for number, word in enumerate(share.words, start=1):
        assert f"{number:4}  {word}" in printed


# -- the drill -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def public_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("drill") / "public.json"
    path.write_text(MADE.public.encode())
    return path


def drill(laptop: Laptop, public: Path, texts: Sequence[str]) -> tuple[int, str, str]:
    return laptop.run("recovery", "drill", "--public", public, "--words", "-", typed=texts)


def test_a_drill_proves_every_sheet_and_that_they_open_the_key(
    laptop: Laptop, public_file: Path
) -> None:
    before = sorted(laptop.folder.iterdir())
    status, printed, _ = drill(laptop, public_file, [share.text for share in MADE.shares])
    assert status == 0
    assert "Together these shares open the recovery key" in printed
    assert "All 3 shares are proved" in printed
    assert sorted(laptop.folder.iterdir()) == before
    status, printed, _ = drill(laptop, public_file, [share.text for share in MADE.shares[1:]])
    assert status == 0
    assert "Not proved: 1" in printed


def test_a_trustee_can_prove_a_sheet_alone(laptop: Laptop, public_file: Path) -> None:
    status, printed, _ = drill(laptop, public_file, [MADE.shares[2].text])
    assert status == 0
    assert "share 3 of 3: genuine" in printed
    assert "so not tried" in printed


def test_a_drill_names_the_sheet_that_is_not_genuine(laptop: Laptop, public_file: Path) -> None:
    stranger = split(RecoverySeed.random(), 2, 3)[0]
    status, printed, _ = drill(laptop, public_file, [stranger.text, *_texts()])
    assert status == 1
    assert "share that says it is number 1: this share is whole, but it was not made" in printed
    assert "Together these shares open the recovery key" in printed


def _texts() -> list[str]:
    return [share.text for share in MADE.shares]


def test_the_same_sheet_twice_proves_one(laptop: Laptop, public_file: Path) -> None:
    status, printed, _ = drill(laptop, public_file, [_texts()[0], _texts()[0]])
    assert status == 1
    assert "has been typed already" in printed


def test_a_drill_without_a_share_or_a_public_file_is_refused(
    laptop: Laptop, public_file: Path
) -> None:
    assert drill(laptop, public_file, [])[0] == 2
    assert drill(laptop, laptop.folder / "nowhere", _texts())[0] == 2
    assert drill(laptop, public_file, ["academic acid"])[0] == 2
    words = ["--words", str(laptop.folder / "nowhere")]
    assert laptop.run("recovery", "drill", "--public", public_file, *words)[0] == 2


# -- typing ----------------------------------------------------------------------------------------


def test_trustees_type_word_by_word_and_mend_what_is_wrong(
    laptop: Laptop, public_file: Path
) -> None:
    first, second = MADE.shares[0].words, MADE.shares[2].words
    wrong = "academic" if second[20] != "academic" else "acid"
    typed = [
        *first[:4],
        "qqqqzzzz",  # no word: asked again at once
        " ".join(first[4:11]),
        "Acadmeicc",  # something like a word
        " ".join(word[:4] for word in first[11:]),
        " ".join([*second[:20], wrong, *second[21:]]),
        second[20],  # asked for by its number
        "",  # nobody else
    ]
    status, printed, remarks = laptop.run("recovery", "drill", "--public", public_file, typed=typed)
    assert status == 0, remarks
    assert "word 5 is not in the list of words. Look at the paper" in remarks
    assert "Is it one of these: academic" in remarks
    assert "word 21 is wrong" in remarks
    assert "Together these shares open the recovery key" in printed
    for word in ("qqqqzzzz", "Acadmeicc"):
        assert word not in printed + remarks


def test_where_nobody_can_tell_which_words_are_wrong_all_are_shown_with_their_numbers(
    laptop: Laptop, public_file: Path
) -> None:
    words = MADE.shares[0].words
    two_wrong = [*words[:7], _other(words[7]), _other(words[8]), *words[9:]]
    typed = [" ".join(two_wrong), "8 9", words[7], words[8], ""]
    status, printed, remarks = laptop.run("recovery", "drill", "--public", public_file, typed=typed)
    assert status == 0, remarks
    assert "two words or more are wrong" in remarks
    assert re.search(rf"8  {_other(words[7])}", remarks)
    assert "share 1 of 3: genuine" in printed
    typed = [" ".join(two_wrong), "", *words, ""]  # or all of them again
    assert laptop.run("recovery", "drill", "--public", public_file, typed=typed)[0] == 0


def _other(word: str) -> str:
    return "academic" if word != "academic" else "acid"


def test_when_the_keyboard_falls_silent_nothing_is_done(laptop: Laptop, public_file: Path) -> None:
    typed = MADE.shares[0].words[:5]
    status, _, remarks = laptop.run("recovery", "drill", "--public", public_file, typed=typed)
    assert status == 2
    assert "there was no answer" in remarks
