"""What the service manager starts: this file, given to an interpreter that looks nowhere else for packages."""

from __future__ import annotations

import site
import sys
from pathlib import Path

if __name__ == "__main__":
    site.addsitedir(str(Path(__file__).resolve().parents[3]))  # also what the .pth files there ask for
    from risk_manager.service.windows.host import main

    main(sys.argv[1:])
