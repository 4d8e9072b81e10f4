"""Small files for every user of the machine, replaced as a whole: a reader sees the old one or the new one."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Final

from risk_manager.home import PUBLISHED_FILE

_TRIES: Final = 5
_PAUSE_SECONDS: Final = 0.01


def replace(path: Path, content: bytes) -> None:
    """Put this in its place. Raises OSError; on Windows also PermissionError while somebody reads: it is for the next
    writing then."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    _open_to_everyone(fresh)
    os.replace(fresh, path)


def read(path: Path) -> bytes:
    """What is there. Raises OSError. Windows refuses it while it is being replaced: then it is tried again."""
    for _ in range(_TRIES - 1 if os.name == "nt" else 0):
        try:
            return path.read_bytes()
        except PermissionError:
            time.sleep(_PAUSE_SECONDS)
    return path.read_bytes()


if sys.platform == "win32":
    import pywintypes
    import win32security

    from risk_manager.descriptors import PUBLISHED

    def _open_to_everyone(path: Path) -> None:
        """Beside what comes down from its folder: every user may read it. The way to it is open to who knows it."""
        wanted = win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(
            PUBLISHED, win32security.SDDL_REVISION_1
        )
        try:
            win32security.SetNamedSecurityInfo(
                str(path),
                win32security.SE_FILE_OBJECT,
                win32security.DACL_SECURITY_INFORMATION,
                None,
                None,
                wanted.GetSecurityDescriptorDacl(),
                None,
            )
        except pywintypes.error as error:
            raise OSError(error.winerror, error.strerror) from None

else:

    def _open_to_everyone(path: Path) -> None:
        path.chmod(PUBLISHED_FILE)
