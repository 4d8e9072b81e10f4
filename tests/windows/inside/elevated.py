"""Within Windows: run the words as "Run as administrator" would, and end with their exit code."""

from __future__ import annotations

import subprocess
import sys

if sys.platform == "win32":
    from typing import Any

    import win32con
    import win32event
    import win32process
    import win32security

    def main() -> int:
        """The other half of this user's token has the rights that this one lacks."""
        token = win32security.OpenProcessToken(win32process.GetCurrentProcess(), win32con.MAXIMUM_ALLOWED)
        linked: Any = win32security.GetTokenInformation(token, win32security.TokenLinkedToken)
        primary = win32security.DuplicateTokenEx(
            linked, win32security.SecurityImpersonation, win32con.MAXIMUM_ALLOWED, win32security.TokenPrimary, None
        )
        words = subprocess.list2cmdline([sys.executable, *sys.argv[1:]])
        how = win32process.STARTUPINFO()
        how.dwFlags = win32con.STARTF_USESTDHANDLES
        how.hStdInput, how.hStdOutput, how.hStdError = map(_inherited, (-10, -11, -12))
        usual: Any = None
        process = win32process.CreateProcessAsUser(primary, usual, words, usual, usual, True, 0, usual, usual, how)[0]
        win32event.WaitForSingleObject(process, win32event.INFINITE)
        return int(win32process.GetExitCodeProcess(process))

    def _inherited(number: int) -> Any:
        import win32api

        handle = win32api.GetStdHandle(number)
        win32api.SetHandleInformation(handle, win32con.HANDLE_FLAG_INHERIT, win32con.HANDLE_FLAG_INHERIT)
        return handle

    if __name__ == "__main__":
        sys.exit(main())
