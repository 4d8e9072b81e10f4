"""What can go wrong with the store: one family, told apart by what the caller does next."""

from __future__ import annotations

import enum


class StoreTrouble(enum.Enum):
    """Why the store cannot do what was asked."""

    SECOND_GUARD = "second_guard"
    """Another guard holds the folder: do not start."""
    NEWER = "newer"
    """A newer version of the program has written the file: do not start."""
    CANNOT_WRITE = "cannot_write"
    """The folder or the file cannot be written: what is in force goes on from memory."""
    CANNOT_READ = "cannot_read"
    """The file is there and cannot be opened: what stood in it is not known."""
    DAMAGED = "damaged"
    """The file's content is not what was written."""


class StoreError(Exception):
    """The store cannot do what was asked. The text is a sentence."""

    def __init__(self, trouble: StoreTrouble, text: str) -> None:
        """`text` says what was found, where, and what would help."""
        super().__init__(text)
        self.trouble = trouble
