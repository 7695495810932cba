"""Vectors of the audit log: entries and their details, the tree, signed checkpoints."""

import base64
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from tests.vectors.book import INSTALLATION, Book, fixed_box, flipped, made, place
from whistle.audit.entries import NO_ID, Details, commitment_to, leaf_content
from whistle.crypto import errors
from whistle.crypto.envelope import derive
from whistle.crypto.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    nodes_over,
    root_of,
)
from whistle.crypto.notes import Checkpoint, NoteSigner
from whistle.crypto.place import Purpose
from whistle.crypto.secret import Seed, SymmetricKey
from whistle.domain.logged import Actor, Logged
from whistle.storage.log import EntryRow

INBOX, MEMBER, CASE = made("inbox"), made("Anne"), made("a case")
VAULT = SymmetricKey(made("a vault key", 32))
EPOCH = 3
LOG_KEY = derive(VAULT, place(Purpose.LOG_KEY, owner=INBOX, generation=EPOCH))
NAME = f"whistle/{INSTALLATION.hex()}"
SEED = Seed(made("the log's signing seed", 32))
TIME = 1_795_348_800


def books() -> Iterator[Book]:
    """Give the file of the log."""
    book = Book("log", "The audit log: entries, the tree over them, checkpoints.")
    _entries(book)
    _trees(book)
    _checkpoints(book)
    yield book


def _entry(details: bytes, *, sealed: bool, padding: bytes = b"") -> EntryRow:
    salt = made(f"salt of {details.hex()}", 32)
    commitment = commitment_to(salt, details)
    row = EntryRow(7, TIME, Actor.MEMBER, MEMBER, NO_ID, 0, commitment, salt + details, b"")
    if not sealed:
        return row
    at = place(Purpose.LOG_DETAILS, owner=INBOX, item=commitment, generation=EPOCH)
    padded = details + (padding or b" " * (-len(details) % 256))
    return replace(row, inbox_id=INBOX, epoch=EPOCH, body=fixed_box(LOG_KEY, at, salt + padded))


def _entries(book: Book) -> None:
    about = {"case": CASE.hex(), "role": "adviser"}
    details = Details(Logged.CASE_OPENED, about)
    sealed = _entry(details.encode(), sealed=True)
    known = {"installation": INSTALLATION, "key": LOG_KEY}
    book.expect(
        "the log key of an inbox",
        "derive",
        LOG_KEY,
        secret=VAULT,
        place=place(Purpose.LOG_KEY, owner=INBOX, generation=EPOCH),
    )
    told = {"act": details.act, **about}
    book.expect("sealed details", "log_details", told, entry=_json(sealed), **known)
    for name, entry, error in (
        ("details under another commitment", {"commitment": bytes(32)}, errors.UnreadableError),
        ("details of another epoch", {"epoch": EPOCH + 1}, errors.UnreadableError),
        ("details of another inbox", {"inbox_id": MEMBER}, errors.UnreadableError),
        ("details with a flipped bit", {"body": flipped(sealed.body, -1)}, errors.UnreadableError),
        ("details cut short", {"body": sealed.body[:20]}, errors.TruncatedError),
        ("details of no version", {"body": b"\x09" + sealed.body[1:]}, errors.UnknownVersionError),
    ):
        given = {**_json(sealed), **entry}
        book.error(name, "log_details", error, entry=given, **known)
    closed = {**known, "key": None}
    book.error("no key", "log_details", errors.ContentError, entry=_json(sealed), **closed)
    bare = _entry(details.encode(), sealed=False)
    book.expect("open details", "log_details", told, entry=_json(bare), **closed)
    for name, body in (
        ("open details that were changed", flipped(bare.body, -1)),
        ("open details with another salt", flipped(bare.body, 0)),
        ("open details with padding", bare.body + b" "),
        ("no details", b""),
    ):
        given = {**_json(bare), "body": body}
        book.error(name, "log_details", errors.ContentError, entry=given, **closed)
    for name, written in (
        ("an act that is none", b'{"act":"forgotten"}'),
        ("details with spaces", b'{"act": "signed-in"}'),
    ):
        given = _json(_entry(written, sealed=False))
        book.error(name, "log_details", errors.ContentError, entry=given, **closed)
    for name, row in (("a sealed entry's leaf", sealed), ("an open entry's leaf", bare)):
        book.expect(name, "log_leaf", leaf_hash(leaf_content(row)), entry=_json(row))


def _json(row: EntryRow) -> dict[str, Any]:
    told = asdict(row)
    del told["leaf"]
    return told


def _trees(book: Book) -> None:
    leaves = [leaf_hash(made(f"leaf {number}")) for number in range(7)]
    node = nodes_over(leaves)
    for size in (0, 1, 2, 3, 7):
        book.expect(f"a tree of {size}", "tree_root", root_of(leaves[:size]), leaves=leaves[:size])
    for index in (0, 3, 6):
        proof = inclusion_proof(node, index, len(leaves))
        name = f"leaf {index} is in the tree of 7"
        book.expect(name, "tree_inclusion", proof, leaves=leaves, index=index)
    for first in (1, 4, 6, 7):
        proof = consistency_proof(node, first, len(leaves))
        name = f"the tree of 7 begins with that of {first}"
        book.expect(name, "tree_consistency", proof, leaves=leaves, first=first)
    roots = Frontier()
    for leaf in leaves:
        roots, _ = roots.add(leaf)
    encoded = roots.encode()
    book.expect("a frontier", "tree_frontier", roots.root(), size=7, roots=encoded)
    for name, operation, given in (
        ("a leaf beyond the tree", "tree_inclusion", {"leaves": leaves, "index": 7}),
        ("a leaf before the first", "tree_inclusion", {"leaves": leaves, "index": -1}),
        ("a larger tree before", "tree_consistency", {"leaves": leaves, "first": 8}),
        ("no tree before", "tree_consistency", {"leaves": leaves, "first": 0}),
        ("a frontier of another size", "tree_frontier", {"size": 8, "roots": encoded}),
        ("a frontier cut short", "tree_frontier", {"size": 7, "roots": encoded[:-1]}),
    ):
        book.error(name, operation, errors.ProofError, **given)


def _checkpoints(book: Book) -> None:
    root = root_of([leaf_hash(b"one"), leaf_hash(b"two")])
    checkpoint = Checkpoint(NAME, 2, root)
    signer = NoteSigner(NAME, SEED)
    text, vkey = checkpoint.encode(), signer.key.show()
    note = signer.sign(text).decode()
    book.expect(
        "a signature", "checkpoint_sign", note, key_name=NAME, seed=SEED.reveal(), text=text
    )
    told = {"origin": NAME, "size": 2, "root": root}
    book.expect("a checkpoint", "checkpoint_read", told, note=note, vkey=vkey)
    other = NoteSigner(NAME, Seed(made("another seed", 32)))
    stranger = NoteSigner("example.org/log", SEED)
    unsigned, broken, shape = (
        errors.NoteUnsignedError,
        errors.NoteSignatureError,
        errors.NoteShapeError,
    )
    foreign = replace(checkpoint, origin="example.org/log").encode()
    signature = note.rsplit(" ", 1)[1].strip()
    wrong = base64.b64encode(flipped(base64.b64decode(signature), -1)).decode()
    for name, error, written in (
        ("signed by another key", unsigned, other.sign(text).decode()),
        ("signed under another name", unsigned, stranger.sign(text).decode()),
        ("another size under the signature", broken, note.replace("\n2\n", "\n3\n")),
        ("a signature with a flipped bit", broken, note.replace(signature, wrong)),
        ("a checkpoint of another log", shape, signer.sign(foreign).decode()),
        (
            "a size with a zero before it",
            shape,
            signer.sign(text.replace("\n2\n", "\n02\n")).decode(),
        ),
        ("a root that is too short", shape, signer.sign(f"{NAME}\n2\nAAAA\n").decode()),
        ("no signature", shape, text),
        ("no line between", shape, note.replace("\n\n", "\n")),
        ("a control character", shape, note.replace("\n2\n", "\n2\t\n")),
    ):
        book.error(name, "checkpoint_read", error, note=written, vkey=vkey)
    book.error("a key that is cut", "checkpoint_read", shape, note=note, vkey=vkey[:-4])
    renamed = vkey.replace(NAME, f"{NAME}0")
    book.error("a key whose name was changed", "checkpoint_read", shape, note=note, vkey=renamed)
