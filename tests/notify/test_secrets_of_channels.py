"""What a service, or whoever stands in its place, makes of an address: nothing that tells the secret comes back."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from risk_manager.notify.channel import Plan
from risk_manager.notify.speaking import speaker
from tests.notify.samples import LOSS
from tests.notify.services import HOOK_TOKEN, Discord, Service, open_service
from tests.notify.telling import NEVER_AGAIN, telling, to_discord


async def test_a_service_that_quotes_the_address_has_its_token_hidden() -> None:
    async with open_service(coach := Discord()), telling(to_discord(coach), pace=NEVER_AGAIN) as told:
        path = coach.hook.removeprefix(coach.url)
        coach.troubles = [
            lambda: (404, {"message": f"Nothing is at {path}, {HOOK_TOKEN} is no hook", "code": 10015}, {})
        ]
        told.put(LOSS)
        await told.reported("the webhook is not there any more")
        assert HOOK_TOKEN not in str(told.reports)
        assert HOOK_TOKEN not in str(told.notifier.troubles)
        assert coach.tries == 1, "it is not asked again and again"


async def test_a_redirect_is_not_followed_and_the_message_goes_nowhere_else() -> None:
    async with open_service(elsewhere := Service()), open_service(coach := Discord()):
        coach.troubles = [lambda: (307, {}, {"Location": f"{elsewhere.url}/collect"})]
        async with telling(to_discord(coach), pace=NEVER_AGAIN) as told:
            told.put(LOSS)
            await told.reported("it points elsewhere, where a secret is not carried to (HTTP 307)")
            assert (elsewhere.tries, coach.delivered) == (0, [])
            assert elsewhere.url not in str(told.reports)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate that nobody trusts")
async def test_a_certificate_that_nobody_trusts_is_said_and_nothing_is_sent(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    subprocess.run([*words.split(), "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    got: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.read(1))
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=tls)
    async with server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/secret-path"
        async with telling(Plan("own", "webhook", speaker("webhook", url)), pace=NEVER_AGAIN) as told:
            told.put(LOSS)
            await told.reported("its certificate is not trusted here")
            assert "secret-path" not in str(told.reports)
    assert got == []
