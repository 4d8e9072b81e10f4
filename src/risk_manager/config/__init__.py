"""From files to settings: `accounts.yaml`, `risk_config.yaml`, `holidays.yaml`, YAML or JSON.

All problems are told at once, each with file, line, key and what would be right. Read `risk.py` for what a file
means, `shape.py` for how a declaration of the core becomes a reader, `document.py` for text to values with lines.
Imports `core`, ruamel.yaml and pydantic.
"""

from risk_manager.config.accounts import GuardedAccount, Login
from risk_manager.config.home import Configuration, load_home, load_texts, settings_of
from risk_manager.config.problem import ConfigError, Problem
from risk_manager.config.risk import changed_rules, settings_from_mapping
from risk_manager.config.schema import risk_schema
from risk_manager.config.secret import NO_SECRETS, Secret

__all__ = [
    "NO_SECRETS",
    "ConfigError",
    "Configuration",
    "GuardedAccount",
    "Login",
    "Problem",
    "Secret",
    "changed_rules",
    "load_home",
    "load_texts",
    "risk_schema",
    "settings_from_mapping",
    "settings_of",
]
