"""A file is replaced as a whole; a link stays a link, and what it leads to is replaced."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from risk_manager.config.replacing import LinkError, write, write_private

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links and rights of Unix")
NOBODY = 65534
give: Any = getattr(os, "lchown", None)
is_root = getattr(os, "geteuid", lambda: 1)() == 0

WITHOUT_RIGHTS = """\
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from risk_manager.config import attempts
from risk_manager.config.password import matches, set_password
from risk_manager.config.replacing import write

def end(event, _):
    if event == "os.chown":
        os._exit(31)

if os.geteuid() == 0:
    os.setgroups([]), os.setgid({nobody}), os.setuid({nobody})
sys.addaudithook(end)  # as a service that systemd allows nothing of the privileged
folder = Path({folder!r})
hashed = folder / "admin_password.hash"
for password in ("three words do it", "four other words do it"):
    set_password(hashed, password, rounds=4)
    assert matches(hashed, password)
tried = attempts.NO_ATTEMPTS
for _ in range(6):
    tried = tried.and_one(datetime.now(UTC))
    attempts.keep(attempts.beside(hashed), tried)
    assert attempts.read(attempts.beside(hashed), datetime.now(UTC)) == tried
for text in ("one", "another"):
    write(folder / "risk_config.yaml", text)
print("done")
"""


@pytest.fixture
def theirs() -> Iterator[Path]:
    """A folder of somebody else's, where the tests are root's; else our own."""
    with tempfile.TemporaryDirectory() as made:  # not below pytest's, which nobody else may pass through
        folder = Path(made)
        if is_root:
            give(folder, NOBODY, NOBODY)
        yield folder


def test_who_owns_all_of_it_gives_nothing_away(theirs: Path) -> None:
    """It is a call of the privileged, and the guard of a service is ended for it."""
    code = WITHOUT_RIGHTS.format(nobody=NOBODY, folder=str(theirs))
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "done\n"), ended.stderr


@pytest.mark.skipif(not is_root, reason="only root makes files in the folders of others")
def test_a_new_file_belongs_to_whom_its_folder_belongs_and_to_nobody_else(theirs: Path) -> None:
    for make, path in ((write, theirs / "logging.yaml"), (write_private, theirs / "admin_password.hash")):
        make(path, "text")
        told = path.stat()
        assert (told.st_uid, told.st_gid, told.st_mode & 0o777) == (NOBODY, NOBODY, 0o600)


@pytest.mark.skipif(not is_root, reason="only root makes files in the folders of others")
@pytest.mark.parametrize(("rights", "whose"), [(0o600, NOBODY), (0o640, NOBODY), (0o644, 0)])
def test_a_file_of_roots_alone_is_given_to_whom_its_folder_belongs_when_root_changes_it(
    theirs: Path, rights: int, whose: int
) -> None:
    path = theirs / "risk_config.yaml"
    path.write_text("before")
    path.chmod(rights)
    write(path, "after")
    told = path.stat()
    assert (path.read_text(), told.st_uid) == ("after", whose)
    assert told.st_mode & 0o777 == (rights if whose == 0 else 0o600)


@pytest.mark.skipif(not is_root, reason="only root makes files in the folders of others")
def test_a_file_of_somebody_else_is_not_taken_over(theirs: Path) -> None:
    """Its owner could not read it any more."""
    path = theirs / "risk_config.yaml"
    path.write_text("before")
    code = (
        "import os; from pathlib import Path; from risk_manager.config.replacing import write\n"
        f"os.setgroups([]), os.setgid({NOBODY}), os.setuid({NOBODY})\n"
        f"write(Path({str(path)!r}), 'after')"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "PermissionError: [Errno 1] Operation not permitted" in ended.stderr
    assert [(one.read_text(), one.stat().st_uid) for one in theirs.iterdir()] == [("before", 0)]


def linked(folder: Path) -> tuple[Path, Path]:
    """A link, and the file that it leads to, over another link."""
    for name in ("config", "kept"):
        (folder / name).mkdir()
    target = folder / "kept" / "risk.yaml"
    target.write_text("before")
    (folder / "between").symlink_to(target)
    link = folder / "config" / "risk_config.yaml"
    link.symlink_to(Path("..", "between"))
    return link, target


def test_what_a_link_leads_to_is_replaced_and_its_rights_stay(tmp_path: Path) -> None:
    link, target = linked(tmp_path)
    target.chmod(0o640)
    inode = target.stat().st_ino
    write(link, "after")
    assert target.read_text() == link.read_text() == "after"
    assert target.stat().st_ino != inode, "replaced, and not written into"
    assert target.stat().st_mode & 0o777 == 0o640
    assert os.readlink(link) == "../between"
    assert sorted(path.name for path in tmp_path.rglob("*.new")) == []


@pytest.mark.skipif(not is_root, reason="only root can give files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    link, target = linked(tmp_path)
    give(target, NOBODY, NOBODY)
    write(link, "after")
    assert (target.stat().st_uid, target.stat().st_gid) == (NOBODY, NOBODY)


@pytest.mark.skipif(not is_root, reason="only root can give links away")
def test_who_can_make_links_has_no_file_of_others_written(tmp_path: Path) -> None:
    link, target = linked(tmp_path)
    give(link, NOBODY, NOBODY)
    with pytest.raises(LinkError, match="a link that user 65534 has made to a file of user 0"):
        write(link, "after")
    assert target.read_text() == "before"
    give(target, NOBODY, NOBODY)
    write(link, "after")
    assert target.read_text() == "after"


def test_a_link_to_nothing_to_itself_and_to_a_folder_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "risk_config.yaml"
    for leads_to, says in ((tmp_path / "none", "where no file is"), (link, "where no file is"), (tmp_path, "no plain")):
        link.symlink_to(leads_to)
        with pytest.raises(LinkError, match=says):
            write(link, "after")
        assert link.is_symlink()
        link.unlink()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "risk_config.yaml"
    path.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        write(path, "half of it \udc80")
    assert [one.name for one in tmp_path.iterdir()] == ["risk_config.yaml"]
    assert path.read_text() == "before"
