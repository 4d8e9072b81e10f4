"""The table of rights before the parser of Windows, and the pipe before its list of users."""

from __future__ import annotations

import json

from risk_manager import descriptors
from tests.windows.prefix import Windows

READ_BACK = """\
import json, sys
import win32security as s
ALL = s.OWNER_SECURITY_INFORMATION | s.DACL_SECURITY_INFORMATION
def there_and_back(text):
    made = s.ConvertStringSecurityDescriptorToSecurityDescriptor(text, 1)
    return s.ConvertSecurityDescriptorToStringSecurityDescriptor(made, 1, ALL)
print(json.dumps([there_and_back(text) for text in json.loads(sys.argv[1])]))
"""

PIPE = """\
import json
from pathlib import Path
import pywintypes, win32security as s
from risk_manager.daemon.admin import pipe as door
from risk_manager.ipc import pipe
place = Path(r"C:\\\\somewhere\\\\admin.sock")
held = door._opened(pipe.pipe_name(place))
ALL = s.OWNER_SECURITY_INFORMATION | s.DACL_SECURITY_INFORMATION
told = s.ConvertSecurityDescriptorToStringSecurityDescriptor(s.GetSecurityInfo(held, s.SE_KERNEL_OBJECT, ALL), 1, ALL)
try:
    door._opened(pipe.pipe_name(place))
    second = "opened"
except OSError as error:
    second = error.errno
mine = s.ConvertSidToStringSid(pipe.own_user())
everybody = s.ConvertStringSidToSid("S-1-1-0")
s.SetSecurityInfo(held, s.SE_KERNEL_OBJECT, s.OWNER_SECURITY_INFORMATION, everybody, None, None, None)
try:
    pipe.say(place, b"the password", 1)
    squatted = "said"
except PermissionError as error:
    squatted = str(error)
print(json.dumps([told, mine, second, squatted]))
"""


def test_windows_reads_every_descriptor_as_it_is_written(windows: Windows) -> None:
    written = [descriptors.SERVICE, descriptors.FOLDER, descriptors.PUBLISHED, descriptors.pipe("S-1-5-21-1-2-3-1001")]
    ended = windows.run("-c", READ_BACK, json.dumps(written))
    assert ended.code == 0, ended.says
    assert json.loads(ended.says.splitlines()[-1]) == written


def test_the_pipe_is_nobody_elses_and_a_password_goes_into_no_other(windows: Windows) -> None:
    ended = windows.run("-c", PIPE)
    assert ended.code == 0, ended.says
    told, mine, second, squatted = json.loads(ended.says.splitlines()[-1])
    assert told == descriptors.pipe(mine)
    assert second in (5, 231), "a second pipe of the name is refused: access denied, or busy"
    assert squatted == "it belongs to somebody else"
