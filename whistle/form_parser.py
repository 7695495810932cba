"""Reads the forms that are posted, strictly: what cannot be read whole is refused, never guessed.

Werkzeug's own parser holds each field to a limit, not all of them together, and a urlencoded body
to none; it puts U+FFFD where bytes are not UTF-8, and takes a broken form for an empty one. A
report must neither fill the memory nor arrive with other letters than were sent.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import IO, Protocol
from urllib.parse import parse_qsl

from werkzeug.datastructures import FileStorage, Headers, MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import (
    Data,
    Epilogue,
    Event,
    Field,
    File,
    MultipartDecoder,
    NeedData,
    State,
)

MOST_TEXT_BYTES = 4 * 1024 * 1024  # of all fields together; a text may have 200,000 characters
# At each door. A report has as many fields as its channel, with boxes to tick; a registration of
# 200 issues has 800 and some: it is refused in words, and kept.
MOST_FIELDS_OF_REPORTS, MOST_FIELDS_OF_CASEWORK = 300, 1_000
MOST_PARTS = 20_000  # a whole folder chosen by mistake: refused in words, with the text kept
MOST_HEADER_BYTES = 8 * 1024  # of one part: a megabyte of them takes seconds to read
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
FORM_TYPES = {URLENCODED, MULTIPART}
_READ_BYTES = 64 * 1024
_CHARSETS = {"utf-8", "ascii", "us-ascii", "iso-8859-1"}

_Parsed = tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]


class BeginFile(Protocol):
    """Makes what a file is written into, when all that is known of it is what came before."""

    def __call__(
        self, field: str, before: Mapping[str, str], name: str, media_type: str
    ) -> IO[bytes]:
        """Begin a file in the form's ``field``; ``before``: the texts that stand before it."""


class StrictFormParser(FormDataParser):
    """Raises `BadRequest` for what cannot be read, `RequestEntityTooLarge` for too much.

    ``is_cut``: the gateway ended the body early, in the middle of a character perhaps.
    """

    def __init__(self, begin_file: BeginFile, most_fields: int, *, is_cut: bool = False) -> None:
        """Have every file written into what ``begin_file`` makes for it."""
        super().__init__()
        self.begin_file, self.most_fields, self.is_cut = begin_file, most_fields, is_cut

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> _Parsed:
        """Read a form to its end. Files go to the streams that `BeginFile` makes."""
        del content_length
        errors = "replace" if self.is_cut else "strict"
        try:
            if mimetype == MULTIPART:
                parts = _Parts(self.begin_file, self.most_fields, errors)
                parts.read(stream, (options or {}).get("boundary", ""))
                return stream, MultiDict(parts.fields), MultiDict(parts.files)
            _check_charset(options or {})
            return stream, MultiDict(_pairs(stream, self.most_fields, errors)), MultiDict()
        except ValueError as error:
            raise BadRequest from error


def _pairs(stream: IO[bytes], most_fields: int, errors: str) -> list[tuple[str, str]]:
    """Read a urlencoded form."""
    body = bytearray()
    for data in iter(partial(stream.read, _READ_BYTES), b""):
        body += data
        if len(body) > 3 * MOST_TEXT_BYTES:  # a byte may be written as three: %C3
            raise RequestEntityTooLarge
    if body.count(b"&") >= most_fields:
        raise RequestEntityTooLarge
    return parse_qsl(body.decode(errors=errors), keep_blank_values=True, errors=errors)


def _check_charset(options: Mapping[str, str]) -> str:
    """Give the encoding that is declared, UTF-8 unless told; raise ValueError for an odd one."""
    charset = options.get("charset", "utf-8").lower()
    if charset not in _CHARSETS:
        raise ValueError("an encoding that no browser sends")
    return charset


class _Parts:
    """The parts of one multipart form."""

    def __init__(self, begin_file: BeginFile, most_fields: int, errors: str) -> None:
        self.fields: list[tuple[str, str]] = []
        self.files: list[tuple[str, FileStorage]] = []
        self._begin_file, self._most_fields = begin_file, most_fields
        self._errors = errors
        self._room = MOST_TEXT_BYTES
        self._sink: IO[bytes] | None = None
        self._written: list[bytes] = []
        self._charset = "utf-8"

    def read(self, stream: IO[bytes], boundary: str) -> None:
        """Read all of it. Raises ValueError where it is broken."""
        if not boundary:
            raise ValueError("no boundary")
        decoder = _Decoder(boundary.encode("ascii"), MOST_TEXT_BYTES, max_parts=MOST_PARTS)
        part: Field | File | None = None
        for event in _events(decoder, stream):
            if isinstance(event, Field | File):
                part = event
                self._begin(part)
            elif isinstance(event, Data) and part:
                self._take(part, event)

    def _begin(self, part: Field | File) -> None:
        if not isinstance(part.name, str):
            raise ValueError("a part without a name")  # noqa: TRY004  (it is what was sent)
        if isinstance(part, File):
            media_type = part.headers.get("content-type", "")
            self._sink = self._begin_file(part.name, dict(self.fields), part.filename, media_type)
            return
        if len(self.fields) >= self._most_fields:
            raise RequestEntityTooLarge
        self._sink, self._written = None, []
        self._charset = _check_charset(parse_options_header(part.headers.get("content-type"))[1])

    def _take(self, part: Field | File, data: Data) -> None:
        if self._sink is not None:
            self._sink.write(data.data)
            if not data.more_data:
                self.files.append((part.name, FileStorage(self._sink, name=part.name)))
            return
        self._room -= len(data.data)
        if self._room < 0:
            raise RequestEntityTooLarge
        self._written.append(data.data)
        if not data.more_data:
            value = b"".join(self._written).decode(self._charset, self._errors)
            self.fields.append((part.name, value))


class _Decoder(MultipartDecoder):
    """Refuses a part whose headers are too long before it reads them: RFC 7578 needs very few."""

    _room = MOST_TEXT_BYTES // 2  # for the headers of all parts together

    def next_event(self) -> Event:
        event = super().next_event()
        if self.state is State.PART and isinstance(event, NeedData):
            self._check(len(self.buffer))
        return event

    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        self._check(len(data))
        self._room -= len(data)
        return super()._parse_headers(data)

    def _check(self, length: int) -> None:
        if length > min(MOST_HEADER_BYTES, self._room):
            raise RequestEntityTooLarge


def _events(decoder: MultipartDecoder, stream: IO[bytes]) -> Iterator[Event]:
    while True:
        decoder.receive_data(stream.read(_READ_BYTES) or None)
        event = decoder.next_event()
        while not isinstance(event, Epilogue | NeedData):
            yield event
            event = decoder.next_event()
        if isinstance(event, Epilogue):
            return
