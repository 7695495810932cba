"""Every vector of tests/vectors/ against the code; the folder's README.md says what they mean."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.audit import operations as log
from tests.keys import operations as filed
from tests.recovery import operations
from tests.vectors.make import build, load_seals
from tests.vectors.primitives import content, sealed_file
from whistle.crypto import envelope, errors, padding, stream
from whistle.crypto.envelope import KeyPair, PublicKey
from whistle.crypto.passphrase import Passphrase, Stretch
from whistle.crypto.place import Place, Purpose
from whistle.crypto.receipt import Receipt
from whistle.crypto.secret import Seed, SymmetricKey
from whistle.crypto.signing import VerifyingKey
from whistle.crypto.totp import TotpSecret
from whistle.domain.channel import Channel, InboxKind, InboxRoot
from whistle.domain.fingerprint import show_spoken
from whistle.keys.cases import CaseItems, open_inbox_keys, open_registration, open_reporter_keys
from whistle.keys.directory import Directory, MemberKeys, Statement, TrustedInbox, verify_chain
from whistle.keys.factors import backup_code_digest, unbox_totp
from whistle.keys.fingerprints import member_fingerprint
from whistle.keys.inbox_secret import InboxSecret
from whistle.keys.key_files import FileKey, open_by_key_file
from whistle.keys.keyring import InboxKeys, Keyring
from whistle.keys.notes import Note
from whistle.keys.passkeys import UnlockKey, open_by_passkey, unlock_place
from whistle.keys.records import CaseKeys, Generation, Identity, Message
from whistle.keys.recusals import Recusal
from whistle.keys.sessions import BootKey, SessionBoxer, SessionToken
from whistle.storage.engine import open_store
from whistle.storage.rows import (
    GrantRow,
    InboxKeysRow,
    InboxRow,
    ItemRow,
    KeyFileRow,
    PasskeyRow,
    RegistrationRow,
    ReporterKeysRow,
    SessionRow,
    StatementRow,
)
from whistle.storage.tables import metadata

FOLDER = Path(__file__).parent.parent / "vectors"
TOPICS = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "seals")
Input = Mapping[str, Any]


def vectors(topic: str) -> list[dict[str, Any]]:
    book = json.loads((FOLDER / f"{topic}.json").read_text("utf-8"))

    def resolved(value: Any) -> Any:
        if isinstance(value, str) and value.startswith("@"):
            return resolved(book["values"][value[1:]])
        if isinstance(value, list):
            return [resolved(one) for one in value]
        if isinstance(value, dict):
            return {key: resolved(one) for key, one in value.items()}
        return value

    return [{**vector, "input": resolved(vector["input"])} for vector in book["vectors"]]


def every_vector() -> Iterator[Any]:
    for topic in TOPICS:
        for vector in vectors(topic):
            yield pytest.param(vector, id=f"{topic}: {vector['name']}")


def raw(given: Input, *names: str) -> list[bytes]:
    return [bytes.fromhex(given[name]) for name in names]


def place_of(told: Input) -> Place:
    return Place(
        Purpose(told["purpose"]),
        bytes.fromhex(told["installation"]),
        bytes.fromhex(told["owner"]),
        bytes.fromhex(told["item"]),
        told["kind"],
        told["generation"],
        told["version"],
        told["side"],
    )


# -- the crypto room ---------------------------------------------------------------------------


def receipt_show(given: Input) -> str:
    return Receipt(bytes.fromhex(given["receipt"])).show()


def receipt_parse(given: Input) -> str:
    return Receipt.parse(given["text"]).reveal().hex()


def receipt_lookup(given: Input) -> str:
    receipt, installation = raw(given, "receipt", "installation")
    return Receipt(receipt).lookup(installation).hex()


def receipt_digest_key(given: Input) -> str:
    receipt, installation = raw(given, "receipt", "installation")
    return Receipt(receipt).digest_key(installation).hex()


def receipt_nullifier(given: Input) -> str:
    receipt, installation = raw(given, "receipt", "installation")
    return Receipt(receipt).nullifier(installation).hex()


def receipt_public_key(given: Input) -> str:
    receipt, installation = raw(given, "receipt", "installation")
    return Receipt(receipt).key_pair(installation).public.raw.hex()


def place_encode(given: Input) -> str:
    return place_of(given["place"]).encode().hex()


def derive(given: Input) -> str:
    (secret,) = raw(given, "secret")
    return envelope.derive_from(secret, place_of(given["place"])).hex()


def key_pair(given: Input) -> str:
    return KeyPair(Seed(bytes.fromhex(given["seed"]))).public.raw.hex()


def public_key(given: Input) -> None:
    PublicKey(bytes.fromhex(given["key"]))


def verifying_key(given: Input) -> None:
    VerifyingKey(bytes.fromhex(given["key"]))


def unbox(given: Input) -> str:
    key, boxed = raw(given, "key", "boxed")
    return envelope.unbox(SymmetricKey(key), place_of(given["place"]), boxed).hex()


def open_seal(given: Input) -> str:
    seed, sealed = raw(given, "seed", "sealed")
    return envelope.open_seal(KeyPair(Seed(seed)), place_of(given["place"]), sealed).hex()


def verify(given: Input) -> bool:
    key, message, signature = raw(given, "key", "message", "signature")
    return VerifyingKey(key).verifies(place_of(given["place"]), message, signature)


def unpad_text(given: Input) -> str:
    return padding.unpad_text(bytes.fromhex(given["padded"])).hex()


def padded_text_length(given: Input) -> int:
    return len(padding.pad_text(bytes(given["length"])))


def padme(given: Input) -> int:
    return padding.padme(given["length"])


def stream_seal(given: Input) -> list[str]:
    (key,) = raw(given, "key")
    sealed = sealed_file(key, place_of(given["place"]), given["length"])
    return [sha256(chunk).hexdigest() for chunk in sealed]


def stream_open(given: Input) -> bool:
    (key,) = raw(given, "key")
    place, length = place_of(given["place"]), given["length"]
    chunks = sealed_file(key, place, length)
    told: dict[str, Any] = {"key": given["key"], "place": given["place"], "length": length}
    told["count"] = len(chunks)
    for change, *operands in given.get("changes", []):
        if change in told:
            told[change] = operands[0]
        else:
            CHANGES[change](chunks, *operands)
    opened = stream.open_stream(
        SymmetricKey(bytes.fromhex(told["key"])),
        place_of(told["place"]),
        chunks,
        length=told["length"],
        count=told["count"],
    )
    return b"".join(opened) == content(length)


def swap(chunks: list[bytes], one: int, other: int) -> None:
    chunks[one], chunks[other] = chunks[other], chunks[one]


def flip(chunks: list[bytes], number: int, position: int) -> None:
    changed = bytearray(chunks[number])
    changed[position] ^= 1
    chunks[number] = bytes(changed)


def cut(chunks: list[bytes], number: int, length: int) -> None:
    chunks[number] = chunks[number][:-length]


def version(chunks: list[bytes], number: int, value: int) -> None:
    chunks[number] = bytes([value]) + chunks[number][1:]


CHANGES: dict[str, Callable[..., None]] = {
    "swap": swap,
    "drop": lambda chunks, number: chunks.__delitem__(number),
    "repeat": lambda chunks, number: chunks.insert(number, chunks[number]),
    "flip": flip,
    "cut": cut,
    "version": version,
}


def passphrase_fold(given: Input) -> str:
    return Passphrase(given["text"]).show()


def stretch(given: Input) -> str:
    key = Stretch.decode(bytes.fromhex(given["stretch"])).key(Passphrase(given["text"]))
    return key.reveal().hex()


# -- the key room ------------------------------------------------------------------------------


def member_json(member: MemberKeys) -> dict[str, str]:
    return {
        "id": member.member_id.hex(),
        "public": member.public.raw.hex(),
        "verifying": member.verifying.raw.hex(),
    }


def statement_decode(given: Input) -> dict[str, Any]:
    statement = Statement.decode(bytes.fromhex(given["body"]))
    return {
        "inbox_id": statement.inbox_id.hex(),
        "channel": statement.channel,
        "kind": statement.kind,
        "epoch": statement.epoch,
        "public": statement.public.raw.hex(),
        "recovery": statement.recovery.encode().hex() if statement.recovery else "",
        "previous": statement.previous.hex(),
        "members": [member_json(member) for member in statement.members],
        "digest": statement.digest.hex(),
    }


def root_of(given: Input) -> tuple[bytes, InboxRoot]:
    root = given["root"]
    installation, inbox_id, fingerprint = raw(root, "installation", "inbox_id", "fingerprint")
    channel, kind = Channel(root["channel"]), InboxKind(root["kind"])
    digest = bytes.fromhex(root.get("lowest_digest", "")) or None
    root = InboxRoot(channel, kind, inbox_id, fingerprint, root["lowest_epoch"], digest)
    return installation, root


def statement_rows(given: Input) -> list[StatementRow]:
    return [
        StatementRow(
            bytes.fromhex(row["inbox_id"]),
            row["epoch"],
            bytes.fromhex(row["body"]),
            bytes.fromhex(row["signature"]),
        )
        for row in given["rows"]
    ]


def trusted(given: Input) -> TrustedInbox:
    installation, root = root_of(given)
    return verify_chain(installation, root, statement_rows(given))


def verify_chain_(given: Input) -> int:
    return trusted(given).epoch


def find_inbox(given: Input) -> int:
    installation, root = root_of(given)
    store = open_store("sqlite://")
    metadata.create_all(store.engine)
    with store.write() as db:
        InboxRow(root.inbox_id, root.channel, root.kind).insert(db)
        StatementRow.insert_all(db, statement_rows(given))
    inbox = Directory(installation, [root], store).by_id(bytes.fromhex(given["inbox_id"]))
    store.dispose()
    return inbox.epoch


def member_keys(given: Input) -> dict[str, str]:
    installation, member_id, seed = raw(given, "installation", "member_id", "seed")
    return member_json(Keyring(installation, member_id, Seed(seed)).public)


def open_grant(given: Input) -> str:
    inbox = trusted(given)
    member_id, seed, sealed = raw(given, "member_id", "seed", "sealed")
    keyring = Keyring(inbox.current.installation, member_id, Seed(seed))
    grant = GrantRow(inbox.inbox_id, given["epoch"], member_id, sealed)
    return keyring.open_grant(inbox, grant).reveal().hex()


def open_recovery_grant(given: Input) -> str:
    return operations.open_recovery_grant(given, trusted(given))


def keys_json(keys: CaseKeys) -> dict[str, Any]:
    return {
        "reporter": keys.reporter.raw.hex() if keys.reporter else "",
        "generations": [
            {
                "dialogue": one.dialogue.reveal().hex(),
                "identity": one.identity.reveal().hex(),
                "casework": one.casework.reveal().hex() if one.casework else "",
            }
            for one in keys.generations
        ],
    }


def keys_of(told: Input) -> CaseKeys:
    generations = tuple(
        Generation(
            SymmetricKey(bytes.fromhex(one["dialogue"])),
            SymmetricKey(bytes.fromhex(one["identity"])),
            SymmetricKey(bytes.fromhex(one["casework"])) if one["casework"] else None,
        )
        for one in told["generations"]
    )
    return CaseKeys(generations, PublicKey(bytes.fromhex(told["reporter"])))


def case_keys_decode(given: Input) -> dict[str, Any]:
    return keys_json(CaseKeys.decode(bytes.fromhex(given["encoded"])))


def inbox_of(given: Input) -> InboxKeys:
    secrets = {
        int(epoch): InboxSecret(bytes.fromhex(one)) for epoch, one in given["secrets"].items()
    }
    return InboxKeys(trusted(given), secrets)


def open_inbox_keys_(given: Input) -> dict[str, Any]:
    inbox = inbox_of(given)
    case_id, body = raw(given, "case_id", "body")
    row = InboxKeysRow(
        case_id,
        inbox.inbox.inbox_id,
        given["epoch"],
        given["generation"],
        in_vault=given["in_vault"],
        body=body,
    )
    opened = open_inbox_keys(inbox, row)
    handed_over = opened.handed_over.encode().hex() if opened.handed_over else ""
    return {"handed_over": handed_over, **keys_json(opened.keys)}


def open_registration_(given: Input) -> str:
    inbox = inbox_of(given)
    case_id, body = raw(given, "case_id", "body")
    keys = InboxKeysRow(
        case_id, inbox.inbox.inbox_id, given["epoch"], generation=0, in_vault=True, body=b""
    )
    row = RegistrationRow(case_id, given["version"], body)
    return open_registration(inbox, keys, row).encode().hex()


def open_reporter_keys_(given: Input) -> dict[str, Any]:
    installation, case_id, seed = raw(given, "installation", "case_id", "seed")
    rows = [
        ReporterKeysRow(case_id, row["generation"], bytes.fromhex(row["sealed"]))
        for row in given["rows"]
    ]
    return keys_json(open_reporter_keys(installation, KeyPair(Seed(seed)), case_id, rows))


def open_item(given: Input) -> str:
    installation, case_id, item_id, body = raw(given, "installation", "case_id", "item_id", "body")
    items = CaseItems(installation, case_id, keys_of(given["keys"]))
    row = ItemRow(
        case_id, item_id, given["compartment"], given["generation"], given["version"], body
    )
    return items.open(row).hex()


def message_decode(given: Input) -> str:
    return Message.decode(bytes.fromhex(given["encoded"])).encode().hex()


def identity_decode(given: Input) -> str:
    return Identity.decode(bytes.fromhex(given["encoded"])).encode().hex()


def open_record(given: Input) -> str:
    return filed.open_boxed_record(given, inbox_of(given))


def open_answer(given: Input) -> list[str]:
    return filed.open_sealed_answer(given, inbox_of(given))


def note_decode(given: Input) -> str:
    return Note.decode(bytes.fromhex(given["encoded"])).encode().hex()


def recusal_decode(given: Input) -> str:
    return Recusal.decode(bytes.fromhex(given["encoded"])).encode().hex()


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def resume(given: Input) -> str | None:
    installation, token, boot_key, member_id, seed_box = raw(
        given, "installation", "token", "boot_key", "member_id", "seed_box"
    )
    opened_with = SessionToken(token)
    started, seen = moment(given["started"]), moment(given["seen"])
    proved = None if given["proved"] is None else moment(given["proved"])
    row = SessionRow(opened_with.hash, member_id, seed_box, started, seen, proved)
    boxer = SessionBoxer(installation, BootKey(boot_key))
    keyring = boxer.resume(opened_with, row, moment(given["now"]))
    return keyring.seed.reveal().hex() if keyring else None


def whose(given: Input) -> Keyring:
    installation, member_id, seed = raw(given, "installation", "member_id", "seed")
    return Keyring(installation, member_id, Seed(seed))


def open_totp(given: Input) -> str:
    return unbox_totp(whose(given), *raw(given, "totp_box")).reveal().hex()


def totp_code(given: Input) -> str:
    return TotpSecret(*raw(given, "secret")).code(given["step"])


def backup_code_digest_(given: Input) -> str:
    return backup_code_digest(whose(given), given["code"]).hex()


def member_fingerprint_(given: Input) -> str:
    installation, member_id, public, verifying = raw(
        given, "installation", "member_id", "public", "verifying"
    )
    keys = MemberKeys(member_id, PublicKey(public), VerifyingKey(verifying))
    return show_spoken(member_fingerprint(installation, keys))


def csrf(given: Input) -> str:
    installation, token = raw(given, "installation", "token")
    return SessionBoxer(installation, BootKey.random()).csrf_token(SessionToken(token))


def passkey_key(given: Input) -> str:
    prf_output, credential_id = raw(given, "prf_output", "credential_id")
    return envelope.derive_from(prf_output, unlock_place(credential_id)).hex()


def open_by_passkey_(given: Input) -> str:
    installation, member_id, credential_id, key = raw(
        given, "installation", "member_id", "credential_id", "key"
    )
    boxed = None if given["seed_box"] is None else bytes.fromhex(given["seed_box"])
    row = PasskeyRow(credential_id, member_id, b"", 0, boxed, "", date.min)
    return open_by_passkey(installation, row, UnlockKey(key)).seed.reveal().hex()


def open_by_key_file_(given: Input) -> str:
    installation, member_id, key, boxed = raw(given, "installation", "member_id", "key", "seed_box")
    row = KeyFileRow(FileKey(key).hash, member_id, boxed, "", date.min)
    return open_by_key_file(installation, row, FileKey(key)).seed.reveal().hex()


OPERATIONS: dict[str, Callable[[Input], Any]] = {
    operation.__name__.rstrip("_"): operation
    for operation in (
        receipt_show,
        receipt_parse,
        receipt_lookup,
        receipt_digest_key,
        receipt_nullifier,
        receipt_public_key,
        place_encode,
        derive,
        key_pair,
        public_key,
        verifying_key,
        unbox,
        open_seal,
        verify,
        unpad_text,
        padded_text_length,
        padme,
        stream_seal,
        stream_open,
        passphrase_fold,
        stretch,
        statement_decode,
        verify_chain_,
        find_inbox,
        member_keys,
        open_grant,
        case_keys_decode,
        open_inbox_keys_,
        open_registration_,
        open_reporter_keys_,
        open_item,
        message_decode,
        identity_decode,
        filed.registration_decode,
        filed.filed_decode,
        filed.anonymised_decode,
        open_record,
        open_answer,
        note_decode,
        recusal_decode,
        resume,
        csrf,
        open_totp,
        totp_code,
        backup_code_digest_,
        member_fingerprint_,
        passkey_key,
        open_by_passkey_,
        open_by_key_file_,
        operations.recovery_keys,
        operations.share,
        operations.combine_shares,
        open_recovery_grant,
        log.log_leaf,
        log.log_details,
        log.tree_root,
        log.tree_inclusion,
        log.tree_consistency,
        log.tree_frontier,
        log.checkpoint_sign,
        log.checkpoint_read,
    )
}


@pytest.mark.parametrize("vector", list(every_vector()))
def test_the_code_does_what_the_vector_says(vector: dict[str, Any]) -> None:
    operation = OPERATIONS[vector["operation"]]
    if "error" in vector:
        with pytest.raises(errors.SealingError) as caught:
            operation(vector["input"])
        assert type(caught.value).__name__ == vector["error"]
    else:
        assert operation(vector["input"]) == vector["expect"]


def concrete(family: type[errors.SealingError]) -> Iterator[str]:
    children = family.__subclasses__()
    if not children:
        yield family.__name__
    for child in children:
        yield from concrete(child)


def test_every_cause_of_failure_has_a_vector() -> None:
    named = {vector.get("error") for topic in TOPICS for vector in vectors(topic)}
    assert named - {None} == set(concrete(errors.SealingError))


def test_every_operation_is_explained_and_used() -> None:
    told = (FOLDER / "README.md").read_text("utf-8")
    used = {vector["operation"] for topic in TOPICS for vector in vectors(topic)}
    assert used == set(OPERATIONS)
    assert not [operation for operation in used if f"`{operation}`" not in told]


def test_most_vectors_are_failures() -> None:
    outcomes = ["error" in vector for topic in TOPICS for vector in vectors(topic)]
    assert sum(outcomes) > len(outcomes) / 2


def test_no_two_vectors_of_a_topic_share_a_name() -> None:
    for topic in TOPICS:
        names = [vector["name"] for vector in vectors(topic)]
        assert len(set(names)) == len(names), topic


def test_the_folder_holds_what_its_maker_writes() -> None:
    seals = load_seals()
    books = build(seals)
    assert sorted(books) == TOPICS
    assert seals.used == seals.kept, "a seal no longer opens, or none uses it"
    for topic, book in books.items():
        assert book.text() == (FOLDER / f"{topic}.json").read_text("utf-8"), topic
