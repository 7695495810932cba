"""Passkeys: what unlocks, what only proves, and every answer that is refused."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from tests.support.authenticator import Authenticator
from tests.support.office import Office
from whistle.accounts.challenges import (
    Ceremony,
    LastFactorError,
    PasskeyRefusedError,
    Refusal,
)
from whistle.accounts.passkeys import PasskeyService
from whistle.crypto import passphrase as stretching
from whistle.crypto.secret import Seed
from whistle.keys.keyring import Keyring
from whistle.storage import tables
from whistle.storage.rows import PasskeyRow

HOST = "whistle.example"
SESSION, OTHER_SESSION = b"s" * 32, b"t" * 32


@pytest.fixture
def service(office: Office) -> PasskeyService:
    return PasskeyService(office.installation, HOST)


@pytest.fixture
def phone() -> Authenticator:
    return Authenticator()


def options(text: str | None) -> str:
    assert text is not None
    return text


def register(
    office: Office, keyring: Keyring, device: Authenticator, name: str = "Min telefon"
) -> PasskeyRow:
    """Register a passkey as the page does."""
    service = PasskeyService(office.installation, device.origin.partition("://")[2])
    asked = options(service.registration_options(office.member(keyring), SESSION))
    answer = device.create(asked)
    return service.register(keyring, SESSION, answer.credential, answer.unlock, name)


def sign_in(service: PasskeyService, device: Authenticator) -> Keyring:
    answer = device.get(options(service.sign_in_options()))
    member, keyring = service.sign_in(answer.credential, answer.unlock)
    assert member.id == keyring.member_id
    return keyring


def refusal(act: Callable[[], object]) -> Refusal:
    with pytest.raises(PasskeyRefusedError) as caught:
        act()
    return caught.value.reason


def test_a_passkey_with_prf_opens_its_members_keys_and_stretches_nothing(
    office: Office,
    service: PasskeyService,
    phone: Authenticator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(**_: object) -> bytes:
        raise AssertionError

    register(office, office.adviser, phone)
    monkeypatch.setattr(stretching, "hash_secret_raw", never)
    keyring = sign_in(service, phone)
    assert keyring.public == office.adviser.public
    assert keyring.seed == office.adviser.seed


def test_a_passkey_without_prf_proves_and_opens_nothing(
    office: Office, service: PasskeyService
) -> None:
    key = Authenticator(has_prf=False)
    row = register(office, office.adviser, key)
    assert row.seed_box is None
    assert refusal(lambda: sign_in(service, key)) is Refusal.OPENS_NOTHING
    member = office.adviser.member_id
    asked = options(service.factor_options(Ceremony.SECOND_FACTOR, member, SESSION))
    answer = key.get(asked)
    service.prove(Ceremony.SECOND_FACTOR, answer.credential, member, SESSION)


def test_the_row_opens_nothing_without_the_authenticator(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    row = register(office, office.adviser, phone)
    assert row.seed_box is not None
    assert office.adviser.seed.reveal() not in row.seed_box
    answer = phone.get(options(service.sign_in_options()))
    for key in ("", "A" * 43, answer.unlock[:-1], answer.unlock[::-1], "æ" * 43):
        assert refusal(lambda: service.sign_in(answer.credential, key)) is Refusal.OPENS_NOTHING  # noqa: B023
    assert service.sign_in(answer.credential, answer.unlock)[1].seed == office.adviser.seed


def test_of_many_passkeys_each_opens_its_own_member(
    office: Office, service: PasskeyService
) -> None:
    mine, theirs = Authenticator(), Authenticator()
    register(office, office.adviser, mine)
    register(office, office.reserve, theirs)
    assert sign_in(service, mine).member_id == office.adviser.member_id
    assert sign_in(service, theirs).member_id == office.reserve.member_id


def test_what_is_asked_wants_a_verified_user_and_names_nobody(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    before = json.loads(options(service.sign_in_options()))
    row = register(office, office.adviser, phone)
    asked = json.loads(options(service.sign_in_options()))
    assert {**before, "challenge": ""} == {**asked, "challenge": ""}
    assert asked["userVerification"] == "required"
    assert asked["allowCredentials"] == []
    new = json.loads(options(service.registration_options(office.member(office.adviser), SESSION)))
    assert new["attestation"] == "none"
    assert new["authenticatorSelection"]["residentKey"] == "required"
    assert new["authenticatorSelection"]["userVerification"] == "required"
    assert [one["id"] for one in new["excludeCredentials"]] == [
        bytes_to_base64url(row.credential_id)
    ]
    salt = new["extensions"]["prf"]["eval"]["first"]
    assert base64url_to_bytes(salt) == b"whistle/v1/member/passkey-prf"


def test_an_answer_counts_once(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    register(office, office.adviser, phone)
    answer = phone.get(options(service.sign_in_options()))
    service.sign_in(answer.credential, answer.unlock)
    again = refusal(lambda: service.sign_in(answer.credential, answer.unlock))
    assert again is Refusal.USED


def test_an_answer_counts_once_for_a_passkey_that_does_not_count(
    office: Office, service: PasskeyService
) -> None:
    synced = Authenticator(counts=False)
    register(office, office.adviser, synced)
    answer = synced.get(options(service.sign_in_options()))
    service.sign_in(answer.credential, answer.unlock)
    again = refusal(lambda: service.sign_in(answer.credential, answer.unlock))
    assert again is Refusal.USED
    assert sign_in(service, synced).seed == office.adviser.seed


def test_a_registration_counts_once(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    asked = options(service.registration_options(office.member(office.adviser), SESSION))
    answer = phone.create(asked)
    service.register(office.adviser, SESSION, answer.credential, answer.unlock, "En")
    again = refusal(
        lambda: service.register(office.adviser, SESSION, answer.credential, answer.unlock, "To")
    )
    assert again is Refusal.USED


def test_an_answer_after_five_minutes_is_too_late(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    register(office, office.adviser, phone)
    early, late = (phone.get(options(service.sign_in_options())) for _ in range(2))
    office.later(minutes=5)
    service.sign_in(early.credential, early.unlock)
    office.later(seconds=1)
    assert refusal(lambda: service.sign_in(late.credential, late.unlock)) is Refusal.STALE


def test_used_challenges_are_swept_when_they_are_worth_nothing_any_more(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    register(office, office.adviser, phone)
    for _ in range(3):
        sign_in(service, phone)
        office.later(minutes=6)
    with office.installation.store.read() as db:
        assert len(db.execute(tables.used_challenges.select()).all()) == 1


def test_a_challenge_of_our_own_making_is_refused(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    register(office, office.adviser, phone)
    asked = json.loads(options(service.sign_in_options()))
    genuine = base64url_to_bytes(asked["challenge"])
    for forged in (
        b"",
        b"x" * 56,
        bytes([genuine[0] ^ 1]) + genuine[1:],
        genuine[:-1],
        genuine + b"x",
    ):
        answer = phone.get(json.dumps({**asked, "challenge": bytes_to_base64url(forged)}))
        refused = refusal(lambda: service.sign_in(answer.credential, answer.unlock))  # noqa: B023
        assert refused is Refusal.NOT_ACCEPTED


def test_an_answer_to_one_purpose_counts_for_no_other(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    register(office, office.adviser, phone)
    member = office.adviser.member_id
    asked = {
        ceremony: options(service.factor_options(ceremony, member, SESSION))
        for ceremony in (Ceremony.SECOND_FACTOR, Ceremony.PROVE, Ceremony.LET_OPEN)
    }
    asked[Ceremony.SIGN_IN] = options(service.sign_in_options())
    for made_for, text in asked.items():
        for used_for in {*asked, Ceremony.REGISTER} - {made_for}:
            answer = phone.get(text)
            refused = refusal(lambda: service.prove(used_for, answer.credential, member, SESSION))  # noqa: B023
            assert refused is Refusal.NOT_ACCEPTED
    proof = phone.get(asked[Ceremony.PROVE])
    refused = refusal(lambda: service.sign_in(proof.credential, proof.unlock))
    assert refused is Refusal.NOT_ACCEPTED


def test_another_members_passkey_proves_nothing(office: Office, service: PasskeyService) -> None:
    mine, theirs = Authenticator(), Authenticator()
    register(office, office.adviser, mine)
    register(office, office.reserve, theirs)
    asked = options(service.factor_options(Ceremony.PROVE, office.adviser.member_id, SESSION))
    answer = theirs.get(asked)
    prove = (Ceremony.PROVE, answer.credential, office.adviser.member_id, SESSION)
    assert refusal(lambda: service.prove(*prove)) is Refusal.NOT_ACCEPTED


def test_an_answer_in_another_session_of_the_same_member_proves_nothing(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    register(office, office.adviser, phone)
    member = office.adviser.member_id
    answer = phone.get(options(service.factor_options(Ceremony.PROVE, member, SESSION)))
    prove = (Ceremony.PROVE, answer.credential, member)
    assert refusal(lambda: service.prove(*prove, OTHER_SESSION)) is Refusal.NOT_ACCEPTED
    service.prove(*prove, SESSION)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://whistle.example", "https://whistle.example:8443"]
)
def test_an_answer_given_to_another_page_is_refused(
    office: Office, service: PasskeyService, phone: Authenticator, origin: str
) -> None:
    register(office, office.adviser, phone)
    phone.origin = origin
    assert refusal(lambda: sign_in(service, phone)) is Refusal.NOT_ACCEPTED


def test_a_passkey_of_another_host_is_refused(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    register(office, office.adviser, phone)
    phone.passkeys[0].host = "evil.example"
    assert refusal(lambda: sign_in(service, phone)) is Refusal.NOT_ACCEPTED


def test_a_challenge_for_one_host_counts_at_no_other(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    register(office, office.adviser, phone)
    answer = phone.get(options(service.sign_in_options()))
    elsewhere = PasskeyService(office.installation, "other.example")
    refused = refusal(lambda: elsewhere.sign_in(answer.credential, answer.unlock))
    assert refused is Refusal.NOT_ACCEPTED


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8080", "http://localhost:8080"),
        ("door.localhost:8080", "http://door.localhost:8080"),
        ("abcdefgh.onion", "http://abcdefgh.onion"),
        ("abcdefgh.onion", "https://abcdefgh.onion"),
        ("whistle.example:8443", "https://whistle.example:8443"),
    ],
)
def test_passkeys_work_wherever_browsers_let_them(office: Office, host: str, origin: str) -> None:
    phone = Authenticator(origin)
    register(office, office.adviser, phone)
    service = PasskeyService(office.installation, host)
    assert sign_in(service, phone).seed == office.adviser.seed


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "10.0.0.1", "[::1]:8080", "[::1]", ":80", ""])
def test_no_passkey_is_asked_for_at_an_address_that_is_no_name(office: Office, host: str) -> None:
    service = PasskeyService(office.installation, host)
    assert service.sign_in_options() is None
    assert service.registration_options(office.member(office.adviser), SESSION) is None


def test_a_user_who_was_not_verified_is_refused(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    register(office, office.adviser, phone)
    phone.verifies = False
    assert refusal(lambda: sign_in(service, phone)) is Refusal.NOT_ACCEPTED
    assert refusal(lambda: register(office, office.adviser, phone)) is Refusal.NOT_ACCEPTED


def test_a_wrong_signature_and_an_unknown_passkey_are_refused_alike(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    register(office, office.adviser, phone)
    stranger = Authenticator(passkeys=[replace(phone.passkeys[0], id=b"x" * 32)])
    forger = Authenticator(
        passkeys=[replace(phone.passkeys[0], key=ec.generate_private_key(ec.SECP256R1()))]
    )
    assert refusal(lambda: sign_in(service, stranger)) is Refusal.NOT_ACCEPTED
    assert refusal(lambda: sign_in(service, forger)) is Refusal.NOT_ACCEPTED


def test_a_signature_under_the_key_of_nobody_signs_nobody_in(
    office: Office, service: PasskeyService
) -> None:
    anybody = Authenticator()
    register(office, office.adviser, anybody)
    anybody.passkeys[0].key = ec.derive_private_key(1, ec.SECP256R1())
    anybody.passkeys[0].id = b"unknown"
    anybody.passkeys[0].user = b""
    assert refusal(lambda: sign_in(service, anybody)) is Refusal.NOT_ACCEPTED


def test_a_passkey_whose_count_goes_back_is_refused_as_a_copy(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    register(office, office.adviser, phone)
    copy = Authenticator(passkeys=[replace(phone.passkeys[0])])
    sign_in(service, phone)
    assert refusal(lambda: sign_in(service, copy)) is Refusal.COPIED
    assert sign_in(service, phone).seed == office.adviser.seed


def test_who_has_left_does_not_come_in_by_passkey(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    register(office, office.adviser, phone)
    with office.installation.store.write() as db:
        db.execute(update(tables.members).values(left=office.clock.today()))
    assert refusal(lambda: sign_in(service, phone)) is Refusal.NOT_ACCEPTED


def test_a_passkey_under_another_members_name_opens_nothing(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    """Whoever writes to the database gives the adviser's passkey to the reserve."""
    register(office, office.adviser, phone)
    with office.installation.store.write() as db:
        db.execute(update(tables.passkeys).values(member_id=office.reserve.member_id))
    assert refusal(lambda: sign_in(service, phone)) is Refusal.NOT_ACCEPTED
    phone.passkeys[0].user = b""
    assert refusal(lambda: sign_in(service, phone)) is Refusal.OPENS_NOTHING


def test_the_same_passkey_is_registered_once_whoever_asks(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    known = register(office, office.adviser, phone).credential_id
    asked = options(service.registration_options(office.member(office.reserve), SESSION))
    twin = Authenticator().create(asked, id=known)
    new = (office.reserve, SESSION, twin.credential, twin.unlock, "Min")
    assert refusal(lambda: service.register(*new)) is Refusal.KNOWN
    assert sign_in(service, phone).seed == office.adviser.seed


def test_who_has_renewed_their_keys_or_left_keeps_no_passkey_of_the_old_ones(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    old = Keyring(office.installation.id, office.adviser.member_id, Seed.random())
    assert refusal(lambda: register(office, old, phone)) is Refusal.NOT_ACCEPTED
    with office.installation.store.write() as db:
        db.execute(update(tables.members).values(left=office.clock.today()))
    assert refusal(lambda: register(office, office.adviser, phone)) is Refusal.NOT_ACCEPTED
    assert service.all_of(office.adviser.member_id) == []


def test_a_passkey_opens_again_after_its_member_has_renewed_their_keys(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    register(office, office.adviser, phone)
    member = office.adviser.member_id
    with office.installation.store.write() as db:
        db.execute(update(tables.passkeys).values(seed_box=None))
    assert refusal(lambda: sign_in(service, phone)) is Refusal.OPENS_NOTHING
    answer = phone.get(options(service.opening_options(member, SESSION)))
    again = (office.adviser, SESSION, answer.credential)
    assert refusal(lambda: service.let_open(*again, "")) is Refusal.NO_PRF
    service.let_open(*again, answer.unlock)
    assert sign_in(service, phone).seed == office.adviser.seed
    assert service.opening_options(member, SESSION) is None
    assert refusal(lambda: service.let_open(*again, answer.unlock)) is Refusal.USED


def test_another_members_passkey_is_not_given_my_seed(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    register(office, office.adviser, Authenticator(has_prf=False))
    register(office, office.reserve, phone)
    asked = options(service.opening_options(office.adviser.member_id, SESSION))
    answer = phone.get(asked)
    mine = (office.adviser, SESSION, answer.credential, answer.unlock)
    assert refusal(lambda: service.let_open(*mine)) is Refusal.NOT_ACCEPTED
    assert sign_in(service, phone).seed == office.reserve.seed


def test_a_member_has_at_most_twenty(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    for _ in range(20):
        register(office, office.adviser, phone)
    assert refusal(lambda: register(office, office.adviser, phone)) is Refusal.TOO_MANY
    assert len(service.all_of(office.adviser.member_id)) == 20
    register(office, office.reserve, phone)


def test_a_removed_passkey_opens_and_proves_nothing(
    office: Office, service: PasskeyService
) -> None:
    lost, kept = Authenticator(), Authenticator()
    row = register(office, office.adviser, lost)
    register(office, office.adviser, kept)
    service.remove(office.adviser.member_id, row.credential_id)
    assert refusal(lambda: sign_in(service, lost)) is Refusal.NOT_ACCEPTED
    assert sign_in(service, kept).seed == office.adviser.seed


def test_nobody_removes_another_members_passkey(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    row = register(office, office.adviser, phone)
    register(office, office.reserve, Authenticator())
    service.remove(office.reserve.member_id, row.credential_id)
    assert sign_in(service, phone).seed == office.adviser.seed


def test_the_last_second_factor_stays(
    office: Office, service: PasskeyService, phone: Authenticator
) -> None:
    row = register(office, office.adviser, phone)
    with office.installation.store.write() as db:
        db.execute(update(tables.members).values(totp_box=None))
    with pytest.raises(LastFactorError):
        service.remove(office.adviser.member_id, row.credential_id)
    assert sign_in(service, phone).seed == office.adviser.seed
    with office.installation.store.write() as db:
        db.execute(update(tables.members).values(totp_box=b"an app"))
    service.remove(office.adviser.member_id, row.credential_id)
    assert service.all_of(office.adviser.member_id) == []


def test_of_two_removals_at_once_one_factor_is_left(
    office: Office, service: PasskeyService
) -> None:
    rows = [register(office, office.adviser, Authenticator()) for _ in range(2)]
    with office.installation.store.write() as db:
        db.execute(update(tables.members).values(totp_box=None))
    together = Barrier(2)

    def remove(row: PasskeyRow) -> bool:
        together.wait()
        try:
            service.remove(office.adviser.member_id, row.credential_id)
        except LastFactorError:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(remove, rows)) == [False, True]
    assert len(service.all_of(office.adviser.member_id)) == 1


def test_of_two_sign_ins_with_one_answer_one_counts(
    office: Office, service: PasskeyService
) -> None:
    synced = Authenticator(counts=False)
    register(office, office.adviser, synced)
    answer = synced.get(options(service.sign_in_options()))
    together = Barrier(2)

    def come_in(_: int) -> bool:
        together.wait()
        try:
            service.sign_in(answer.credential, answer.unlock)
        except PasskeyRefusedError:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(come_in, range(2))) == [False, True]


MISSHAPEN = [
    "null",
    "[]",
    "{}",
    "[" * 19_000,
    '{"a":' * 3_000,
    "x" * 20_001,
    '{"id": 1}',
    '{"id": "\\ud800", "rawId": "\\ud800", "type": "public-key", "response": {}}',
]


@pytest.mark.parametrize("answer", MISSHAPEN)
def test_an_answer_that_is_none_is_refused(
    office: Office, service: PasskeyService, answer: str
) -> None:
    member = (office.adviser, SESSION, answer, "", "x")
    assert refusal(lambda: service.sign_in(answer, "")) is Refusal.NOT_ACCEPTED
    assert refusal(lambda: service.register(*member)) is Refusal.NOT_ACCEPTED


@given(st.data())
@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
def test_whatever_stands_in_an_answer_it_is_refused_and_nothing_breaks(
    office: Office, data: st.DataObject
) -> None:
    service, phone = PasskeyService(office.installation, HOST), Authenticator()
    asked = options(service.registration_options(office.member(office.adviser), SESSION))
    new = json.loads(phone.create(asked).credential)
    told = json.loads(phone.get(options(service.sign_in_options())).credential)
    for answer, part in ((new, "attestationObject"), (told, "authenticatorData")):
        name = data.draw(st.sampled_from([part, "clientDataJSON"]))
        raw = bytearray(base64url_to_bytes(answer["response"][name]))
        spot = data.draw(st.integers(0, len(raw) - 1))
        raw[spot : spot + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=40))
        changed = data.draw(st.sampled_from([bytes_to_base64url(bytes(raw)), "=", "é", 7, None]))
        if changed != answer["response"][name]:
            answer["response"][name] = changed
            sent = json.dumps(answer)
            refused = refusal(lambda: service.sign_in(sent, ""))  # noqa: B023
            assert refused is Refusal.NOT_ACCEPTED
    try:
        service.register(office.adviser, SESSION, json.dumps(new), "", "x")
    except PasskeyRefusedError:
        return
    service.all_of(office.adviser.member_id)
