"""The error of a book whose files are wrong."""

from __future__ import annotations


class BookError(Exception):
    """The book's source is wrong; the message names place, value and remedy."""
