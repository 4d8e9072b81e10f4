"""A Docker engine of the test's own, beside whatever runs on this machine: no bridge, no rules of the firewall."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.container.base import import_base

ROOT: Final = Path(__file__).resolve().parent.parent.parent
BASE, IMAGE = "guard-base", "risk-manager"
_CONTEXT: Final = ("Dockerfile", ".dockerignore", "pyproject.toml", "README.md", "LICENSE", "requirements", "src")
_PATIENCE_SECONDS: Final = 60.0


class Engine:
    """Started when it is made; ended with all its containers."""

    def __init__(self, folder: Path) -> None:
        """`folder` is an empty one with a short name: a socket's path may not be long."""
        assert getattr(os, "geteuid", int)() == 0, "Only root can start a Docker engine."
        assert shutil.which("dockerd"), "dockerd is needed. On Debian and Ubuntu: apt install docker.io python3-venv"
        self._folder = folder
        self.docker = ["docker", "--host", f"unix://{folder}/sock"]
        words = [
            "dockerd",
            "--iptables=false",
            "--bridge=none",
            "--shutdown-timeout=1",
            "--host",
            f"unix://{folder}/sock",
        ]
        words += ["--data-root", f"{folder}/data", "--exec-root", f"{folder}/run", "--pidfile", f"{folder}/pid"]
        self._log = folder / "log"
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            until(lambda: self.ask("version").returncode == 0, self._log.read_text)
        except BaseException:
            self.stop()
            raise

    def build(self) -> None:
        """The image of our Dockerfile, on a base out of this machine's own packages."""
        import_base(self.docker, BASE)
        context = self._folder / "context"
        context.mkdir()
        for name in _CONTEXT:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, context / name)
        wheels = ["-m", "pip", "download", "-qq", "--disable-pip-version-check", "--dest", str(context / "wheels")]
        lock = ["--only-binary=:all:", "--require-hashes", "-r", str(ROOT / "requirements" / "run.lock")]
        subprocess.run([sys.executable, *wheels, *lock], check=True)
        words = ["build", "--quiet", "--network=none", "--build-arg", f"BASE_IMAGE={BASE}", "--tag", IMAGE]
        self.done(*words, str(context))

    def ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`docker WORDS`, to its end."""
        environment = {**os.environ, "DOCKER_BUILDKIT": "0"}
        return subprocess.run([*self.docker, *words], capture_output=True, text=True, check=False, env=environment)

    def done(self, *words: str) -> str:
        """What a command told, which did what it should."""
        ended = self.ask(*words)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout.strip()

    def shown(self, container: str, form: str) -> str:
        """What the engine says of a container."""
        return self.done("inspect", "--format", form, container)

    def logs(self, container: str) -> str:
        """What a container has said."""
        told = self.ask("logs", container)
        return told.stdout + told.stderr

    def stop(self) -> None:
        """End it, and whatever runs in it."""
        for container in self.ask("ps", "--all", "--quiet").stdout.split():
            self.ask("rm", "--force", container)
        self._process.terminate()
        self._process.wait(_PATIENCE_SECONDS)


def until(is_so: Callable[[], bool], what: Callable[[], str], seconds: float = _PATIENCE_SECONDS) -> None:
    """Wait until something is so; `what` tells of it where it does not come true."""
    ends = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > ends:
            raise AssertionError(f"It did not come true within {seconds:.0f} s: {what()}")
        time.sleep(0.1)
