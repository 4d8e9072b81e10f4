"""`logging.yaml` as it was when the guard began, which keeps its logs by it until it ends; and what it says since."""

from __future__ import annotations

from pathlib import Path

from risk_manager.config import ConfigError
from risk_manager.config.logs import LogSettings, read_log_file


class LogFile:
    """The file of a configuration folder."""

    def __init__(self, config: Path) -> None:
        """Read it. One that does not hold is as good as none."""
        self._config = config
        self.settings = LogSettings()
        self.text = ""
        """What is in force of it."""
        self.trouble: ConfigError | None = None
        try:
            self.settings, self.text = read_log_file(config)
        except ConfigError as error:
            self.trouble = error
        self._last = self.text

    def look(self) -> tuple[str | None, str]:
        """A sentence where it says something else than what is in force, and its text now. Of one that cannot even be
        read it is the text that was read last."""
        try:
            settings, self._last = read_log_file(self._config)
        except ConfigError as error:
            is_news = self.trouble is None or str(error) != str(self.trouble)
            says = f"logging.yaml does not hold, and the logs would be written as usual: {error}"
            return says if is_news else None, self._last
        return (
            "logging.yaml: the logs are to be written another way." if settings != self.settings else None
        ), self._last
