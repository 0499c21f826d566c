"""An agent to be killed: holds a local target and keeps wishing, in a process of its own.

`python holder.py HOME PORT PREVIEW RELEASE COPIES [then]` serves RELEASE and prints "serving"; with
`then` = "retire" it goes on to retire it, and prints "retiring".
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from placid.core.rollout.world import Split
from tests.edge.local_home import Home, until


async def main(arguments: list[str]) -> None:
    """Do as told, then wait to be killed."""
    home = Home(Path(arguments[0]))
    home.port, home.preview = int(arguments[1]), int(arguments[2])
    release, copies = arguments[3], int(arguments[4])
    async with home.target() as target:
        await target.scale(release, copies)
        await until(target, lambda world: world.of(release).ready == copies)
        await target.shift(Split({release: 100.0}))
        print("serving", flush=True)
        if arguments[5:] == ["retire"]:
            await target.retire(release)
            print("retiring", flush=True)
        while True:
            await asyncio.sleep(0.2)
            await target.look()


asyncio.run(main(sys.argv[1:]))
