"""The REST calls as pure functions: a path and a body in, an HTTP status and a body out.

No socket and no clock: `rest.py` puts them on one, a test on a virtual clock calls `Endpoints.answer` itself.
"""

from risk_manager.simulator.api.endpoints import Endpoints
from risk_manager.simulator.api.reply import Reply

__all__ = ["Endpoints", "Reply"]
