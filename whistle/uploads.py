"""Files that arrive with a form: sealed as Werkzeug parses them, never spooled to disk.

Werkzeug would write a file above 500 kB to a temporary file in plaintext. `SealingRequest` hands
it a stream that seals instead.
"""

import io
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, ClassVar, TypeVar, cast

import flask_babel
from flask import Request, current_app, g, request
from sqlalchemy.exc import SQLAlchemyError

from whistle.domain.file_name import clean_file_name
from whistle.domain.profile import LANGUAGES
from whistle.form_parser import (
    MOST_FIELDS_OF_CASEWORK,
    MOST_FIELDS_OF_REPORTS,
    StrictFormParser,
)
from whistle.gateway.bodies import CUT
from whistle.keys.files import ReceivedFile, SealingUpload
from whistle.limits import Share
from whistle.storage.attachments import sweep
from whistle.storage.errors import StorageError

if TYPE_CHECKING:
    from whistle.installation import Installation

MOST_BYTES = 50_000_000
MOST_FILES = 20
MOST_NAMES = 2 * MOST_FILES  # of files that are asked for again
NAMELESS = "fil"
AFTER_BUSY = timedelta(minutes=5)  # when to try again while as many send files as may
FIELD = "files"  # what every form calls them
_LONGEST_MEDIA_TYPE = 100
_IS_KNOWN = "files_are_taken_of"

_View = TypeVar("_View", bound=Callable[..., Any])
IsKnown = Callable[[Mapping[str, str]], bool]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file field tells people."""

    total_bytes: int = MOST_BYTES
    files: int = MOST_FILES


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was not taken, in words, and the status that says so."""

    problem: str
    status: int


class Uploads:
    """The files of one request. Unless `keep` is called they are removed when it ends."""

    def __init__(self, installation: "Installation", share: Share) -> None:
        """Start with none; their bytes are of ``share``."""
        self._installation = installation
        self._share = share
        self._streams: list[_SealingStream] = []
        self._kept = False
        self._began, self._counted = self._now(), 0
        self.refused = False
        self.failed = False
        self.again_at: datetime | None = None

    def begin(
        self, name: str, media_type: str, before: Mapping[str, str], is_known: IsKnown
    ) -> "_SealingStream":
        """Make the stream into which the next file is parsed; see `takes_files`."""
        if not self._streams:
            self._welcome(before, is_known)
        if len(self._streams) > MOST_NAMES:  # a whole folder: no more of it is even named
            if not self.refused:
                self.refuse()
            return self._streams[-1]
        upload = SealingUpload(
            self._installation.id, self._installation.store, self._installation.clock.today()
        )
        stream = _SealingStream(self, upload, name, media_type)
        self._streams.append(stream)
        if len(self._named()) > MOST_FILES:
            self.refuse()
        self.wait_until(
            self._installation.limits.no_room_until(
                self._share, self._installation.store, self._now()
            )
        )
        return stream

    def _welcome(self, before: Mapping[str, str], is_known: IsKnown) -> None:
        """Drop what a stranger sends: it is named all the same, to be asked for again."""
        try:
            if not is_known(before):
                self.refuse()
        except (SQLAlchemyError, StorageError):
            self.fail()

    def take(self, length: int) -> bool:
        """Say whether ``length`` more bytes are within the limit; refuse all when not."""
        if (
            not self.refused
            and length + sum(one.upload.length for one in self._named()) > MOST_BYTES
        ):
            self.refuse()
        if not self.refused:
            full = self._installation.limits.take_bytes(self._share, length, self._now())
            self.wait_until(full)
            self._counted += 0 if full else length
        return not self.refused

    def refuse(self) -> None:
        """Drop everything, go on reading: the text beside the files is not to be lost."""
        self.refused = True
        self.discard()

    def fail(self) -> None:
        """Note that the database did not take a file; go on reading, as in `refuse`."""
        self.failed = self.refused = True

    def wait_until(self, moment: datetime | None) -> None:
        """Note that there is no room for files before a moment, if there is one; as in `fail`."""
        if moment:
            self.again_at = moment
            self.fail()

    def names(self) -> list[str]:
        """Give the names of the files that came, to ask for them again."""
        names = [stream.name or NAMELESS for stream in self._named()]
        return [*names[:MOST_NAMES], "…"] if len(names) > MOST_NAMES else names

    def finish(self) -> list[ReceivedFile]:
        """Seal the last chunk of every file."""
        return [
            ReceivedFile(
                stream.upload.finish(stream.name or NAMELESS, stream.media_type),
                stream.upload.digest,
            )
            for stream in self._named()
        ]

    def keep(self) -> None:
        """Leave the files where they are: a commit has given them a case."""
        self._kept = True

    def discard(self) -> None:
        """Remove every file, unless they are kept; what is not stored uses up no budget."""
        if not self._kept:
            self._installation.limits.give_back_bytes(self._share, self._counted, self._began)
            self._counted = 0
            for stream in self._streams:
                with suppress(SQLAlchemyError, StorageError):  # the sweep takes what is left
                    stream.upload.discard()

    def _now(self) -> datetime:
        return self._installation.clock.now()

    def _named(self) -> list["_SealingStream"]:
        """Leave out the empty part that a browser sends where no file was chosen."""
        return [one for one in self._streams if one.name or one.upload.length]


class _SealingStream(io.RawIOBase):
    """What Werkzeug writes a file into."""

    def __init__(self, uploads: Uploads, upload: SealingUpload, name: str, media_type: str) -> None:
        super().__init__()
        self.upload = upload
        self.name = clean_file_name(name) or (NAMELESS if name else "")
        self.media_type = media_type[:_LONGEST_MEDIA_TYPE]
        self._uploads = uploads

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self._uploads.take(len(data)):
            try:
                self.upload.write(bytes(data))
            except (SQLAlchemyError, StorageError):
                self._uploads.fail()
        return len(data)

    def seek(self, _offset: int, _whence: int = 0) -> int:
        return 0  # Werkzeug rewinds a finished file; there is nothing to read back


class _Nothing(io.RawIOBase):
    """What a file is written into where nobody asked for one."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)

    def seek(self, _offset: int, _whence: int = 0) -> int:
        return 0


def takes_files(is_known: IsKnown) -> Callable[[_View], _View]:
    """Have a view take files in its form's `FIELD`; no other view is sent any, sealed or not.

    Nothing of them is stored unless ``is_known`` says so, given the texts before the first of them.
    """

    def mark(view: _View) -> _View:
        setattr(view, _IS_KNOWN, is_known)
        return view

    return mark


def _is_known() -> IsKnown | None:
    """Give what the view of this request says of files; none where it takes none."""
    view = current_app.view_functions.get(request.endpoint or "")
    return cast("IsKnown | None", getattr(view, _IS_KNOWN, None))


def are_taken() -> bool:
    """Say whether the view of this request takes files."""
    return _is_known() is not None


class SealingRequest(Request):
    """A request whose files are sealed while its body is parsed."""

    most_fields: ClassVar[int] = MOST_FIELDS_OF_REPORTS

    @cached_property
    def language(self) -> str:
        """The language it is answered in, ``da`` or ``en``: a page asks for it a dozen times."""
        selected = flask_babel.get_babel().locale_selector
        return str(selected()) if selected else LANGUAGES[0]

    def make_form_data_parser(self) -> StrictFormParser:
        """Give the parser of this request's form."""
        return StrictFormParser(self._begin_file, self.most_fields, is_cut=CUT in self.environ)

    def _begin_file(
        self, field: str, before: Mapping[str, str], name: str, media_type: str
    ) -> IO[bytes]:
        is_known = _is_known()
        if is_known is None or field != FIELD:
            return cast("IO[bytes]", _Nothing())
        return cast("IO[bytes]", request_uploads().begin(name, media_type, before, is_known))


class CaseworkRequest(SealingRequest):
    """A request of the authenticated door, whose forms may be long."""

    most_fields = MOST_FIELDS_OF_CASEWORK


def request_uploads() -> Uploads:
    """Give the files of this request; parse the form first."""
    if "uploads" not in g:
        installation = cast("Installation", current_app.extensions["whistle"])
        sweep_once_a_day(installation)
        g.uploads = Uploads(installation, share_of_request())
        if CUT in request.environ:
            g.uploads.wait_until(installation.clock.now() + AFTER_BUSY)
    return cast("Uploads", g.uploads)


def share_of_request() -> Share:
    """Say whose budget this request draws on."""
    if request.blueprint != "intake":
        return Share.CASEWORK
    return Share.REPORT if request.endpoint == "intake.report" else Share.MESSAGE


def sweep_once_a_day(installation: "Installation") -> None:
    """Remove files whose form never came whole, a day after they began; once for each process.

    They are sealed and nobody's: what a crash or a broken connection left behind.
    """
    today = installation.clock.today()
    if installation.store.swept == today:
        return
    installation.store.swept = today
    with suppress(SQLAlchemyError), installation.store.write() as db:
        sweep(db, today - timedelta(days=1))
