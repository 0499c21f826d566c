"""The webhook's server inside the agent: a signed push wakes the follower at once."""

from __future__ import annotations

import os

import uvicorn

from placid.app import House
from placid.base.errors import Problem
from placid.engine.deliveries import Delivered, Deliveries
from placid.engine.follow import Follower
from placid.faces.webhook import webhook_app
from placid.formats.webhooks import Push
from placid.ports import Store


async def receive(house: House, store: Store, follower: Follower) -> None:
    """Serve the webhook until cancelled; Problem when its secret is not set."""
    name = house.config.webhook.secret.strip("${}")
    secret = os.environ.get(name, "")
    if not secret:
        raise Problem(f"webhook.secret names ${name}, which is not set", fix=f"set {name}")
    deliveries = Deliveries(store, house.config.app)

    async def on_push(push: Push) -> bool:
        new = await deliveries.first(
            Delivered(push.keys, push.provider, push.repository, push.branch, push.commit)
        )
        if new:
            follower.nudge.give()
        return new

    host, _, port = house.config.webhook.listen.rpartition(":")
    settings = uvicorn.Config(
        webhook_app(secret, on_push),
        host=host.strip("[]"),
        port=int(port),
        log_level="warning",
        lifespan="off",
    )
    await uvicorn.Server(settings).serve()
