"""A base image out of this machine's own packages: Debian's essential ones and Python. Nothing is downloaded."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from typing import Final

WANTED: Final = ("python3-venv", "python3", "passwd", "ca-certificates", "libc-bin")
_ALSO: Final = ("/etc/passwd", "/etc/group", "/etc/ld.so.cache", "/etc/ssl/certs/ca-certificates.crt")
_LINKS: Final = ("/bin", "/sbin", "/lib", "/lib64")
_LEFT_OUT: Final = re.compile(r"/usr/share/(doc|man|locale|info|lintian)/")


def import_base(docker: list[str], name: str) -> None:
    """Make the image `name`."""
    files = "\0".join(sorted(set(_files(_closure())))).encode()
    words = ["tar", "--create", "--null", "--no-recursion", "--absolute-names", "--files-from=-"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tar:
        taken = subprocess.Popen([*docker, "import", "-", name], stdin=tar.stdout, stdout=subprocess.DEVNULL)
        assert tar.stdin is not None
        tar.stdin.write(files)
        tar.stdin.close()
        assert taken.wait(120) == 0


def _closure() -> set[str]:
    """The packages that are essential or wanted, and all that they need."""
    needs: dict[str, list[str]] = {}
    provided: dict[str, str] = {}
    essential: list[str] = []
    form = "${Package}\t${Essential}\t${Depends}, ${Pre-Depends}\t${Provides}\n"
    for row in _told("dpkg-query", "--show", f"--showformat={form}").splitlines():
        package, is_essential, depends, provides = row.split("\t")
        needs[package] = [_name(one) for one in re.split(r"[,|]", depends) if one.strip()]
        provided |= {_name(one): package for one in provides.split(",") if one.strip()}
        if is_essential == "yes":
            essential.append(package)
    found: set[str] = set()
    waiting = [*essential, *WANTED]
    while waiting:
        asked = waiting.pop()
        package = asked if asked in needs else provided.get(asked, "")
        if package and package not in found:
            found.add(package)
            waiting += needs[package]
    return found


def _name(told: str) -> str:
    return told.split("(")[0].split(":")[0].strip()


def _files(packages: set[str]) -> Iterator[str]:
    yield from (path for path in (*_LINKS, *_ALSO) if os.path.lexists(path))
    yield from ("/tmp", "/var/tmp")
    for path in _told("dpkg-query", "--listfiles", *sorted(packages)).splitlines():
        if path.startswith("/") and path not in ("/.", *_LINKS) and not _LEFT_OUT.match(path):
            place = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
            if os.path.lexists(place):
                yield place


def _told(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout
