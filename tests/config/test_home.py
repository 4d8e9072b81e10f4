"""A home with its files: found, read, checked together; accounts with what differs for them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from risk_manager.config import ConfigError, Configuration, load_home, load_texts, settings_of
from tests.config.sample import TABLE

RISK = "version: 1\nneeds: {limit: -500}\nsample: {contracts: 5, enforcement: close_all}\n"
LOGIN = 'topstepx: {username: trader, api_key: "the-key-itself"}\n'
ONE = f'{LOGIN}monitored_account: {{account_id: 123, account_name: "Main"}}\n'


def load(accounts: str, risk: str = RISK, holidays: str | None = None, **environment: str) -> Configuration:
    texts = {"risk_config.yaml": risk, "accounts.yaml": accounts}
    if holidays is not None:
        texts["holidays.yaml"] = holidays
    return load_texts(texts, TABLE, environment=environment, keyring=lambda name: {"topstepx": "from-ring"}.get(name))


def problems_of(accounts: str, risk: str = RISK, **environment: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        load(accounts, risk, **environment)
    return [str(problem) for problem in refused.value.problems]


def test_one_account_at_topstepx() -> None:
    told = load(ONE)
    assert (told.accounts[0].id, told.accounts[0].settings.name) == (123, "Main")
    assert set(told.settings) == {123}
    assert told.login.username == "trader"
    assert told.login.api_key.reveal() == "the-key-itself"
    assert told.login.api_url == "https://api.topstepx.com"
    assert told.login.user_hub_url == "https://rtc.topstepx.com/hubs/user"
    assert told.login.market_hub_url == "https://rtc.topstepx.com/hubs/market"


def test_the_key_is_shown_nowhere() -> None:
    told = load(ONE)
    assert "the-key-itself" not in f"{told} {told!r} {told.login} {told.login!r}"


@pytest.mark.parametrize(
    ("written", "key"), [("${TOPSTEPX_API_KEY}", "from-env"), ("keyring:topstepx", "from-ring"), ("plain", "plain")]
)
def test_where_the_key_comes_from(written: str, key: str) -> None:
    text = f'topstepx: {{username: trader, api_key: "{written}"}}\nmonitored_account: {{account_id: 123}}'
    assert load(text, TOPSTEPX_API_KEY="from-env").login.api_key.reveal() == key


@pytest.mark.parametrize("written", ["${NEVER_SET}", "keyring:never-there", "credential:never.there"])
def test_settings_need_no_login(written: str) -> None:
    login = f'topstepx: {{username: "{written}", api_key: "{written}"}}'
    text = f"{login}\nmonitored_account: {{account_id: 123, account_name: Main}}"
    assert settings_of({"risk_config.yaml": RISK, "accounts.yaml": text}, TABLE) == load(ONE).settings
    with pytest.raises(ConfigError):
        settings_of({"risk_config.yaml": RISK, "accounts.yaml": "topstepx: ["}, TABLE)


def test_the_simulator_may_be_on_this_machine_without_encryption() -> None:
    text = (
        "topstepx: {username: a, api_key: k, api_url: 'http://127.0.0.1:8700/', "
        "user_hub_url: 'http://localhost:8700/hubs/user', market_hub_url: 'ws://[::1]:8700/hubs/market'}\n"
        "monitored_account: {account_id: 1}"
    )
    assert load(text).login.api_url == "http://127.0.0.1:8700"


def test_several_accounts_with_what_differs() -> None:
    told = load(
        LOGIN + "monitored_accounts:\n"
        "  - {account_id: 123}\n"
        "  - {account_id: 124, rules: {sample: {contracts: 3, action: reduce_to_limit, limits: {MNQ: 1}}}}\n"
        "  - {account_id: 125, rules: {needs: {enabled: false}}}\n",
        RISK + "rules:\n",
    )
    first, second, third = (account.settings for account in told.accounts)
    assert first.armed("RULE-901") is not None
    common, own = first.armed("RULE-901"), second.armed("RULE-901")
    assert common is not None
    assert own is not None
    assert (common.config.contracts, own.config.contracts) == (5, 3)
    assert (common.config.action.value, own.config.action.value) == ("close_all", "reduce_to_limit")
    assert own.config.limits == {"MNQ": 1}
    assert second.armed("RULE-902") == first.armed("RULE-902")
    assert third.armed("RULE-902") is None


@pytest.mark.parametrize(
    ("accounts", "problem"),
    [
        (LOGIN, "accounts.yaml:1  Write either monitored_account (one) or monitored_accounts (a list)"),
        (LOGIN + "monitored_accounts: []", "accounts.yaml:1  monitored_accounts is empty: there is nothing to guard"),
        (ONE + "monitored_accounts: [{account_id: 5}]", "accounts.yaml:1  Write either monitored_account (one) or"),
        ("monitored_account: {account_id: 1}", "accounts.yaml:1  topstepx: is missing."),
        (LOGIN + "monitored_account: {}", "accounts.yaml:2  monitored_account.account_id: is missing. An account id"),
        (
            LOGIN + "monitored_account: {account_id: 0}",
            "accounts.yaml:2  monitored_account.account_id: 0 is no account",
        ),
        (
            LOGIN + "monitored_account: {account_id: abc}",
            'accounts.yaml:2  monitored_account.account_id: "abc" is text',
        ),
        (LOGIN + "monitored_acount: {account_id: 1}", "accounts.yaml:2  monitored_acount: unknown key. Did you mean"),
        (
            LOGIN + "monitored_accounts:\n  - {account_id: 7}\n  - {account_id: 7}",
            "accounts.yaml:4  monitored_accounts.2.account_id: 7 stands in the list twice. Keep one of them",
        ),
        (
            LOGIN + "monitored_accounts:\n  - account_id: 7\n    rules:\n      needs: {limit: 40}",
            "accounts.yaml:5  monitored_accounts.1.rules.needs.limit: 40 is positive. A loss limit",
        ),
        (
            LOGIN + "monitored_account: {account_id: 7, rules: {need: {limit: -40}}}",
            "accounts.yaml:2  monitored_account.rules.need: unknown rule. Did you mean needs?",
        ),
        (
            LOGIN + "monitored_account:\n  account_id: 7\n  rules: {sample: {offset: 9}}",
            "accounts.yaml:4  monitored_account.rules.sample: offset 9 must be smaller than ticks 1",
        ),
        (LOGIN + "monitored_account: {account_id: 7, rules: 5}", "accounts.yaml:2  monitored_account.rules: A section"),
    ],
)
def test_problems_of_accounts(accounts: str, problem: str) -> None:
    assert problems_of(accounts)[0].startswith(problem)


@pytest.mark.parametrize(
    ("login", "problem"),
    [
        ('api_key: "${TOPSTEPX_API_KEY}"', "topstepx.api_key: the environment variable TOPSTEPX_API_KEY is not set"),
        ("api_key: keyring:nobody", "topstepx.api_key: the keyring has nothing under nobody of risk-manager"),
        ("api_key: 123456", "topstepx.api_key: This is not a text. Write ${NAME} for an environment variable"),
        ("api_key: ''", "topstepx.api_key: Nothing stands here."),
        ('api_key: "x${A}y"', "topstepx.api_key: a reference to the environment is the whole value."),
        (
            "api_key: k, api_url: http://api.topstepx.com",
            'topstepx.api_url: "http://api.topstepx.com" is not encrypted',
        ),
        ("api_key: k, api_url: api.topstepx.com", 'topstepx.api_url: "api.topstepx.com" is no web address.'),
        ("api_key: k, api_url: 'https://[x'", "topstepx.api_url:"),
        ("api_key: k, api_ulr: x", "topstepx.api_ulr: unknown key. Did you mean api_url?"),
    ],
)
def test_problems_of_the_login(login: str, problem: str) -> None:
    told = problems_of(f"topstepx: {{username: trader, {login}}}\nmonitored_account: {{account_id: 1}}")
    assert len(told) == 1
    assert told[0].startswith(f"accounts.yaml:1  {problem}")
    assert "123456" not in told[0]


@pytest.mark.parametrize(
    "text",
    [
        "topstepx: the-key-itself",
        "topstepx: [the-key-itself]",
        "topstepx: {username: a, api_key: [the-key-itself]}",
        "topstepx: {username: a, api_key: {the: the-key-itself}}",
        "topstepx:\n  username: a\n  api_key: the-key-itself\n   x: 1",
        "monitored_account: the-key-itself",
    ],
)
def test_a_key_at_the_wrong_place_is_not_shown_either(text: str) -> None:
    assert all("the-key-itself" not in problem for problem in problems_of(text))


def test_all_files_are_told_at_once_and_common_problems_once() -> None:
    told = problems_of(
        "topstepx: {username: a}\nmonitored_accounts:\n"
        "  - {account_id: 1, rules: {needs: {limit: 2}}}\n  - {account_id: 2, rules: {sample: {ticks: 0}}}\n",
        "version: 1\nneeds: {limit: 500}\nsample: {contracts: -1}",
    )
    assert [problem.split(": ")[0] for problem in told] == [
        "accounts.yaml:1  topstepx.api_key",
        "accounts.yaml:3  monitored_accounts.1.rules.needs.limit",
        "accounts.yaml:4  monitored_accounts.2.rules.sample.ticks",
        "risk_config.yaml:2  needs.limit",
        "risk_config.yaml:3  sample.contracts",
    ]


def test_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    with pytest.raises(ConfigError) as refused:
        load_home(tmp_path, TABLE)
    assert [problem.file for problem in refused.value.problems] == ["accounts.yaml", "risk_config.yaml"]
    (folder / "risk_config.yaml").write_text(RISK, encoding="utf-8")
    (folder / "accounts.yaml").write_text(ONE, encoding="utf-8")
    assert load_home(tmp_path, TABLE).settings[123].holidays.holidays == frozenset()
    (folder / "holidays.yaml").write_text("holidays: [2025-12-25]", encoding="utf-8")
    told = load_home(tmp_path, TABLE)
    assert len(told.settings[123].holidays.holidays) == 1
    assert told == load_home(folder, TABLE)
    assert load_texts(told.texts, TABLE).settings == told.settings


def test_json_says_the_same(tmp_path: Path) -> None:
    accounts = {"topstepx": {"username": "a", "api_key": "k"}, "monitored_accounts": [{"account_id": 1}]}
    (tmp_path / "risk_config.json").write_text('{"version": 1, "needs": {"limit": -0.10}}', encoding="utf-8")
    (tmp_path / "accounts.json").write_text(json.dumps(accounts, indent="\t"), encoding="utf-8")
    armed = load_home(tmp_path, TABLE).settings[1].armed("RULE-902")
    assert armed is not None
    assert str(armed.config.limit) == str(Decimal("-0.10"))
    (tmp_path / "risk_config.yaml").write_text(RISK, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"risk_config.yaml and risk_config.json are both there. Keep one of them"):
        load_home(tmp_path, TABLE)


def test_a_second_document_is_told(tmp_path: Path) -> None:
    (tmp_path / "risk_config.yaml").write_text("needs: {limit: -1}\n---\nneeds: {limit: -2}", encoding="utf-8")
    (tmp_path / "accounts.yaml").write_text(ONE, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"risk_config\.yaml:3  A second document begins here"):
        load_home(tmp_path, TABLE)


@pytest.mark.parametrize("risk", ["", "\n", "# nothing but a remark\n", "{}", "needs: {limit: -500}\n"])
def test_a_file_without_its_version_is_refused_so_that_a_half_written_one_takes_no_limit_off(risk: str) -> None:
    (told,) = problems_of(ONE, risk)
    assert told.startswith("risk_config.yaml  version: ")
    assert "Write version: 1" in told
