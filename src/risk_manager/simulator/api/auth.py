"""Auth/loginKey, loginApp, validate, logout (section 2)."""

from collections.abc import Mapping

from risk_manager.simulator.api.call import Call
from risk_manager.simulator.api.reply import Reply, envelope
from risk_manager.simulator.api.token import Login, Tokens
from risk_manager.simulator.exchange.refusal import Refusal

APP_NOT_FOUND, INVALID_CREDENTIALS, AGREEMENTS_NOT_SIGNED = 4, 3, 7
_AGREEMENTS = "Please log into the ProjectX platform and complete the required agreements"


class Auth:
    """The calls around the token. User names are matched in any case."""

    def __init__(self, logins: Mapping[str, Login], tokens: Tokens) -> None:
        self._logins = logins
        self._tokens = tokens

    def login_key(self, call: Call) -> Reply:
        """The only supported login."""
        user_name, api_key = call.form.text("userName"), call.form.text("apiKey")
        login = self._logins.get(user_name.casefold())
        if login is None or login.api_key != api_key:
            return envelope(Refusal(INVALID_CREDENTIALS), token=None)
        if login.refusal_code is not None:
            text = _AGREEMENTS if login.refusal_code == AGREEMENTS_NOT_SIGNED else None
            return envelope(Refusal(login.refusal_code, text), token=None)
        return envelope(token=self._tokens.issue(login.user_name.casefold(), call.now))

    def login_app(self, call: Call) -> Reply:
        """Withdrawn: this venue knows no application."""
        for name in ("userName", "password", "deviceId", "appId", "verifyKey"):
            call.form.text(name)
        return envelope(Refusal(APP_NOT_FOUND), token=None)

    def validate(self, call: Call) -> Reply:
        """A new token for a valid one; the old one stays valid too."""
        return envelope(newToken=self._tokens.issue(call.user, call.now))

    def logout(self, call: Call) -> Reply:
        """The end of the token that asks; the user's others live on."""
        self._tokens.revoke(call.token)
        return envelope()
