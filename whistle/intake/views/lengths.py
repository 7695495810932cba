"""Lengths of answers: whoever counts the bytes on the wire does not learn which page was read.

Every page of this door is as long as the next power of two from 32 KiB, with its status line and
headers; most pages are shorter than that, so all look alike. Encryption hides what is said, never
how much.
"""

from flask import Response

from whistle.web import still_missing

SHORTEST = 32 * 1024
_STATUS_LINE = len("HTTP/1.1 \r\n")
_LENGTH_LINE = len("Content-Length: \r\n")


def pad_page(response: Response) -> Response:
    """Fill a page up with spaces after its end, where they mean nothing, all headers being set."""
    if response.mimetype == "text/html" and not response.is_streamed:
        page = response.get_data()
        del response.headers["Content-Length"]
        around = _STATUS_LINE + len(response.status) + _LENGTH_LINE + len(str(response.headers))
        around += sum(
            len(f"{name}: {value}\r\n") for name, value in still_missing(response.headers)
        )
        response.set_data(page.ljust(padded(len(page), around)))
    return response


def padded(length: int, around: int) -> int:
    """Give a page's length so that with what is ``around`` it, and its own digits, it is even.

    That is the next power of two from `SHORTEST` up.
    """
    whole = SHORTEST
    while True:
        for digits in range(1, 12):
            wanted = whole - around - digits
            if wanted >= length and len(str(wanted)) == digits:
                return wanted
        whole *= 2
