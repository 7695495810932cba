"""What every door shares on the web: headers, language, cross-site refusals, error pages."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlsplit

import flask_babel
from babel.dates import format_date
from babel.support import NullTranslations
from flask import (
    Flask,
    Request,
    Response,
    abort,
    current_app,
    g,
    has_request_context,
    request,
)
from flask.globals import request_ctx
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from whistle.catalogues import catalogue
from whistle.crypto.errors import DirectoryError
from whistle.domain.disguise import show_controls
from whistle.domain.profile import LANGUAGES
from whistle.error_pages import (
    broken_body,
    busy_page,
    http_error,
    log_fault,
    server_error,
    untrusted_page,
)
from whistle.form_parser import FORM_TYPES
from whistle.gateway.bodies import CUT, BodyError, Cut
from whistle.gateway.gateway import WHOLE
from whistle.installation import Installation
from whistle.templating import LanguageEnvironment
from whistle.uploads import AFTER_BUSY, SealingRequest, are_taken, request_uploads

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LANGUAGE_NAMES = {"da": "Dansk", "en": "English"}
MOST_BODY_BYTES = 1024 * 1024 * 1024  # read on, and thrown away, so that the text is not lost
STATIC_SECONDS = 3600
SEAL_NOTHING = {
    "static",
    "accounts.technician",  # says what is wrong with the keys
    "accounts.sign_out",
    "accounts.panic",
    "accounts.locked",
    "public_log.about",  # worth most when something is wrong
    "public_log.newest",
    "public_log.of_day",
    "statistics.index",
    "statistics.document",
    "statistics.report",
    "statistics.report_data",
    "statistics.report_certificate",
}
_HOST = re.compile(  # RFC 3986, 3.2.2: a name, or an address of IPv4 or IPv6; then a port
    r"(?=[^:]{1,253}(?::|$)|\[)(?:[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?|\[[0-9A-Fa-f:.]+\])"
    r"(?::[0-9]{0,5})?"
)

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; script-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ATTACHMENT_POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",  # no-referrer would make browsers send "Origin: null"
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(), payment=(), usb=(), browsing-topics=()"
    ),
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
_EVERY = list(HEADERS.items())
CLEAR_SITE_DATA = '"cache", "cookies", "storage"'


class _Door(Flask):
    """A Flask application that never logs who came when, whatever breaks."""

    jinja_environment = LanguageEnvironment  # type: ignore[assignment]

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Go by the path alone: no host a request names has a say in any address.

        Flask would break before any handler where it is no host; `refuse_bad_hosts` says so.
        """
        if request is None:
            return super().create_url_adapter(request)
        return self.url_map.bind(
            "localhost",
            url_scheme=request.scheme,
            default_method=request.method,
            path_info=request.path,
            query_args=request.query_string.decode("latin-1"),
        )

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Take every function as it is: none is asynchronous, and Flask would ask each time."""
        return func

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        """Answer, with the headers of every answer, whatever it comes from."""

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, [*headers, *still_missing(headers)], *error)

        return super().wsgi_app(environ, cast("StartResponse", start))

    def log_exception(self, exc_info: Any) -> None:
        """Log where it broke, as `server_error` does; Flask's own line has the path and more."""
        log_fault(exc_info[1])


def make_app(
    name: str, installation: Installation, language: Callable[[], str], static_path: str
) -> Flask:
    """Make a Flask application with everything that all doors share.

    ``language`` gives the language of the current request, one of `LANGUAGES`.
    """
    app = _Door(
        name,
        root_path=str(Path(__file__).parent),
        static_folder="static",
        static_url_path=static_path,
        template_folder=str(_templates()),
    )
    app.request_class = SealingRequest
    app.config.update(
        MAX_CONTENT_LENGTH=MOST_BODY_BYTES,
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_SECONDS,
        DEBUG=False,  # whatever the environment says
        TRAP_HTTP_EXCEPTIONS=False,
        WTF_CSRF_ENABLED=False,  # each door brings its own: see intake.tokens and signed_in
        WTF_I18N_ENABLED=False,  # and every form its own words: none of WTForms' is shown
    )
    app.extensions["whistle"] = installation
    app.jinja_options = {"bytecode_cache": _COMPILED}
    templates = cast("LanguageEnvironment", app.jinja_env)
    templates.trim_blocks = templates.lstrip_blocks = True
    templates.language, templates.words = language, lambda code: catalogue(code).gettext
    templates.globals["static"] = static_path
    babel = flask_babel.Babel(app, default_locale=LANGUAGES[0], locale_selector=language)
    del babel
    app.extensions["babel"].instance.domain_instance = _Catalogues()
    app.jinja_env.filters.update(longdate=long_date, filesize=file_size, controls=show_controls)
    app.context_processor(_template_names)
    app.before_request(refuse_bad_hosts)
    app.before_request(refuse_untrusted_keys)
    app.before_request(refuse_cross_site)
    app.before_request(refuse_other_bodies)
    app.before_request(refuse_cut_bodies)
    app.before_request(refuse_long_bodies)
    app.after_request(_harden)
    app.teardown_request(_drop_uploads)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(BodyError, broken_body)
    app.register_error_handler(DirectoryError, untrusted_page)
    app.register_error_handler(Exception, server_error)
    app.add_url_rule("/healthz", "healthz", _healthz)
    return app


class _CompiledTemplates(BytecodeCache):
    """Compiled templates, kept in memory: for both doors, and for workers forked later."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _CompiledTemplates()


def this_installation() -> Installation:
    """Give the installation of the current application."""
    return cast("Installation", current_app.extensions["whistle"])


def current_language() -> str:
    """Give the language of this request, ``da`` or ``en``."""
    return cast("SealingRequest", request).language if has_request_context() else LANGUAGES[0]


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Have the words, days and numbers of a block be in ``language``, and the page's stay its own.

    For letters, which are Danish whoever writes them.
    """
    asked = current_language()
    cast("SealingRequest", request).language = language
    try:
        with flask_babel.force_locale(language):  # noqa: TID251
            yield
    finally:
        cast("SealingRequest", request).language = asked


def long_date(day: date) -> str:
    """Write a day for people, in the language of the request."""
    return _long_date(day, current_language())


@lru_cache
def _long_date(day: date, language: str) -> str:
    return format_date(day, "long", locale=language).replace(" ", "\N{NO-BREAK SPACE}")


def file_size(size: int) -> str:
    """Write a number of bytes for people."""
    units = ("B", "kB", "MB", "GB")
    number = float(size)
    for unit in units:  # noqa: B007  (the unit is used after the loop)
        if number < 1000:  # noqa: PLR2004
            break
        number /= 1000
    shown = flask_babel.format_decimal(round(number, 1 if number % 1 > 0 else 0))
    return f"{shown} {unit}"


def refuse_bad_hosts() -> None:
    """Answer 400 where the Host header is no host."""
    if not _HOST.fullmatch(request.headers.get("Host", "localhost")):
        abort(400)


def refuse_untrusted_keys() -> None:
    """Stop where the key directory cannot be trusted: whatever is sealed by it could be read."""
    if request.endpoint not in SEAL_NOTHING:
        this_installation().directory.watch()


def refuse_cross_site() -> None:
    """Refuse posts that another site's page started (OWASP: Fetch Metadata, Origin).

    Both doors need it: an anonymous form has no cookie that could be protected instead.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        abort(403)
    origin = request.headers.get("Origin")
    if origin is not None and _host_of(origin) != request.host:
        abort(403)


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def refuse_other_bodies() -> None:
    """Take forms alone: another body would be read whole into memory, past every limit."""
    has_body = request.mimetype or request.content_length
    if request.method == "POST" and has_body and request.mimetype not in FORM_TYPES:
        abort(415)


def refuse_cut_bodies() -> Response | None:
    """Refuse what the gateway did not hand over whole.

    A form that was cut in its files goes on to its view, which shows it again, filled in; one that
    was cut in a text does not: half a text must not pass for all of it.
    """
    cut = request.environ.get(CUT)
    if cut is None:
        return None
    if cut is not Cut.BUSY:
        abort({Cut.UNMEASURED: 411, Cut.TOO_LONG: 413}.get(cut, 408))
    if request.form and request_uploads().names():
        return None
    return busy_page(this_installation().clock.now() + AFTER_BUSY)


def refuse_long_bodies() -> None:
    """Refuse, before it is read, what is longer than any text where no files are taken.

    It would come while its view waits, long after the guards had looked who sends it.
    """
    if (request.content_length or 0) > WHOLE and request.endpoint and not are_taken():
        abort(413)


def _templates() -> Path:
    """Find the templates: inside the package when installed, beside it in a checkout."""
    inside = Path(__file__).parent / "templates"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "templates"


class _Catalogues(flask_babel.Domain):
    """Translations read from the ``.po`` files themselves, so that none can be out of date."""

    def get_translations(self) -> NullTranslations:
        return catalogue(current_language())


def _template_names() -> dict[str, Any]:
    profile = this_installation().profile
    return {
        "site": {
            "municipality": profile.municipality,
            "adviser_phone": profile.phone,
            "adviser_email": profile.email,
            "adviser_address": profile.address,
        },
        "lang": current_language(),
        "other_langs": _other_languages(),
        "member": None,
    }


def _other_languages() -> list[tuple[str, str, str]]:
    """Give code, own name and address of this page in every other language, where it has one."""
    here = current_language()
    rest = request.path.removeprefix("/").partition("/")[2]
    adapter = request_ctx.url_adapter
    found = []
    for code in LANGUAGES:
        same_page = f"/{code}/{rest}"
        if code != here:
            exists = adapter is not None and adapter.test(same_page, "GET")
            found.append((code, LANGUAGE_NAMES[code], same_page if exists else f"/{code}/"))
    return found


def _harden(response: Response) -> Response:
    if response.location:  # behind a proxy, an address with a host would be http again
        here = urlsplit(response.location)._replace(scheme="", netloc="")
        response.headers["Location"] = here.geturl()
    if "retry_after" in g:
        response.headers["Retry-After"] = str(g.retry_after)
    if request.endpoint == "static" and response.status_code < 400:  # noqa: PLR2004
        response.headers["Cache-Control"] = f"private, max-age={STATIC_SECONDS}"
        response.headers.pop("Last-Modified", None)
    elif not response.cache_control.public:  # which a page for everybody says by itself
        response.headers["Cache-Control"] = "no-store"
    return response


def still_missing(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Give those of `HEADERS` that an answer has not set otherwise, as a file's does."""
    own = {name for name, _value in headers}
    return _EVERY if own.isdisjoint(HEADERS) else [one for one in _EVERY if one[0] not in own]


def _drop_uploads(_error: BaseException | None) -> None:
    uploads = g.pop("uploads", None)
    if uploads is not None:
        uploads.discard()


def _healthz() -> Response:
    this_installation().store.is_alive()
    return Response("ok\n", mimetype="text/plain")


def attachment_response(name: str, length: int, content: Iterator[bytes]) -> Response:
    """Stream a file to be saved, never shown: it may be anything, made by anybody.

    A header is Latin-1, so other names are written as RFC 8187 has it.
    """
    response = Response(content, mimetype="application/octet-stream")
    plain = {"filename": name or "file"}
    named = plain if name.isascii() else {"filename*": f"UTF-8''{quote(name, safe='')}"}
    response.headers.set("Content-Disposition", "attachment", **named)
    response.headers["Content-Security-Policy"] = ATTACHMENT_POLICY
    response.content_length = length
    return response
