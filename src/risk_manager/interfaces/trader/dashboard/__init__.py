"""`risk-manager dashboard`: the account at one look, full-screen, as the guard publishes it.

`moment.py` is what is shown: a status, how old it is, and the time. Functions turn it into lines of words
(`saying.py`), one file a subject, and know nothing of Textual: `header`, `banner`, `now`, `positions`, `orders`,
`rules`, `history`, `stats`, `clock`, `help`, `accounts`. `app.py`, `dialogs.py`, `widgets.py` and `paint.py` put the
lines on a terminal; `command.py` imports them only when it has one. Start reading at `moment.py`, then `now.py`.
"""
