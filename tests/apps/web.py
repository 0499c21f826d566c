"""A small web app for tests: an asyncio HTTP/1.1 server with keep-alive, steered by variables.

PORT           where it listens                     WEB_MODE       "" | silent (never listens) |
WEB_FAIL       share of requests answered 500                       fork (into the background) |
WEB_LATENCY    seconds before each answer                           hang (accepts, never answers) |
WEB_HEALTH     status of /health (default 200)                      crash (exits with 1 at once)
WEB_START      seconds before it listens            WEB_KEEP       idle keep-alive seconds (5)
WEB_GRACE      seconds it waits for requests on SIGTERM (10)

Paths: /health; /slow?2 answers after 2 s; /exit ends it; /sick makes /health 503 from then on;
/reset breaks the connection off; /upgrade echoes what comes after 101;
all else says the release, the copy and the pid.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
import time


class App:
    """One running server."""

    def __init__(self) -> None:
        env = os.environ
        self.fail = float(env.get("WEB_FAIL", "0"))
        self.latency = float(env.get("WEB_LATENCY", "0"))
        self.health = int(env.get("WEB_HEALTH", "200"))
        self.keep = float(env.get("WEB_KEEP", "5"))
        self.grace = float(env.get("WEB_GRACE", "10"))
        self.name = f"{env.get('PLACID_RELEASE')} {env.get('PLACID_COPY')} {os.getpid()}"
        self.busy = 0
        self.idle = asyncio.Event()
        self.idle.set()
        self.ending = asyncio.Event()
        self.hang = env.get("WEB_MODE") == "hang"

    async def answer(self, path: str) -> tuple[int, str]:
        """Status and body."""
        if path == "/health":
            return self.health, "health"
        if path.startswith("/slow?"):
            await asyncio.sleep(float(path.partition("?")[2]))
        if path == "/sick":
            self.health = 503
        if self.latency:
            await asyncio.sleep(self.latency)
        return (500 if random.random() < self.fail else 200), self.name

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            while True:
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), self.keep)
                path = head.split(None, 2)[1].decode()
                self.busy += 1
                self.idle.clear()
                try:
                    if self.hang:
                        await asyncio.sleep(3600)
                    if path == "/exit":
                        os._exit(3)
                    if path == "/reset":
                        writer.transport.abort()
                        return
                    if path == "/upgrade":
                        await echo(reader, writer)
                        return
                    status, body = await self.answer(path)
                    writer.write(respond(status, body))
                    await writer.drain()
                finally:
                    self.busy -= 1
                    if not self.busy:
                        self.idle.set()
                if self.ending.is_set():
                    break
        writer.close()

    async def run(self) -> None:
        """Serve until SIGTERM, then until what is under way is answered."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.ending.set)
        server = await asyncio.start_server(self.serve, "127.0.0.1", int(os.environ["PORT"]))
        print("listening", flush=True)
        await self.ending.wait()
        server.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.grace):
                await self.idle.wait()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Speak another protocol from here on, as a websocket does."""
    head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    writer.write(head.encode())
    while data := await reader.read(1024):
        writer.write(data)


def respond(status: int, body: str) -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def main() -> None:
    """Be what WEB_MODE says."""
    mode = os.environ.get("WEB_MODE", "")
    if mode == "crash":
        print("about to fail with", os.environ.get("WEB_SECRET", "nothing"), file=sys.stderr)
        raise SystemExit(1)
    if mode == "fork" and os.fork():
        os._exit(0)
    time.sleep(float(os.environ.get("WEB_START", "0")))
    if mode == "silent":
        time.sleep(3600)
    asyncio.run(App().run())
    os._exit(0)


if __name__ == "__main__":
    main()
