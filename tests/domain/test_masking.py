"""Masking a text: names in all their forms, sentences by hand, and nothing under a bar."""

from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.domain.masking import (
    BAR,
    MaskedCopy,
    MaskGround,
    Piece,
    Term,
    mask,
    printed,
    sentences,
)
from whistle.domain.name_forms import folded, forms_in, whole

GROUND = MaskGround.PRIVATE
NAME = [Term("Mette Sørensen", GROUND)]


def read(text: str, *words: str) -> str:
    """Give a masked text with one sign for a bar."""
    terms = [Term(one, GROUND) for one in words]
    return printed(mask(text, terms, {}), [GROUND]).replace(f"{BAR}(1)", "#")


@pytest.mark.parametrize(
    "form",
    [
        "Mette Sørensen",
        "METTE SØRENSEN",
        "mette sørensen",
        "Sørensen, Mette",
        "Mette K. Sørensen",
        "Mette Kirstine Sørensen",
        "M. Sørensen",
        "Mette\nSørensen",
        "Mette\N{NO-BREAK SPACE}Sørensen",
        "Sørensens",
        "Sørensen’s",
        "Soerensen",
        "Sorensen",
        "So\u0308rensen",
        "Sø\N{SOFT HYPHEN}ren\N{ZERO WIDTH SPACE}sen",
        "Søren-\nsen",
        "S ø r e n s e n",
        "S.ø.r.e.n.s.e.n",
        "Ｓøｒｅｎｓｅｎ",
        "mette.sorensen@example.org",
        "mettesoerensen",
        "Sørensensagen",
        "Sørensen-sagen",
        "Møller-Sørensen",
        "m_sørensen_1979",
        "MÉTTE",
        "Sø\N{NON-BREAKING HYPHEN}rensen",
        "Sø\N{HYPHEN}\nrensen",
        "Sø\N{SOFT HYPHEN}\nrensen",
        "Sø\N{EN DASH}\r\nrensen",
        "Mette\N{EM DASH}Sørensen",
        "m_s\N{EN DASH}Sørensen",
    ],
)
def test_a_name_is_masked_in_every_form(form: str) -> None:
    shown = read(f"Sagen om {form} blev lukket.", "Mette Sørensen")
    assert "#" in shown
    told = "".join(one for one in shown.casefold() if one.isalnum())
    assert "rensen" not in told
    assert "mette" not in told
    assert shown.startswith("Sagen om ")
    assert shown.endswith(" blev lukket.")


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("Bo og Bos ven i bogen", "Bo", "# og # ven i bogen"),
        ("Ring 12 34 56 78 eller +4512345678", "12345678", "Ring # eller +#"),
        ("CPR 010203-1234 og 0102031234", "010203-1234", "CPR # og #"),
        ("010203\N{EN DASH}1234 og 010203\N{EM DASH}1234.", "010203-1234", "# og #."),
        ("010203\N{NON-BREAKING HYPHEN}1234 el. 010203\N{MINUS SIGN}1234", "0102031234", "# el. #"),
        ("CPR 010203_1234, 010203,1234", "010203_1234", "CPR #"),
        ("Ring 12\N{EN DASH}34\N{EN DASH}56\N{EN DASH}78, 12:34:56:78", "12345678", "Ring #"),
        ("Ring ١٢٣٤٥٦٧٨ nu", "12 34 56 78", "Ring # nu"),
        ("Ring 12345678 nu", "\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668", "Ring # nu"),
        ("Mueller og Müller og Muller", "Müller", "# og # og #"),
        ("Müller og Mueller kom", "Mueller", "# og # kom"),
        ("Bjoern og Björn og Bjørn", "Björn", "# og # og #"),
        ("Lukasz og Łukasz", "Łukasz", "# og #"),
        ("K.K. og K. K. ringede, OK?", "Karla Kvist", "# og # ringede, OK?"),
        (
            "KK ringede, K K og K-K; kk, OKK og KKS",
            "Karla Kvist",
            "# ringede, # og #; kk, OKK og KKS",
        ),
        ("IS til is og Is", "Ida Sund", "# til is og Is"),
        ("KB’s brev, KBs og KB", "Karla von Berg", "# brev, # og #"),
        ("Vestergade 12, Vester 3, gade 12", '"Vestergade 12"', "#, Vester 3, gade 12"),
        ("Lene von Berg og von Trier", "Lene von Berg", "# og von Trier"),
        ("Skriv til a.b@c.dk!", '"a.b@c.dk"', "Skriv til #!"),
        ("Aagård og Ågaard", "Ågård", "# og #"),
        ("Det er Mette. Mette kom.", "Mette", "Det er #. # kom."),
        ("Ingen er nævnt", "Mette", "Ingen er nævnt"),
        ("Mette", "", "Mette"),
        ("Mette", '""', "Mette"),
        ("", "Mette", ""),
    ],
)
def test_what_is_masked_is_the_whole_word_and_no_other(text: str, words: str, shown: str) -> None:
    assert read(text, words) == shown


def test_a_bar_has_one_length_and_tells_neither_how_much_nor_how_many() -> None:
    short, long = (
        read("Bo kom.", "Bo"),
        read("Bo Christoffer Kom-Frydendahl kom.", "Bo Christoffer"),
    )
    assert short == "# kom."
    assert long.count("#") == 1
    neighbours = mask("Ib og Ib, Bo kom.", [Term("Ib", GROUND), Term("Bo", GROUND)], {})
    assert [piece.text for piece in neighbours] == ["", " og ", "", " kom."]


def test_sentences_are_masked_by_their_number() -> None:
    text = "Den første. Den anden!\nEn linje uden punktum\n\nDen sidste."
    shown = [text[begin:end] for begin, end in sentences(text)]
    assert shown == ["Den første.", "Den anden!", "En linje uden punktum", "Den sidste."]
    pieces = mask(text, [], {1: GROUND, 3: MaskGround.IDENTITY, 99: GROUND})
    assert pieces == (
        Piece("Den første. "),
        Piece(ground=GROUND),
        Piece("\nEn linje uden punktum\n\n"),
        Piece(ground=MaskGround.IDENTITY),
    )


def test_grounds_are_numbered_in_one_order_for_the_whole_copy() -> None:
    text = mask("Ib og Bo.", [Term("Bo", GROUND), Term("Ib", MaskGround.REPORT)], {})
    assert printed(text, [GROUND, MaskGround.REPORT]) == f"{BAR}(2) og {BAR}(1)."
    assert MaskedCopy("x", None).masks == {}  # type: ignore[arg-type]


@given(st.text(max_size=200), st.text(max_size=12))
def test_nothing_is_lost_but_what_is_masked_and_that_is_lost_whole(text: str, words: str) -> None:
    text = whole(text)
    spans = forms_in(folded(text), words)
    assert spans == sorted(spans)
    assert all(first[1] < second[0] for first, second in pairwise(spans))
    assert all(0 <= begin < end <= len(text) for begin, end in spans)
    masked = mask(text, [Term(words, GROUND)], {})
    rest = [piece.text for piece in masked if piece.ground is None]
    at = 0
    for one in rest:
        at = text.index(one, at) + len(one)


@given(
    st.sampled_from(["Jensen", "Østergård", "Bo Ib", "Aage", "D'Angelo", "Müller"]),
    st.text(alphabet="aeimnø .,-\n", max_size=30),
    st.text(alphabet="aeimnø .,-\n", max_size=30),
)
def test_a_name_between_any_words_is_never_left(name: str, before: str, after: str) -> None:
    shown = read(f"{before} {name} {after}", name)
    assert name.casefold() not in shown.casefold()


@pytest.mark.parametrize("hostile", ["Bo ", "Bo-", "Bo", "B.o", "x@Bo", "a.", "12345678-", "1 "])
def test_a_text_made_to_be_slow_takes_time_by_its_length(hostile: str) -> None:
    """Each took minutes where the work grew with the square of the length."""
    for words in ("Bo", "12345678", "Mette Sørensen"):
        assert mask(hostile * 4_000, [Term(words, GROUND)], {0: GROUND})


def test_sixty_names_are_found_in_the_longest_text_in_seconds() -> None:
    """Each name took a third of a second, as the text was folded anew for it."""
    text = "Peter Møller ringede om sagen i dag. " * 5_400
    terms = [Term(f"Navn{number} Efternavn{number}", GROUND) for number in range(60)]
    before = process_time()
    shown = mask(text, [*terms, Term("Peter Møller", GROUND)], {})
    assert process_time() - before < 4
    assert sum(piece.ground is not None for piece in shown) == 5_400
