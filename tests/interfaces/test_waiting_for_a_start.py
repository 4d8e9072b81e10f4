"""What needs a start is written and told as such; until then limits are taken, and doctor and accounts say the rest."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from risk_manager.config.password import set_password
from risk_manager.exit_codes import ExitCode
from tests.crash.house import ACCOUNT, broker, guard, new_home, status
from tests.daemon.programs import SECRET, done, until
from tests.interfaces.test_admin import PASSWORD, answer

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Unix sockets")


def waits(home: Path) -> bool:
    """Whether the guard has published that something waits."""
    now = status(home)
    return now is not None and bool(now.waits_for_start)


async def test_another_login_and_other_accounts_are_written_and_wait_while_limits_are_taken(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, daily_realized_loss={"limit": -300, "include_unrealized": False})
        (home / "config" / "accounts.yaml").chmod(0o600)
        set_password(home / "config" / "admin_password.hash", PASSWORD)
        where = ("--home", str(home))
        in_accounts = ("--file", "accounts.yaml", *where)
        async with guard(home) as running:
            for key, value in (("topstepx.username", "other"), ("monitored_account.account_id", "466")):
                code, _, err = await answer("admin", "config", "set", key, value, *in_accounts, says=PASSWORD)
                assert code == ExitCode.FINE, err
                assert "It is written, and in force at the next start of the guard." in err
            limit = ("admin", "config", "set", "daily_realized_loss.limit", "-250")
            code, _, err = await answer(*limit, *where, says=PASSWORD)
            assert (code, "The new settings are in force. Changed: RULE-003." in err) == (ExitCode.FINE, True), err
            await until(lambda: waits(home), "it is published that something waits")
            code, out, _ = await done("doctor", *where, BROKER_KEY=SECRET)
            assert code == ExitCode.DIFFERS
            assert (
                "RED  in force: The guard runs with something else than the files say. accounts.yaml: the login" in out
            )
            assert "466 is not guarded yet, 465 still is" in out
            assert "Start the guard again." in out
            _, out, _ = await done("admin", "accounts", "--json", *where, BROKER_KEY=SECRET)
            (known,) = [one for one in json.loads(out)["accounts"] if one["id"] == ACCOUNT]
            assert (known["is_configured"], known["is_guarded"]) == (False, True)
            assert known["says"].startswith("guarded by the running guard, not in accounts.yaml any more")
            assert await running.stop() == ExitCode.FINE
