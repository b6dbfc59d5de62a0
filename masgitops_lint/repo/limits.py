"""How much is read of one file."""

from __future__ import annotations

import errno

MAX_READ = 64 * 1024 * 1024


class TooLargeError(OSError):
    """A file beyond `MAX_READ` bytes, which is not read at all."""

    def __init__(self, size: int) -> None:
        super().__init__(errno.EFBIG, f"{size / 2**20:.0f} MB are more than mas-lint reads")
        self.size = size
