"""Vectors of the crypto room: receipts, places, keys, boxes, seals, files, passphrases."""

from collections.abc import Iterator
from hashlib import sha256

from tests.vectors.book import INSTALLATION, Book, Seals, fixed_box, flipped, made, place
from whistle.crypto import errors
from whistle.crypto.envelope import KeyPair, derive
from whistle.crypto.padding import pad_text, padme
from whistle.crypto.passphrase import Passphrase, Stretch
from whistle.crypto.place import Place, Purpose
from whistle.crypto.receipt import ALPHABET, Receipt
from whistle.crypto.secret import Seed, SymmetricKey
from whistle.crypto.signing import SigningKey
from whistle.crypto.stream import CHUNK_BYTES, StreamSealer

# From the X-Wing draft's first test vector.
XWING_SEED = bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")
SMALL_ORDER_X25519 = (
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
)
SMALL_ORDER_ED25519 = (
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
)


def books(seals: Seals) -> Iterator[Book]:
    """Give the files of this room."""
    yield _receipt()
    yield _place()
    yield _derive()
    yield _keys()
    yield _box()
    yield _seal(seals)
    yield _signature()
    yield _padding()
    yield _stream()
    yield _passphrase()


def _receipt() -> Book:
    book = Book("receipt", "Reading and writing receipts, and what is derived from them.")
    for name, raw in (
        ("the worked example of docs/sealing.md", bytes(range(1, 16))),
        ("all bits zero", bytes(15)),
        ("all bits one", b"\xff" * 15),
        ("some other", made("receipt", 15)),
    ):
        receipt = Receipt(raw)
        book.expect(f"show: {name}", "receipt_show", receipt.show(), receipt=raw)
        book.expect(f"parse: {name}", "receipt_parse", raw, text=receipt.show())
        lookup = receipt.lookup(INSTALLATION)
        book.expect(
            f"lookup: {name}", "receipt_lookup", lookup, receipt=raw, installation=INSTALLATION
        )
        digest_key = receipt.digest_key(INSTALLATION)
        book.expect(
            f"digest key: {name}",
            "receipt_digest_key",
            digest_key,
            receipt=raw,
            installation=INSTALLATION,
        )
        book.expect(
            f"nullifier: {name}",
            "receipt_nullifier",
            receipt.nullifier(INSTALLATION),
            receipt=raw,
            installation=INSTALLATION,
        )
    raw = made("receipt", 15)
    shown = Receipt(raw).show()
    public = Receipt(raw).key_pair(INSTALLATION).public.raw
    book.expect(
        "the reporter's public key",
        "receipt_public_key",
        public,
        receipt=raw,
        installation=INSTALLATION,
    )
    zero = Receipt(bytes(15)).show()
    one = Receipt(bytes(14) + b"\x01").show()
    for name, text, result in (
        ("without hyphens", shown.replace("-", ""), raw),
        ("in lower case", shown.lower(), raw),
        ("with spaces and line ends", f"  {shown.replace('-', ' ')}\r\n", raw),
        ("with en dashes", shown.replace("-", "–"), raw),
        ("with soft hyphens and zero-width spaces", shown.replace("-", "\u00ad\u200b"), raw),
        ("O for 0", zero.replace("0", "O"), bytes(15)),
        ("o for 0", zero.replace("0", "o"), bytes(15)),
        ("I for 1", one.replace("1", "I"), bytes(14) + b"\x01"),
        ("l for 1", one.replace("1", "l"), bytes(14) + b"\x01"),
    ):
        book.expect(f"forgiven: {name}", "receipt_parse", result, text=text)
    _receipt_slips(book, shown)
    return book


def _receipt_slips(book: Book, shown: str) -> None:
    wrong_check = ALPHABET[(ALPHABET.index(shown[-1]) + 1) % 32]
    other = ALPHABET[(ALPHABET.index(shown[0]) + 7) % 32]
    swapped_far = shown[6] + shown[1:6] + shown[0] + shown[7:]
    for name, text in (
        ("wrong check symbol", shown[:-1] + wrong_check),
        ("first symbol wrong", other + shown[1:]),
        ("two neighbours have changed places", shown[1] + shown[0] + shown[2:]),
        ("two symbols of different groups have changed places", swapped_far),
    ):
        book.error(name, "receipt_parse", errors.ReceiptCheckError, text=text)
    for name, text in (
        ("nothing", ""),
        ("last symbol missing", shown[:-1]),
        ("one symbol too many", shown + "0"),
        ("the letter U, which no receipt has", "U" + shown[1:]),
        ("a symbol outside the alphabet", "*" + shown[1:]),
        ("a letter that becomes S in upper case", "\u017f" + shown[1:]),
        ("a full-width digit", "\uff10" + shown[1:]),
    ):
        book.error(name, "receipt_parse", errors.ReceiptShapeError, text=text)


def _place() -> Book:
    book = Book("place", "The canonical bytes of places.")
    full = place(
        Purpose.ITEM,
        owner=made("case"),
        item=made("item"),
        kind="dialogue",
        generation=1,
        version=2,
        side="reporter",
    )
    for name, told in (
        ("every field", full),
        ("only purpose and installation", Place(Purpose.STATEMENT, INSTALLATION)),
        ("the largest numbers", place(Purpose.ITEM, generation=2**64 - 1, version=2**64 - 1)),
        ("a kind outside ASCII", place(Purpose.ITEM, kind="æøå")),
    ):
        book.expect(name, "place_encode", told.encode(), place=told)
    for name, numbers in (
        ("a generation below 0", {"generation": -1}),
        ("a version below 0", {"version": -1}),
        ("a generation above u64", {"generation": 2**64}),
        ("a version above u64", {"version": 2**64}),
    ):
        told_json = {
            "purpose": "item/content",
            "installation": INSTALLATION,
            "owner": b"",
            "item": b"",
            "kind": "",
            "generation": 0,
            "version": 0,
            "side": "",
            **numbers,
        }
        book.error(name, "place_encode", errors.PlaceError, place=told_json)
    return book


def _derive() -> Book:
    book = Book("derive", "DERIVE: 32 bytes from a secret and a place.")
    secret = made("secret", 32)
    for name, at in (
        ("an item's key", place(Purpose.ITEM_KEY, owner=made("case"), item=made("item"))),
        ("another case", place(Purpose.ITEM_KEY, owner=made("case 2"), item=made("item"))),
        ("another generation", place(Purpose.ITEM_KEY, owner=made("case"), generation=1)),
        ("another installation", Place(Purpose.ITEM_KEY, made("other installation"))),
        ("another purpose", place(Purpose.MEMBER_HYBRID, owner=made("case"), item=made("item"))),
    ):
        book.expect(name, "derive", derive(Seed(secret), at), secret=secret, place=at)
    return book


def _keys() -> Book:
    book = Book("keys", "Key pairs from seeds, and bytes that are no key.")
    public = KeyPair(Seed(XWING_SEED)).public.raw
    book.expect("the first vector of the X-Wing draft", "key_pair", public, seed=XWING_SEED)
    book.expect(
        "another seed",
        "key_pair",
        KeyPair(Seed(made("seed", 32))).public.raw,
        seed=made("seed", 32),
    )
    lattice, curve = public[:-32], public[-32:]
    shape = errors.KeyShapeError
    book.error("a seed of 31 bytes", "key_pair", shape, seed=XWING_SEED[:-1])
    book.error("a public key cut short", "public_key", shape, key=public[:-1])
    book.error("a public key with a byte too many", "public_key", shape, key=public + b"\0")
    over = b"\xff" * 3 + lattice[3:]
    book.error("a coefficient above ML-KEM's modulus", "public_key", shape, key=over + curve)
    for number, point in enumerate(SMALL_ORDER_X25519):
        key = lattice + bytes.fromhex(point)
        book.error(f"X25519 point of small order {number}", "public_key", shape, key=key)
    for number, point in enumerate(SMALL_ORDER_ED25519):
        name = f"Ed25519 point of small order {number}"
        book.error(name, "verifying_key", shape, key=bytes.fromhex(point))
    book.error("a verifying key cut short", "verifying_key", shape, key=made("key", 31))
    return book


def _box() -> Book:
    book = Book("box", "BOX: opening with a symmetric key.")
    key, other = made("box key", 32), made("other box key", 32)
    at = place(Purpose.ITEM, owner=made("case"), item=made("item"), kind="dialogue", version=2)
    message = "Indhold æøå".encode()
    boxed = fixed_box(key, at, message)
    book.expect("a box", "unbox", message, key=key, place=at, boxed=boxed)
    empty = fixed_box(key, at, b"")
    book.expect("a box of nothing", "unbox", b"", key=key, place=at, boxed=empty)
    book.error("wrong key", "unbox", errors.UnreadableError, key=other, place=at, boxed=boxed)
    _moved(book, "unbox", at, key=key, boxed=boxed)
    for name, changed in (
        ("a bit of the nonce flipped", flipped(boxed, 1)),
        ("a bit of the content flipped", flipped(boxed, 13)),
        ("a bit of the tag flipped", flipped(boxed, -1)),
        ("truncated by one byte", boxed[:-1]),
        ("one byte longer", boxed + b"\0"),
    ):
        book.error(name, "unbox", errors.UnreadableError, key=key, place=at, boxed=changed)
    _misshapen(book, "unbox", 28, boxed, key=key, place=at, field="boxed")
    return book


def _seal(seals: Seals) -> Book:
    book = Book("seal", "SEAL: opening with a key pair, which is given by its seed.")
    seed = made("seal seed", 32)
    at = place(Purpose.CASE_KEYS_INBOX, owner=made("inbox"), item=made("case"), generation=3)
    message = b"32 bytes, such as a dialogue key"
    sealed = seals.seal("seal", KeyPair(Seed(seed)), at, message)
    empty = seals.seal("seal of nothing", KeyPair(Seed(seed)), at, b"")
    ref = book.value("sealed", sealed)
    book.expect("a seal", "open_seal", message, seed=seed, place=at, sealed=ref)
    book.expect("a seal of nothing", "open_seal", b"", seed=seed, place=at, sealed=empty)
    unreadable = errors.UnreadableError
    other = made("other seal seed", 32)
    book.error("wrong key", "open_seal", unreadable, seed=other, place=at, sealed=ref)
    _moved(book, "open_seal", at, seed=seed, sealed=ref)
    zeros = bytes(32)
    for name, changed in (
        ("a bit of the ML-KEM ciphertext flipped", flipped(sealed, 1)),
        ("a bit of the X25519 share flipped", flipped(sealed, 1 + 1088)),
        ("an X25519 share of zeros", sealed[:1089] + zeros + sealed[1121:]),
        ("an encapsulation of zeros", sealed[:1] + bytes(1120) + sealed[1121:]),
        ("a bit of the content flipped", flipped(sealed, 1121)),
        ("a bit of the tag flipped", flipped(sealed, -1)),
        ("truncated by one byte", sealed[:-1]),
        ("one byte longer", sealed + b"\0"),
    ):
        book.error(name, "open_seal", unreadable, seed=seed, place=at, sealed=changed)
    _misshapen(book, "open_seal", 1136, sealed, seed=seed, place=at, field="sealed")
    return book


def _moved(book: Book, operation: str, at: Place, **given: object) -> None:
    """Add a failure for every field of a place that is not the one sealed at."""
    fields: dict[str, object] = {
        "purpose": Purpose.REGISTRATION,
        "installation": made("other installation"),
        "owner": made("other owner"),
        "item": made("other item"),
        "kind": "identity",
        "generation": at.generation + 1,
        "version": at.version + 1,
        "side": "reporter",
    }
    names = {
        "purpose": "for another purpose",
        "installation": "in another installation",
        "owner": "moved to another case or door",
        "item": "moved to another row",
        "kind": "as another kind",
        "generation": "in another generation or epoch",
        "version": "an older version",
        "side": "as the other side's",
    }
    for field, value in fields.items():
        told = {name: getattr(at, name) for name in names}
        moved = Place(**{**told, field: value})
        book.error(names[field], operation, errors.UnreadableError, place=moved, **given)


def _misshapen(
    book: Book, operation: str, shortest: int, value: bytes, *, field: str, **given: object
) -> None:
    for name, code, changed in (
        ("nothing at all", errors.TruncatedError, b""),
        ("the version byte alone", errors.TruncatedError, value[:1]),
        ("one byte shorter than the shortest", errors.TruncatedError, value[:shortest]),
        ("version 0", errors.UnknownVersionError, b"\0" + value[1:]),
        ("version 2", errors.UnknownVersionError, b"\x02" + value[1:]),
        ("version 2, and too short", errors.UnknownVersionError, b"\x02"),
    ):
        book.error(name, operation, code, **given, **{field: changed})


def _signature() -> Book:
    book = Book("signature", "Ed25519 over a place and a message: true or false, never an error.")
    key = SigningKey(Seed(made("signing seed", 32)))
    at, message = place(Purpose.STATEMENT), b"a statement"
    signature = key.sign(at, message)
    good = {
        "key": key.verifying.raw,
        "place": at,
        "message": message,
        "signature": signature,
    }
    other = SigningKey(Seed(made("other signing seed", 32))).verifying.raw
    elsewhere = Place(Purpose.STATEMENT, made("other installation"))
    for name, result, changed in (
        ("a signature", True, {}),
        ("another key", False, {"key": other}),
        ("another installation", False, {"place": elsewhere}),
        ("another purpose", False, {"place": place(Purpose.STATEMENT_HASH)}),
        ("another message", False, {"message": b"another statement"}),
        ("a bit flipped", False, {"signature": flipped(signature, 0)}),
        ("cut short", False, {"signature": signature[:-1]}),
        ("nothing", False, {"signature": b""}),
    ):
        book.expect(name, "verify", result, **{**good, **changed})
    return book


def _padding() -> Book:
    book = Book("padding", "Padding of texts, and the padded lengths of files.")
    text = "Kære borgerrådgiver".encode()
    book.expect("a text", "unpad_text", text, padded=book.value("text", pad_text(text)))
    book.expect("no text", "unpad_text", b"", padded=book.value("empty", pad_text(b"")))
    for length, padded in ((0, 4096), (4092, 4096), (4093, 8192), (8188, 8192), (8189, 16384)):
        book.expect(f"a text of {length} bytes", "padded_text_length", padded, length=length)
    good = pad_text(text)
    length = len(text)
    for name, changed in (
        ("nothing", b""),
        ("three bytes", bytes(3)),
        ("not a power of two", good[:-1]),
        ("less than 4 KiB", good[:2048]),
        ("more than needed", good + bytes(4096)),
        ("a padding byte that is not zero", good[:-1] + b"\x01"),
        ("a length beyond the end", b"\xff\xff\xff\xff" + good[4:]),
        ("a length that is one too small", (length - 1).to_bytes(4, "big") + good[4:]),
    ):
        book.error(name, "unpad_text", errors.PaddingError, padded=changed)
    for length in (0, 1, 2, 7, 8, 9, 17, 1000, 4097, CHUNK_BYTES - 1, CHUNK_BYTES + 1, 10**6 + 1):
        book.expect(f"padmé of {length}", "padme", padme(length), length=length)
    book.expect("padmé of 50 MB", "padme", padme(50_000_001), length=50_000_001)
    return book


def _stream() -> Book:
    book = Book("stream", "STREAM: byte i of a file's content is i mod 251; see README.md.")
    key = made("file key", 32)
    at = place(Purpose.FILE_CHUNK, item=made("attachment"))
    lengths = (0, 1, 1000, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES + 5)
    for length in lengths:
        hashes = [sha256(chunk).digest() for chunk in sealed_file(key, at, length)]
        book.expect(
            f"sealing {length} bytes", "stream_seal", hashes, key=key, place=at, length=length
        )
        book.expect(
            f"opening {length} bytes", "stream_open", True, key=key, place=at, length=length
        )
    _stream_failures(book, key, at, 3 * CHUNK_BYTES + 5)
    return book


def sealed_file(key: bytes, at: Place, length: int) -> list[bytes]:
    """Seal a file whose byte i is i mod 251."""
    sealer = StreamSealer(SymmetricKey(key), at)
    return [*sealer.update(content(length)), *sealer.finish()]


def content(length: int) -> bytes:
    """Give the vectors' file content."""
    return bytes(range(251)) * (length // 251) + bytes(range(length % 251))


def _stream_failures(book: Book, key: bytes, at: Place, length: int) -> None:
    good = {"key": key, "place": at, "length": length}
    unreadable, lengths = errors.UnreadableError, errors.StreamLengthError
    other = place(Purpose.FILE_CHUNK, item=made("other attachment"))
    for name, code, changes in (
        ("swapped chunks", unreadable, [["swap", 1, 2]]),
        ("first chunk missing, count unchanged", unreadable, [["drop", 0]]),
        ("last chunk missing, count unchanged", lengths, [["drop", -1]]),
        ("last chunk missing", lengths, [["drop", -1], ["count", 3]]),
        ("no chunk, count unchanged", lengths, [["drop", 0]] * 4),
        ("a chunk too many", lengths, [["repeat", 3], ["count", 5]]),
        ("a chunk too many, count unchanged", unreadable, [["repeat", 3]]),
        ("a chunk twice in place of the next", unreadable, [["repeat", 0], ["drop", 2]]),
        ("the last chunk as an earlier one", unreadable, [["swap", 2, 3]]),
        ("flipped bit in a tag", unreadable, [["flip", 1, -1]]),
        ("flipped bit in the first byte", unreadable, [["flip", 0, 1]]),
        ("a chunk truncated", unreadable, [["cut", 1, 100]]),
        ("a chunk with its tag alone missing", unreadable, [["cut", 3, 16]]),
        ("a chunk with nothing left", errors.TruncatedError, [["cut", 3, 2**20]]),
        ("another version", errors.UnknownVersionError, [["version", 0, 2]]),
        ("a manifest with a shorter length", lengths, [["length", 1000]]),
        ("a manifest with a longer length", lengths, [["length", 2**30]]),
        ("padding that is content", errors.PaddingError, [["length", length - 1]]),
        ("a length whose padded form is another", lengths, [["length", 3 * CHUNK_BYTES - 1]]),
        ("a last chunk of another length", lengths, [["length", length + 40_000]]),
    ):
        book.error(name, "stream_open", code, **good, changes=changes)
    wrong = {**good, "changes": [["key", made("other file key", 32)]]}
    book.error("wrong key", "stream_open", unreadable, **wrong)
    moved = {**good, "changes": [["place", other]]}
    book.error("moved to another file", "stream_open", unreadable, **moved)


def _passphrase() -> Book:
    book = Book("passphrase", "Folding of passphrases, and Argon2id with stored parameters.")
    stretch = Stretch(made("salt"))
    words = "korrekt hest batteri"
    for name, text in (
        ("as shown", words),
        ("capitals, hyphens, more spaces", "  Korrekt-HEST   batteri\n"),
        ("underscores and full stops", "korrekt_hest.batteri"),
        ("full-width letters", "\uff4borrekt hest batteri"),
    ):
        book.expect(f"folded: {name}", "passphrase_fold", words, text=text)
    key = stretch.key(Passphrase(words))
    book.expect("stretched", "stretch", key, text=words, stretch=stretch.encode())
    encoded = stretch.encode()
    low = (65535).to_bytes(4, "big")
    for name, changed in (
        ("less than 64 MiB", encoded[:1] + low + encoded[5:]),
        ("more than 256 MiB", encoded[:1] + (262145).to_bytes(4, "big") + encoded[5:]),
        ("two passes", encoded[:5] + b"\x02" + encoded[6:]),
        ("eleven passes", encoded[:5] + b"\x0b" + encoded[6:]),
        ("no lane", encoded[:6] + b"\0" + encoded[7:]),
        ("five lanes", encoded[:6] + b"\x05" + encoded[7:]),
        ("version 2", b"\x02" + encoded[1:]),
        ("a salt cut short", encoded[:-1]),
        ("nothing", b""),
    ):
        book.error(name, "stretch", errors.StretchParametersError, text=words, stretch=changed)
    return book
