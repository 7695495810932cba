"""Bodies that no page of ours sends: too much, unreadable, broken. Both doors, both databases."""

from collections.abc import Callable

import pytest
from werkzeug.datastructures import Headers
from werkzeug.sansio.multipart import MultipartDecoder

from tests.abuse.forms import (
    MULTIPART,
    URLENCODED,
    Form,
    every_form,
    field,
    fields_of,
    multipart,
    pairs_of,
    refused,
    stored,
)
from tests.support.office import Office
from whistle.form_parser import (
    MOST_FIELDS_OF_CASEWORK,
    MOST_FIELDS_OF_REPORTS,
    MOST_HEADER_BYTES,
)

WITH_FILES = ("/report/citizen", "/answer")
Body = Callable[[Form], tuple[bytes, str]]
A_FILE = '; filename="{}.txt"'
LATIN_1, UTF_16 = "på dansk".encode("latin-1"), "på dansk".encode("utf-16")
OVERLONG, SURROGATE = b"\xc0\xae\xc0\xae/", b"\xed\xa0\x80"
PART = field("text", "x")


def room(form: Form) -> int:
    """Say how many fields the form's door takes besides its own."""
    of_casework = form.path.startswith("/casework")
    most = MOST_FIELDS_OF_CASEWORK if of_casework else MOST_FIELDS_OF_REPORTS
    return most - len(form.fields)


def with_fields(form: Form, number: int) -> tuple[bytes, str]:
    return multipart(*fields_of(form), *[field("felt", "x")] * number), MULTIPART


TOO_MUCH: dict[str, Body] = {
    "a field too many for its door": lambda form: with_fields(form, room(form) + 1),
    "a field too many in one line": lambda form: (
        pairs_of(form) + b"&a=1" * (room(form) + 1),
        URLENCODED,
    ),
}
FAR_TOO_MUCH: dict[str, Body] = {
    "10 MB of text": lambda form: (
        multipart(*fields_of(form), field("text", b"x" * 10_000_000)),
        MULTIPART,
    ),
    "10 MB in many texts": lambda form: (
        multipart(*fields_of(form), *[field("text", b"x" * 1_000_000)] * 10),
        MULTIPART,
    ),
    "20 MB of text in one line": lambda form: (
        pairs_of(form) + b"&text=" + b"x" * 20_000_000,
        URLENCODED,
    ),
    "a million fields in one line": lambda form: (
        pairs_of(form) + b"&a=1" * 1_000_000,
        URLENCODED,
    ),
    "30,000 files": lambda form: (
        multipart(*fields_of(form), *[field("files", "x", A_FILE.format("a"))] * 30_000),
        MULTIPART,
    ),
}


def _wrong(value: bytes) -> dict[str, Body]:
    """Give a wrong encoding in every place that it can stand in."""
    written = "".join(f"%{byte:02X}" for byte in value).encode()
    named = b'Content-Disposition: form-data; name="files"; filename="' + value + b'"\r\n\r\nx'
    return {
        "a field": lambda form: (multipart(*fields_of(form), field("text", value)), MULTIPART),
        "a file name": lambda form: (multipart(*fields_of(form), named), MULTIPART),
        "a line": lambda form: (pairs_of(form) + b"&text=" + written, URLENCODED),
        "a name in a line": lambda form: (pairs_of(form) + b"&" + written + b"=x", URLENCODED),
        "a bare line": lambda form: (pairs_of(form) + b"&text=" + value, URLENCODED),
    }


UNREADABLE: dict[str, Body] = {
    f"{name} in {place}": body
    for name, value in {
        "latin-1": LATIN_1,
        "UTF-16": UTF_16,
        "an overlong form": OVERLONG,
        "half a surrogate pair": SURROGATE,
    }.items()
    for place, body in _wrong(value).items()
} | {
    "UTF-16 that says so": lambda form: (pairs_of(form), URLENCODED + "; charset=utf-16"),
    "no boundary": lambda form: (multipart(*fields_of(form)), "multipart/form-data"),
    "another boundary": lambda form: (multipart(*fields_of(form)), f"{MULTIPART}-2"),
    "a boundary beyond ASCII": lambda form: (
        multipart(*fields_of(form)),
        "multipart/form-data; boundary=æ",
    ),
    "no end": lambda form: (multipart(*fields_of(form), end=b""), MULTIPART),
    "cut in a part": lambda form: (multipart(*fields_of(form), PART)[:-40], MULTIPART),
    "cut in its headers": lambda form: (
        multipart(*fields_of(form))[:30],
        MULTIPART,
    ),
    "a part without headers": lambda form: (multipart(*fields_of(form), b"x"), MULTIPART),
    "a part without a disposition": lambda form: (
        multipart(*fields_of(form), b"Content-Type: text/plain\r\n\r\nx"),
        MULTIPART,
    ),
    "a part without a name": lambda form: (
        multipart(*fields_of(form), b"Content-Disposition: form-data\r\n\r\nx"),
        MULTIPART,
    ),
    "a file without a name of its field": lambda form: (
        multipart(*fields_of(form), b'Content-Disposition: form-data; filename="a"\r\n\r\nx'),
        MULTIPART,
    ),
    "no multipart at all": lambda form: (pairs_of(form), MULTIPART),
}


@pytest.mark.parametrize(
    ("bodies", "status"), [(TOO_MUCH, 413), (UNREADABLE, 400)], ids=["too much", "unreadable"]
)
def test_what_cannot_be_taken_is_told_at_every_form_and_nothing_is_stored(
    office: Office, bodies: dict[str, Body], status: int
) -> None:
    forms = list(every_form(office))
    before = stored(office)
    for form in forms:
        for name, body in bodies.items():
            assert refused(form, form.send(*body(form))) == status, (name, form.path)
    assert stored(office) == before


def test_as_many_fields_as_a_door_takes_are_read(office: Office) -> None:
    for form in every_form(office):
        assert form.send(*with_fields(form, room(form))).status_code != 413, form.path


def test_megabytes_of_text_are_told_and_nothing_is_stored(office: Office) -> None:
    form = next(every_form(office))
    before = stored(office)
    for name, body in FAR_TOO_MUCH.items():
        assert refused(form, form.send(*body(form))) == 413, name
    assert stored(office) == before


def test_another_kind_of_body_is_refused_at_every_form(office: Office) -> None:
    for form in list(every_form(office)):
        for kind in ("text/plain", "application/json", "multipart/mixed", "x/\x7f", "\\"):
            assert refused(form, form.send(pairs_of(form), kind)) == 415, (kind, form.path)


def test_ten_thousand_files_are_refused_and_the_text_beside_them_comes_back(
    office: Office,
) -> None:
    with_files = [form for form in every_form(office) if form.path.endswith(WITH_FILES)]
    before = stored(office)
    files = [field("files", "x", A_FILE.format(f"billede {number}")) for number in range(10_000)]
    assert len(with_files) == 2
    for form in with_files:
        answer = form.send(multipart(*fields_of(form), *files), MULTIPART)
        assert refused(form, answer) in {413, 422}
        assert form.fields["text"] in answer.text
        assert "billede 7.txt" in answer.text
        assert len(answer.data) < 500_000
        assert stored(office) == before


def test_a_file_after_many_empty_ones_is_not_dropped_without_a_word(office: Office) -> None:
    form = next(every_form(office))
    before = stored(office)
    empty = [field("files", "", '; filename=""')] * 50
    last = field("files", "bilag", A_FILE.format("sidste"))
    answer = form.send(multipart(*fields_of(form), *empty, last), MULTIPART)
    assert refused(form, answer) == 413
    assert stored(office) == before


def test_a_form_with_nothing_in_it_is_answered_in_words(office: Office) -> None:
    for form in every_form(office):
        for body, kind in ((b"", URLENCODED), (b"", ""), (multipart(), MULTIPART)):
            answer = form.send(body, kind)
            assert answer.status_code in {200, 303, 400, 403, 422}, (form.path, kind)
            assert "Traceback" not in answer.text


def test_every_field_twice_is_one_form(office: Office) -> None:
    """The first of two counts; where one alone may stand, the form comes back."""
    for form in every_form(office):
        answer = form.send(pairs_of(form) + b"&" + pairs_of(form).replace(b"=", b"=x"), URLENCODED)
        assert answer.status_code < 500, form.path


ODD_LETTERS = "".join(
    (
        "\x00a\x00",
        "\ufffd\ufffe\uffff",
        "\u202e\u2066\u200f",
        "e" + "\u0301" * 5_000,
        "\x1b[31m\x07\x08",
        "\r\nSet-Cookie: a=b\r\n",
        "\N{FAMILY}\u200d\N{GIRL}" * 200,
    )
)


def test_no_odd_letter_breaks_a_form(office: Office) -> None:
    for form in list(every_form(office)):
        for keeps_the_rest in (False, True):
            odd = {
                name: value if keeps_the_rest and len(value) > 20 else value + ODD_LETTERS
                for name, value in form.fields.items()
            }
            parts = [field(name, value) for name, value in odd.items()]
            answer = form.send(multipart(*parts), MULTIPART)
            assert answer.status_code < 500, form.path
            assert all("a=b" not in cookie for cookie in answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize("end", [b"", b"\r\n\r\nx"], ids=["never ends", "ends"])
def test_a_parts_long_headers_are_refused_before_they_are_read(
    office: Office, end: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    parse = MultipartDecoder._parse_headers

    def noted(decoder: MultipartDecoder, data: bytes) -> Headers:
        read.append(len(data))
        return parse(decoder, data)

    form = next(every_form(office))
    monkeypatch.setattr(MultipartDecoder, "_parse_headers", noted)
    for length in (MOST_HEADER_BYTES, 100_000, 3_000_000):
        long = b'Content-Disposition: form-data; name="' + b'\\"' * (length // 2) + b'"' + end
        assert refused(form, form.send(multipart(*fields_of(form), long), MULTIPART)) == 413
    assert max(read) < MOST_HEADER_BYTES


def test_the_headers_of_many_parts_are_held_to_a_limit_together(office: Office) -> None:
    form = next(every_form(office))
    long = field("files", "x", f'; filename="{"a" * 8_000}"')
    assert refused(form, form.send(multipart(*fields_of(form), *[long] * 600), MULTIPART)) == 413
