"""Within Windows: a service that takes three seconds to start, and hears nothing meanwhile."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import threading
    import time
    from typing import Any

    import servicemanager
    import win32service
    import win32serviceutil

    class Slow(win32serviceutil.ServiceFramework):
        """Starts, waits for its end."""

        _svc_name_ = _svc_display_name_ = "Slow"

        def SvcRun(self) -> None:
            """Be starting for three seconds, then be there until it is stopped."""
            self.stopped = threading.Event()
            self.ReportServiceStatus(win32service.SERVICE_START_PENDING, waitHint=20_000)
            time.sleep(3)
            self.ReportServiceStatus(win32service.SERVICE_RUNNING)
            self.stopped.wait()

        def SvcStop(self) -> None:
            """Somebody stops it."""
            self.ReportServiceStatus(win32service.SERVICE_STOP_PENDING)
            self.stopped.set()

    if __name__ == "__main__":
        manager: Any = servicemanager
        manager.Initialize()
        manager.PrepareToHostSingle(Slow)
        manager.StartServiceCtrlDispatcher()
