"""`python -m benchmarks [NAME [WORDS]]`: every benchmark of this folder one after the other, or one with its words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))


def main(words: list[str]) -> int:
    """Run them, each in a process of its own so that none warms another up; the worst exit code."""
    if words and words[0] not in NAMES:
        print(f"There is no benchmark {words[0]}. There are: {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    chosen = [words] if words else [[name] for name in NAMES]
    return max(_run(name, *rest) for name, *rest in chosen)


def _run(name: str, *words: str) -> int:
    print(f"== {name}", flush=True)
    return abs(subprocess.call([sys.executable, "-m", f"benchmarks.{name}", *words]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
