"""How long a position message takes from the hub's wire to the close request on the REST wire, loopback, one
process.

Three lines: the floor (a bare asyncio loop, typed decoding, a pre-built request), our path (hub link,
translation, one comparison in place of the engine, enforcement, warm connection), and sixteen closes at
once on it. Absolute times depend on the machine; the ratios are what counts. Run it alone: `python
benchmarks/gateway_path.py [ROUNDS]`.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
import time
import timeit
from collections.abc import Awaitable, Callable
from functools import partial

import aiohttp
import msgspec
from aiohttp import web

from risk_manager.core.commands import Close, Fetch
from risk_manager.core.events import AccountRead, AnyEvent, CommandLost, Hub, PositionSeen
from risk_manager.enforcement.enforcement import Enforcement
from risk_manager.gateway.client import Addresses, Gateway
from risk_manager.gateway.decode import decode_record
from risk_manager.gateway.request import request_of
from risk_manager.gateway.session import Credentials

POSITION = (
    b'{"type":1,"target":"GatewayUserPosition","arguments":[{"action":1,"data":{"id":825245547,"accountId":7,'
    b'"contractId":"CON.F.US.MNQ.U26","contractDisplayName":"MNQU26","creationTimestamp":'
    b'"2026-08-19T14:15:48.611387+00:00","type":2,"size":1,"averagePrice":29398.5}}]}'
)
QUOTE = (
    b'{"type":1,"target":"GatewayQuote","arguments":["CON.F.US.MNQ.U26",{"symbol":"F.US.MNQ","lastPrice":29547.25,'
    b'"bestBid":29547,"bestAsk":29547.5,"lastUpdated":"2026-08-19T20:51:31.4347534+00:00",'
    b'"timestamp":"2026-08-19T20:51:31.348+00:00","contract":"CON.F.US.MNQ.U26"}]}'
)
REPLY = b'HTTP/1.1 200 OK\r\nContent-Length: 51\r\n\r\n{"success":true,"errorCode":0,"errorMessage":null} '


class Rest(asyncio.Protocol):
    """A REST server that answers all and notes when a close arrived."""

    arrived: asyncio.Future[int]
    missing = 1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, border, body = self.buffer.partition(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        if not border or len(body) < size:
            return
        if b"closeContract" in head:
            Rest.missing -= 1
            if not Rest.missing:
                Rest.arrived.set_result(time.perf_counter_ns())
        self.buffer = b""
        answer = REPLY
        if b"loginKey" in head:
            body = b'{"token":"eyJ.t.t","success":true,"errorCode":0}'
            answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.write(answer)


async def measure(send: Callable[[], Awaitable[None]], rounds: int, at_once: int) -> list[float]:
    """Microseconds from sending the messages to the arrival of the last request."""
    loop = asyncio.get_running_loop()
    times = []
    for number in range(rounds + 200):
        Rest.arrived, Rest.missing = loop.create_future(), at_once
        began = time.perf_counter_ns()
        await send()
        took = (await Rest.arrived - began) / 1000
        if number >= 200:
            times.append(took)
        await asyncio.sleep(0.0005)
    return times


async def floor(rest_port: int, rounds: int) -> list[float]:
    """A bare loop: newline-framed messages, typed decoding, a pre-built request."""
    request = request_of(Close(account=7, contract="CON.F.US.MNQ.U26"))
    ready = b"POST %b HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (
        request.path.encode(),
        len(request.body),
        request.body,
    )
    decoder = msgspec.json.Decoder(Message)
    out, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, "127.0.0.1", rest_port)

    class Listener(asyncio.Protocol):
        def data_received(self, data: bytes) -> None:
            if decoder.decode(data[:-1]).arguments[0].data.size >= 1:
                out.write(ready)

    peers: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: peers.append(writer), "127.0.0.1", 0)
    await asyncio.get_running_loop().create_connection(Listener, *server.sockets[0].getsockname())
    await asyncio.sleep(0.05)

    async def send() -> None:
        peers[0].write(POSITION + b"\x1e")

    times = await measure(send, rounds, 1)
    out.close()
    peers[0].close()
    server.close()
    return times


class Row(msgspec.Struct):
    """What the floor decodes."""

    size: int
    type: int


class Wrapped(msgspec.Struct):
    """Likewise."""

    data: Row


class Message(msgspec.Struct):
    """Likewise."""

    arguments: tuple[Wrapped]


async def ours(rest_port: int, rounds: int, *, at_once: int = 1) -> list[float]:
    """The product's path, the engine replaced by one comparison."""
    peers: list[web.WebSocketResponse] = []

    async def hub(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        await socket.receive_str()
        await socket.send_str("{}\x1e")
        if request.path.endswith("user"):
            peers.append(socket)
        async for frame in socket:
            for record in filter(None, frame.data.split("\x1e")):
                if invocation := msgspec.json.decode(record).get("invocationId"):
                    await socket.send_str(f'{{"type":3,"invocationId":"{invocation}"}}\x1e')
        return socket

    app = web.Application()
    app.router.add_get("/hubs/{name}", hub)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hubs = f"http://127.0.0.1:{runner.addresses[0][1]}/hubs"

    def sink(event: AnyEvent) -> None:
        if isinstance(event, PositionSeen) and event.signed_size:
            enforcement._owners.clear()  # the breaker would stop a benchmark
            gateway._lanes.budget._all._sent.clear()
            enforcement.carry_out([Close(account=event.account, contract=event.contract, why="benchmark")])

    gateway = Gateway(
        Credentials("trader", "key"),
        Addresses(rest=f"http://127.0.0.1:{rest_port}", user_hub=f"{hubs}/user", market_hub=f"{hubs}/market"),
        [7],
        sink,
    )
    enforcement = Enforcement(gateway, Nobody(), sink, standing=lambda command: lambda: command)
    await gateway.start()
    gateway._express.keep_warm(at_once + 1)
    while not gateway.status().user_hub.is_connected or gateway.status().warm_connections <= at_once:
        await asyncio.sleep(0.01)

    async def send() -> None:
        await peers[0].send_frame(burst, aiohttp.WSMsgType.TEXT)

    burst = b"".join(POSITION.replace(b"U26", b"U%02d" % number) + b"\x1e" for number in range(at_once))
    times = await measure(send, rounds, at_once)
    await gateway.stop()
    await runner.cleanup()
    return times


class Nobody:
    """Reads nothing."""

    async def read(self, command: Fetch) -> AccountRead | CommandLost:
        return CommandLost(account=command.account, command=command)


async def main(rounds: int) -> None:
    """Print what was measured."""
    for name, record, hub in (("position", POSITION, Hub.USER), ("quote", QUOTE, Hub.MARKET)):
        best = min(timeit.repeat(partial(decode_record, record, hub), number=20_000, repeat=5)) / 20_000
        print(f"{name} record to event: {best * 1e9:,.0f} ns")
    command = Close(account=7, contract="CON.F.US.MNQ.U26")
    best = min(timeit.repeat(lambda: request_of(command), number=20_000, repeat=5)) / 20_000
    print(f"close to request body: {best * 1e9:,.0f} ns")
    server = await asyncio.get_running_loop().create_server(Rest, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    gc.freeze()
    base = None
    for name, run in (
        ("floor", floor(port, rounds)),
        ("ours", ours(port, rounds)),
        ("ours, 16 at once", ours(port, rounds, at_once=16)),
    ):
        times = sorted(await run)
        p50, p99 = statistics.median(times), times[int(0.99 * len(times))]
        base = base or (p50, p99)
        print(f"{name:>18}: p50 {p50:6.1f} us ({p50 / base[0]:.2f} x)   p99 {p99:6.1f} us ({p99 / base[1]:.2f} x)")
    server.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000))
