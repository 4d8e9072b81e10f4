"""Does the guard do what it is there for? For whoever has a light that should be green.

Not well is who does not see, judge or keep everything now. What does not work beside that is named and is no illness: a
program that starts again what is not well would take the guard away for something that its absence does not mend.
"""

from __future__ import annotations

from collections.abc import Iterator

from risk_manager.ipc.answers import Health
from risk_manager.ipc.status import OWN, GuardStatus


def health(status: GuardStatus, *, is_guarding: bool) -> Health:
    """Well is who is connected, has read every account, and can save. A lock that stands is no illness."""
    reasons = tuple(_reasons(status, is_guarding=is_guarding))
    return Health(is_well=not reasons, reasons=reasons, impaired=tuple(_impaired(status)))


def _reasons(status: GuardStatus, *, is_guarding: bool) -> Iterator[str]:
    if not is_guarding:
        yield "The guard is still starting: not every account has been read and judged."
    if not status.connection.user_hub:
        yield "The guard is blind: the user hub (orders and fills) is away."
    if not status.connection.market_hub:
        yield "The guard is blind: the market hub (prices) is away."
    if not status.is_saved:
        yield "Nothing can be saved: a restart would forget what has happened since."
    for account in status.accounts:
        if is_guarding and account.is_asleep:
            yield f"Account {account.id} has not been read since the start."


def _impaired(status: GuardStatus) -> Iterator[str]:
    files = status.refused_files
    if files is not None:
        kept = "the last configuration that held" if files.is_last_good else "what was in force before"
        since = f"{files.since:%Y-%m-%dT%H:%M:%SZ}"
        why = " ".join(files.why.split())
        yield f"The guard refuses what the files say since {since}, and runs with {kept}. {why}"
    if status.waits_for_start:
        yield f"Written, and not in force before the next start of the guard: {' '.join(status.waits_for_start)}"
    if status.unwatched:
        yield f"The guard does not notice what changes in {', '.join(status.unwatched)}."
    yield from status.failing
    # The trouble of the trader's own channels is the trader's alone.
    mute = [one for one in status.mute if not one.lower().startswith(OWN)]
    if mute:
        yield f"Not everybody can be told: {' '.join(mute)}"
