from __future__ import annotations

import pickle
import sys
from pathlib import Path
from types import ModuleType

import pytest

from risk_manager.config.secret import NotFoundError, Secret, resolve, system_keyring


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret("hunter2")
    assert secret.reveal() == "hunter2"
    assert "hunter2" not in f"{secret} {secret!r} {secret:>20} {[secret]} {vars(Secret)}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert secret == Secret("hunter2")
    assert secret != Secret("other")
    assert secret != "hunter2"
    assert len({secret, Secret("hunter2")}) == 1


def test_the_environment_is_asked_for_whole_values_alone() -> None:
    assert resolve("${A_KEY}", {"A_KEY": " x \n"}).reveal() == "x"
    assert resolve("$A_KEY", {}).reveal() == "$A_KEY"
    with pytest.raises(NotFoundError, match="A_KEY is not set"):
        resolve("${A_KEY}", {"A_KEY": " "})


def test_without_a_keyring_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(NotFoundError, match="not installed"):
        system_keyring("x")


def test_the_systems_keyring_is_asked_under_our_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class KeyringError(Exception):
        pass

    def get_password(service: str, name: str) -> str | None:
        if name == "broken":
            raise KeyringError("no backend, and the secret is 42")
        return "found" if (service, name) == ("risk-manager", "x") else None

    ring = ModuleType("keyring")
    ring.get_password = get_password  # type: ignore[attr-defined]
    ring.errors = ModuleType("keyring.errors")  # type: ignore[attr-defined]
    ring.errors.KeyringError = KeyringError
    monkeypatch.setitem(sys.modules, "keyring", ring)
    assert resolve("keyring:x", {}).reveal() == "found"
    with pytest.raises(NotFoundError, match="nothing under y"):
        resolve("keyring:y", {})
    with pytest.raises(NotFoundError, match="KeyringError") as refused:
        resolve("keyring:broken", {})
    assert "42" not in str(refused.value)


def test_a_credential_is_what_systemd_has_put_into_its_folder(tmp_path: Path) -> None:
    (tmp_path / "risk-manager.api_key").write_text("from-systemd\n")
    (tmp_path / "empty").touch()
    handed = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert resolve("credential:risk-manager.api_key", handed).reveal() == "from-systemd"
    with pytest.raises(NotFoundError, match="there is no credential another that can be read in"):
        resolve("credential:another", handed)
    with pytest.raises(NotFoundError, match="the credential empty is empty"):
        resolve("credential:empty", handed)
    for elsewhere in ("credential:../risk-manager.api_key", "credential:", "credential:..", f"credential:{tmp_path}/a"):
        with pytest.raises(NotFoundError, match="named like a file without a folder"):
            resolve(elsewhere, handed)
