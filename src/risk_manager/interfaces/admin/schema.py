"""`risk-manager admin config schema`: what an editor needs to complete and to underline."""

from __future__ import annotations

from pathlib import Path

from risk_manager.config import ConfigError
from risk_manager.config.risk import RISK_FILE
from risk_manager.config.rule_table import known_rules
from risk_manager.config.schema import schemas
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin.configuration import print_json
from risk_manager.interfaces.admin.entrance import tell


def run(file: str = RISK_FILE) -> int:
    """Print the JSON Schema of a file of the configuration.

    Parameters
    ----------
    file
        risk_config.yaml, accounts.yaml, holidays.yaml, logging.yaml or notifications.yaml.
    """
    try:
        found = {Path(name).stem: one for name, one in schemas(known_rules()).items()}
    except ConfigError as error:
        tell(str(error))
        return ExitCode.BAD_INPUT
    schema = found.get(Path(file).stem)
    if schema is None:
        tell(f"{file} is no file of the configuration. There are {', '.join(f'{name}.yaml' for name in found)}.")
        return ExitCode.BAD_INPUT
    print_json(schema)
    return ExitCode.FINE
