"""Account/search."""

from risk_manager.simulator.api.call import Call
from risk_manager.simulator.api.reply import Reply, envelope


def search_accounts(call: Call) -> Reply:
    """The user's accounts; `onlyActiveAccounts` drops those that are not visible any more (section 4.1)."""
    only_active = call.form.flag("onlyActiveAccounts")
    own = (a for a in call.exchange.ledger.accounts.values() if a.owner.casefold() == call.user)
    return envelope(accounts=[account.wire() for account in own if account.is_visible or not only_active])
