"""Signed notes and checkpoints are read as others read them, and hostile ones not at all."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.crypto.errors import (
    NoteError,
    NoteShapeError,
    NoteSignatureError,
    NoteUnsignedError,
)
from whistle.crypto.notes import (
    LONGEST_NOTE,
    MOST_SIGNATURES,
    Checkpoint,
    Note,
    NoteKey,
    NoteSigner,
    open_note,
)
from whistle.crypto.secret import Seed
from whistle.crypto.signing import VerifyingKey

# The vectors of Go's golang.org/x/mod/sumdb/note, note_test.go.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_SIG = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6"
    "KE6RyyBwJnAM=\n"
)
ENOCH_SIG = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WW"
    "d1RvMc+QQ=\n"
)
peter, enoch = NoteKey.parse(PETER), NoteKey.parse(ENOCH)


def note(*parts: str) -> bytes:
    return "".join((TEXT, "\n", *parts)).encode()


def test_a_note_is_signed_as_go_signs_it() -> None:
    signer = NoteSigner("PeterNeumann", Seed(PETER_SEED))
    assert signer.key.show() == PETER
    assert signer.sign(TEXT) == note(PETER_SIG)
    assert repr(signer) == "<NoteSigner>"


def test_keys_are_written_as_they_were_read() -> None:
    assert (peter.show(), enoch.show()) == (PETER, ENOCH)


@pytest.mark.parametrize("known", [(peter,), (enoch,), (peter, enoch)])
def test_one_known_signature_is_enough(known: tuple[NoteKey, ...]) -> None:
    assert open_note(note(PETER_SIG, ENOCH_SIG), *known) == TEXT
    assert open_note(note(PETER_SIG, PETER_SIG, ENOCH_SIG), *known) == TEXT


def test_signatures_by_unknown_keys_are_ignored_and_count_for_nothing() -> None:
    broken = ENOCH_SIG[:60] + "ABCD" + ENOCH_SIG[60:]
    assert open_note(note(broken, PETER_SIG), peter) == TEXT
    with pytest.raises(NoteUnsignedError):
        open_note(note(ENOCH_SIG), peter)
    with pytest.raises(NoteUnsignedError):
        open_note(note(PETER_SIG))


def test_a_note_may_be_as_long_and_have_as_many_signatures_as_is_said_and_no_more() -> None:
    signer = NoteSigner("log", Seed.random())
    around = len(signer.sign("\n")) - 1
    longest = signer.sign("a" * (LONGEST_NOTE - around - 1) + "\n")
    assert len(longest) == LONGEST_NOTE
    assert open_note(longest, signer.key) == "a" * (LONGEST_NOTE - around - 1) + "\n"
    with pytest.raises(NoteShapeError):
        open_note(signer.sign("a" * (LONGEST_NOTE - around) + "\n"), signer.key)
    assert open_note(note(*[PETER_SIG] * MOST_SIGNATURES), peter) == TEXT
    with pytest.raises(NoteShapeError):
        open_note(note(*[PETER_SIG] * (MOST_SIGNATURES + 1)), peter)


def test_the_last_signature_ends_its_line_and_a_key_is_named_by_one_word() -> None:
    for odd in (note(PETER_SIG.rstrip("\n")), note(PETER_SIG.replace(" x08go", " Junior x08go"))):
        with pytest.raises(NoteShapeError):
            Note.parse(odd)


def test_a_known_signature_that_does_not_fit_spoils_the_note() -> None:
    broken = PETER_SIG[:60] + "ABCD" + PETER_SIG[60:]
    for spoiled in (note(broken), note(ENOCH_SIG, broken), note(PETER_SIG, broken)):
        with pytest.raises(NoteSignatureError):
            open_note(spoiled, peter, enoch)


def test_a_changed_text_is_not_what_was_signed() -> None:
    with pytest.raises(NoteSignatureError):
        open_note(note(PETER_SIG).replace(b"answer", b"Answer"), peter)


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\n",
        TEXT.encode(),
        TEXT.encode() + b"\n",
        note(PETER_SIG[:-1]),
        note("\n", PETER_SIG) + b"\n",
        b"\x01" + note(PETER_SIG),
        b"\xff" + note(PETER_SIG),
        b"tab\t" + note(PETER_SIG),
        note(PETER_SIG).replace(b"\n", b"\r\n"),
        note("— Bad Name" + PETER_SIG.removeprefix("— PeterNeumann")),
        note("— Bad+Name" + PETER_SIG.removeprefix("— PeterNeumann")),
        note("— Bad\u2003Name" + PETER_SIG.removeprefix("— PeterNeumann")),
        note("— " + PETER_SIG.removeprefix("— PeterNeumann")),
        note(PETER_SIG.replace("—", "-")),
        note(PETER_SIG, "Unexpected line.\n"),
        note("— PeterNeumann x08goQ==\n".replace("x08goQ", "x08gow")),  # four bytes: no signature
        note(PETER_SIG.replace("=", "")),
        note(PETER_SIG.replace("M=", "N=")),  # another spelling of the same bytes
        note(PETER_SIG * 101),
        b"a" * LONGEST_NOTE + b"\n" + note(PETER_SIG),
    ],
)
def test_what_is_no_note_is_refused_whoever_signed_it(encoded: bytes) -> None:
    with pytest.raises(NoteShapeError):
        open_note(encoded, peter)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_comes_in_a_note_is_refused_in_words(encoded: bytes) -> None:
    for hostile in (encoded, note(PETER_SIG) + encoded, encoded + b"\n\n" + PETER_SIG.encode()):
        try:
            assert open_note(hostile, peter).encode() in hostile
        except NoteError:
            continue


def test_no_part_of_a_key_is_a_key() -> None:
    spoiled = [PETER[i:j] for i in range(len(PETER)) for j in range(i + 1, len(PETER) + 1)]
    spoiled += [PETER[:i] + chr(ord(PETER[i]) + 1) + PETER[i + 1 :] for i in range(len(PETER))]
    spoiled += [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        PETER + "\n",
        PETER.replace("c74f20a3", "C74F20A3"),
    ]
    for text in spoiled:
        if text != PETER:
            with pytest.raises(NoteShapeError):
                NoteKey.parse(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n", "\u00a0"])
def test_a_key_has_a_name_that_a_note_can_hold(name: str) -> None:
    with pytest.raises(NoteShapeError):
        NoteKey(name, VerifyingKey(peter.public.raw))


@pytest.mark.parametrize("text", ["", "no end", "tab\t\n", "\x00\n", "\r\n"])
def test_what_is_no_text_of_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(NoteShapeError):
        NoteSigner("log", Seed(bytes(range(32)))).sign(text)


def test_the_example_of_the_specification_opens() -> None:
    """C2SP signed-note.md; its key is not published, so the text alone is held."""
    encoded = (
        "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\n"
        "ed è subito sera.\n\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddn"
        "GITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
    ).encode()
    read = Note.parse(encoded)
    assert read.text.endswith("sole:\n\ned è subito sera.\n")
    assert [(one.name, len(one.signature)) for one in read.signatures] == [
        ("quasimodo.example/salvatore", 64)
    ]


# C2SP tlog-checkpoint.md
SOFA = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_the_checkpoint_of_the_specification_is_read_and_written_again() -> None:
    checkpoint = Checkpoint.parse(SOFA)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.encode() == SOFA


ROOT = base64.b64encode(hashlib.sha256().digest()).decode()


@given(
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1),
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1), max_size=3),
)
def test_checkpoints_come_back_as_they_were_written(
    origin: str, size: int, root: bytes, extensions: list[str]
) -> None:
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert Checkpoint.parse(checkpoint.encode()) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "a\n0\n",
        f"\n0\n{ROOT}\n",
        f"a\n\n{ROOT}\n",
        f"a\n00\n{ROOT}\n",
        f"a\n01\n{ROOT}\n",
        f"a\n+1\n{ROOT}\n",
        f"a\n-1\n{ROOT}\n",
        f"a\n 1\n{ROOT}\n",
        f"a\n1_0\n{ROOT}\n",
        f"a\n\u0661\n{ROOT}\n",
        f"a\n{2**63}\n{ROOT}\n",
        f"a\n{10**400}\n{ROOT}\n",
        f"a\n0\n{ROOT[:-4]}\n",
        f"a\n0\n{ROOT}\n\n",
        f"a\n0\n{ROOT}\n\nmore\n",
        "a\n0\nrot\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteShapeError):
        Checkpoint.parse(text)
