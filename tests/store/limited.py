"""`python -m tests.store.limited FOLDER`: a store whose file may not grow for a while."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from tests.store.test_trouble import Guard

assert sys.platform != "win32", "Windows knows no such limit"


def main(folder: Path) -> None:
    guard = Guard(folder)
    guard.go_on(100)
    guard.wait()
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, hard))
    while guard.store.trouble is None:
        guard.go_on(100)
        time.sleep(0.1)  # the writer must have come to writing
    print(guard.store.trouble)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    guard.go_on(100)
    guard.wait()
    assert guard.store.close()
    print("caught up")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
