"""Lengths of answers: whoever counts the bytes on the wire does not learn which page was read.

Every page of this door is as long as the next power of two from 32 KiB, its headers counted in;
most pages are shorter than that, so all look alike. Encryption hides what is said, never how much.
"""

from flask import Response

SHORTEST = 32 * 1024


def pad_page(response: Response) -> Response:
    """Fill a page up with spaces after its end, where they mean nothing."""
    if response.mimetype == "text/html" and not response.is_streamed:
        page = response.get_data()
        headers = len(str(response.headers))
        response.set_data(page + b" " * (padded(headers + len(page)) - headers - len(page)))
    return response


def padded(length: int) -> int:
    """Give the next power of two from `SHORTEST` up."""
    return max(SHORTEST, 1 << (length - 1).bit_length())
