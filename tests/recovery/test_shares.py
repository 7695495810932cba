"""Shares of a recovery key: any k make it, k - 1 never, and each mistake is told apart."""

import itertools

import pytest
from embit import slip39 as embit
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic import MnemonicError, combine_mnemonics
from shamir_mnemonic import generate_mnemonics as library_split
from shamir_mnemonic.wordlist import WORDLIST

from whistle.domain.errors import RefusedError
from whistle.keys.recovery import RecoverySeed
from whistle.recovery import shares as room
from whistle.recovery.shares import (
    OtherSetError,
    RepeatedShareError,
    Share,
    StrangeShareError,
    TooFewSharesError,
    WrongSharesError,
    combine,
    split,
)
from whistle.recovery.words import (
    WORDS,
    ChecksumError,
    UnknownWordError,
    WordCountError,
    WordsError,
    read_words,
)

SEED = RecoverySeed(bytes(range(32)))
THREE_OF_FIVE = split(SEED, 3, 5)
numbers = st.integers(2, 16).flatmap(lambda n: st.tuples(st.integers(2, n), st.just(n)))

# From the standard (SLIP-0039, test vectors 20 and 23, made with the passphrase "TREZOR").
ONE_OF_ONE = """
    theory painting academic academic armed sweater year military elder discuss acne wildlife boring
    employer fused large satoshi bundle carbon diagnose anatomy hamster leaves tracks paces beyond
    phantom capital marvel lips brave detect luck"""
ONE_OF_ONE_SECRET = "989baf9dcaad5b10ca33dfd8cc75e42477025dce88ae83e75a230086a0e00e92"
TWO_OF_THREE = """
    humidity disease academic always aluminum jewelry energy woman receiver strategy amuse duckling
    lying evidence network walnut tactics forget hairy rebound impulse brother survive clothes
    stadium mailman rival ocean reward venture always armed unwrap

    humidity disease academic agency actress jacket gross physics cylinder solution fake mortgage
    benefit public busy prepare sharp friar change work slow purchase ruler again tricycle involve
    viral wireless mixture anatomy desert cargo upgrade"""
TWO_OF_THREE_SECRET = "c938b319067687e990e05e0da0ecce1278f75ff58d9853f19dcaeed5de104aae"


@given(st.binary(min_size=32, max_size=32), numbers, st.randoms(use_true_random=False))
@settings(max_examples=12)
def test_any_k_of_n_make_the_key_again_and_k_minus_1_never(
    seed: bytes, how_many: tuple[int, int], draw: "object"
) -> None:
    needed, count = how_many
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(room, "CHECKED_SUBSETS", 3)  # here the test tries them
        made = split(RecoverySeed(seed), needed, count)
    chosen = draw.sample(made, needed)  # type: ignore[attr-defined]
    assert combine(chosen) == RecoverySeed(seed)
    with pytest.raises(TooFewSharesError):
        combine(chosen[:-1])


def test_every_three_of_five_open_it_in_every_order() -> None:
    for subset in itertools.permutations(THREE_OF_FIVE, 3):
        assert combine(subset) == SEED
    assert combine(THREE_OF_FIVE) == SEED


def test_fewer_shares_say_nothing_of_the_key_even_to_who_forges_the_threshold() -> None:
    """Whoever lowers the threshold that stands in the words gets something else, or nothing."""
    forged = []
    for share in THREE_OF_FIVE[:2]:
        words = library_share(share.text, needed=2)
        forged.append(Share.read(words))
    with pytest.raises(WrongSharesError):
        combine(forged)


def library_share(text: str, **changes: int) -> str:
    """Write a share anew, with other parameters and a checksum that fits."""
    read = embit.Share.parse(text)
    return str(
        embit.Share(
            256,
            changes.get("identifier", read.id),
            read.exponent,
            read.group_index,
            read.group_threshold,
            read.group_count,
            changes.get("index", read.member_index),
            changes.get("needed", read.member_threshold),
            changes.get("value", read.value),
        ).mnemonic()
    )


def test_another_implementation_reads_our_shares() -> None:
    for needed, count in ((1, 1), (2, 3), (3, 5), (5, 5)):
        made = split(SEED, needed, count)
        for subset in itertools.combinations(made, needed):
            read = embit.ShareSet([embit.Share.parse(share.text) for share in subset])
            assert read.recover() == SEED.reveal()


@given(st.binary(min_size=32, max_size=32), st.integers(2, 6), st.integers(0, 32767))
@settings(max_examples=10)
def test_we_read_the_shares_of_another_implementation(
    seed: bytes, needed: int, identifier: int
) -> None:
    encrypted = embit.ShareSet.encrypt(seed, identifier, 0)
    made = [
        Share.read(
            embit.Share(
                256, identifier, 0, 0, 1, 1, index, needed, int.from_bytes(value, "big")
            ).mnemonic()
        )
        for index, value in embit.ShareSet.split_secret(encrypted, needed, needed + 2)
    ]
    for subset in (made[:needed], made[-needed:], made):
        assert combine(subset) == RecoverySeed(seed)


@pytest.mark.parametrize(
    ("texts", "secret"), [(ONE_OF_ONE, ONE_OF_ONE_SECRET), (TWO_OF_THREE, TWO_OF_THREE_SECRET)]
)
def test_the_standards_own_vectors_are_read(texts: str, secret: str) -> None:
    read = [" ".join(read_words(text)) for text in texts.split("\n\n")]
    assert read == [" ".join(text.split()) for text in texts.split("\n\n")]
    assert combine_mnemonics(read, b"TREZOR").hex() == secret
    parsed = embit.ShareSet([embit.Share.parse(text) for text in read])
    assert parsed.recover(b"TREZOR").hex() == secret


def test_the_standards_own_broken_vectors_are_refused() -> None:
    with pytest.raises(ChecksumError) as told:
        read_words(ONE_OF_ONE.removesuffix("luck") + "lunar")
    assert told.value.positions == (33,)
    with pytest.raises(StrangeShareError):  # the padding is not zero
        Share.read(
            "theory painting academic academic campus sweater year military elder discuss acne "
            "wildlife boring employer fused large satoshi bundle carbon diagnose anatomy hamster "
            "leaves tracks paces beyond phantom capital marvel lips facility obtain sister"
        )


# -- what people type -----------------------------------------------------------------------------

WORDS_OF_ONE = list(THREE_OF_FIVE[0].words)


def test_case_numbers_line_breaks_and_four_letters_are_forgiven() -> None:
    numbered = "\n".join(f"{n:2}. {word}" for n, word in enumerate(WORDS_OF_ONE, 1))
    short = " ".join(word[:4].upper() for word in WORDS_OF_ONE)
    for typed in (numbered, short, "  ".join(WORDS_OF_ONE)):
        assert Share.read(typed) == THREE_OF_FIVE[0]


def test_four_letters_tell_every_word_from_every_other() -> None:
    assert len({word[:4] for word in WORDLIST}) == len(WORDLIST)


@given(st.integers(0, WORDS - 1), st.sampled_from(WORDLIST))
def test_a_single_wrong_word_is_found_and_named_by_its_position(at: int, word: str) -> None:
    typed = [*WORDS_OF_ONE]
    if typed[at] == word:
        return
    typed[at] = word
    with pytest.raises(ChecksumError) as told:
        Share.read(" ".join(typed))
    assert told.value.positions == (at + 1,)
    assert f"word {at + 1} is wrong" in str(told.value)


@given(st.integers(0, WORDS - 1), st.integers(0, WORDS - 1))
def test_two_words_that_changed_places_are_named(one: int, other: int) -> None:
    typed = [*WORDS_OF_ONE]
    if typed[one] == typed[other]:
        return
    typed[one], typed[other] = typed[other], typed[one]
    with pytest.raises(ChecksumError) as told:
        Share.read(" ".join(typed))
    assert told.value.positions == tuple(sorted((one + 1, other + 1)))


@given(st.lists(st.integers(0, WORDS - 1), min_size=2, max_size=3, unique=True), st.data())
@settings(max_examples=25)
def test_two_or_three_wrong_words_are_always_noticed(
    places: list[int], data: st.DataObject
) -> None:
    typed = [*WORDS_OF_ONE]
    for at in places:
        typed[at] = data.draw(st.sampled_from([word for word in WORDLIST if word != typed[at]]))
    with pytest.raises(ChecksumError):
        Share.read(" ".join(typed))


def test_a_word_that_is_none_is_named_by_its_position_with_words_that_look_like_it() -> None:
    meant = "academic"
    with pytest.raises(UnknownWordError) as told:
        read_words(" ".join([*WORDS_OF_ONE[:6], "acadmeic", *WORDS_OF_ONE[7:]]))
    assert told.value.position == 7
    assert meant in told.value.closest


def test_more_or_fewer_words_are_counted() -> None:
    for typed in (WORDS_OF_ONE[:-1], [*WORDS_OF_ONE, "academic"], []):
        with pytest.raises(WordCountError, match=str(len(typed))):
            read_words(" ".join(typed))


@given(st.text(max_size=300))
def test_whatever_is_typed_is_told_and_never_repeated(typed: str) -> None:
    with pytest.raises(WordsError) as told:
        Share.read(typed)
    for word in typed.split():
        if len(word) > 12:  # no word of ours is as long
            assert word not in str(told.value)


# -- shares that do not belong together ------------------------------------------------------------


def test_shares_of_different_keys_are_told_apart() -> None:
    other = split(RecoverySeed.random(), 3, 5)
    with pytest.raises(OtherSetError, match="different recovery keys"):
        combine([*THREE_OF_FIVE[:2], other[2]])


def test_the_same_share_twice_is_no_second_share() -> None:
    with pytest.raises(RepeatedShareError, match="share 1 was given twice"):
        combine([THREE_OF_FIVE[0], THREE_OF_FIVE[0], THREE_OF_FIVE[1]])


def test_a_forged_share_with_a_checksum_that_fits_makes_no_key() -> None:
    forged = Share.read(library_share(THREE_OF_FIVE[2].text, value=12345))
    with pytest.raises(WrongSharesError):
        combine([*THREE_OF_FIVE[:2], forged])
    with pytest.raises(WrongSharesError):
        combine([*THREE_OF_FIVE[:2], THREE_OF_FIVE[3], forged])


def test_a_share_of_something_else_is_not_taken() -> None:
    """A wallet's backup in groups, or one with a passphrase that slows guessing down."""
    ((in_groups, _),) = library_split(1, [(2, 2)], bytes(32), extendable=True)[:1]
    with pytest.raises(WordsError):
        Share.read(in_groups)
    ((slow, _),) = library_split(1, [(2, 2)], bytes(32), extendable=False, iteration_exponent=1)
    with pytest.raises(StrangeShareError, match="something else"):
        Share.read(slow)
    groups = library_split(2, [(1, 1), (1, 1)], bytes(32), extendable=False, iteration_exponent=0)
    with pytest.raises(StrangeShareError, match="something else"):
        Share.read(groups[0][0])


@pytest.mark.parametrize(
    ("needed", "count", "reason"),
    [
        (1, 2, "alone"),
        (3, 2, "no more can be needed"),
        (0, 1, "no more can be needed"),
        (2, 17, "16"),
        (-1, 3, "no more can be needed"),
    ],
)
def test_numbers_that_protect_nothing_are_refused_with_a_reason(
    needed: int, count: int, reason: str
) -> None:
    with pytest.raises(RefusedError, match=reason):
        split(SEED, needed, count)


def test_one_sheet_for_one_trustee_is_allowed_and_sixteen_of_sixteen_too() -> None:
    assert combine(split(SEED, 1, 1)) == SEED
    assert combine(split(SEED, 16, 16)) == SEED


def test_shares_are_never_printed_by_accident() -> None:
    assert repr(THREE_OF_FIVE[0]) == str(THREE_OF_FIVE[0]) == "<Share>"


def test_the_library_that_splits_refuses_what_we_refuse() -> None:
    with pytest.raises((MnemonicError, ValueError)):
        library_split(1, [(1, 2)], bytes(32))
