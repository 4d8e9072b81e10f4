"""What holds for every test: property tests repeat themselves exactly unless asked to search deeper, and guards that
are started as programs take any free port for their door, know nothing of this user's own channels and hear Ctrl+C."""

import os
import signal
import tempfile

from hypothesis import HealthCheck, settings

# The same examples in every run, so that a red test is red for everyone; no deadline, because two busy cores are slow.
settings.register_profile("quick", deadline=None, derandomize=True)
# `run.py test --hypothesis-profile deep`: new examples each time, and the line that repeats a failure.
settings.register_profile(
    "deep", deadline=None, max_examples=2000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("quick")

os.environ["RISK_MANAGER_PORT"] = "0"
os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp(prefix="risk-manager-tests-")
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as in the background of a script: what it starts inherits that
    signal.signal(signal.SIGINT, signal.default_int_handler)
