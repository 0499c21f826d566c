"""The webhook: one address that GitHub, GitLab or Gitea POST their pushes to.

It answers at once and does nothing but wake the agent, which then looks at the branch itself: a
push that is lost here is found by the next poll, and one that is forged finds nothing new. 202: a
new push; 200: nothing to do (another event, or a delivery that was seen before); 503: send it
again; 400, 401, 405, 413: turned away.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from placid.base.errors import Problem, Unavailable
from placid.formats.webhooks import Ignored, Push, Refused, read

LIMIT = 5 * 1024 * 1024  # bytes; GitHub's largest push of 2048 commits is about half of it

OnPush = Callable[[Push], Awaitable[bool]]
"""Wakes the agent; False when one of the push's keys was seen before."""


def webhook_app(secret: str, on_push: OnPush) -> Starlette:
    """The ASGI app that serves POST /webhook; a Problem without a secret."""
    if not secret:
        raise Problem(
            "the webhook has no secret, so anybody could wake the agent",
            where="placid.yaml",
            fix="set webhook.secret to a variable, such as $PLACID_WEBHOOK_SECRET, and set that",
        )

    async def receive(request: Request) -> Response:
        if request.method != "POST":
            return _answer(405, "send a push with POST", {"Allow": "POST"})
        body = await _body(request)
        if body is None:
            return _answer(413, f"more than {LIMIT} bytes", {"Connection": "close"})
        return await _received(read(request.headers, body, secret, time.time()), on_push)

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Starlette(routes=[Route("/webhook", receive, methods=methods)])


async def _received(said: Push | Ignored | Refused, on_push: OnPush) -> Response:
    match said:
        case Refused():
            return _answer(said.status, said.why)
        case Ignored():
            return _answer(200, said.why)
        case Push():
            try:
                new = await on_push(said)
            except Unavailable as problem:
                return _answer(503, problem.what, {"Retry-After": f"{problem.retry_after:.0f}"})
            if not new:
                return _answer(200, "this delivery was received before")
            return _answer(202, f"looking at {said.branch or 'the branch'}")


async def _body(request: Request) -> bytes | None:
    """The body as it came, None when it is too large; no more of it is read than allowed."""
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length[:18]) > LIMIT:
        return None
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LIMIT:
            return None
    return bytes(body)


def _answer(status: int, said: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"said": said}, status, headers)
