"""A step that writes much, with secrets in it: megabytes a second into the log, masked."""

from __future__ import annotations

from pathlib import Path

from bench.pipelines.racing import (
    Way,
    median,
    placid,
    progress,
    race,
    repository,
    table,
    verdict,
    workflow,
)

MEGABYTES, SECRETS = 200, 50
LEAST = 200.0
EVERY = 40  # lines from one secret to the next
BARE = "`cat > file`"


def pump(folder: Path, runs: int) -> str:
    """The table of a step that prints a file, against copying that."""
    secrets = [f"s3cret-{number:02}-{'abcdefgh'[number % 8] * 12}" for number in range(SECRETS)]
    many = folder / "many"
    lines = _write(many, secrets)
    (folder / "secrets").write_text("".join(f"S{n}={each}\n" for n, each in enumerate(secrets)))
    (folder / "secrets").chmod(0o600)
    job = f"  one:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cat {many}\n"
    there = repository(folder / "repository", workflow(job))

    def check(_: bytes) -> bool:
        newest = max((there / ".placid" / "runs").iterdir(), key=lambda each: int(each.name))
        log = newest / "one" / "1.log"
        data = log.read_bytes()
        log.unlink()
        return b"s3cret" not in data and data.count(b"***") == lines // EVERY

    given = ("--secrets-file", str(folder / "secrets"))
    quiet, loud = "`placid run --log none`", "`placid run`, all lines shown, too"
    ways = [
        Way(BARE, ("sh", "-c", f"cat {many} | cat > {folder}/copy"), folder),
        placid(there, check, "--log", "none", *given, name=quiet),
        placid(there, check, *given, name=loud),
    ]
    costs = race("log", ways, runs)
    speeds = {name: MEGABYTES / median(each).wall * 1e3 for name, each in costs.items()}
    told = verdict("Into the log, masked", speeds[quiet], LEAST, "MB/s", least=True)
    progress(told)
    return (
        f"### Logs\n\nA step prints {MEGABYTES} MB, {lines / 1e6:.1f} million lines, one of {EVERY}"
        f" with one of {SECRETS} secrets. None is in the log.\n\n{table(costs)}\n\n- {told} And"
        f" {speeds[loud]:.0f} MB/s where a pipe gets all of it, too; {speeds[BARE]:.0f} MB/s bare."
    )


def _write(file: Path, secrets: list[str]) -> int:
    """Lines as a build has them, of 100 bytes or so; how many there are."""
    plain = [
        f"[{n:4}/9999] compiling src/module_{n}/file_{n * 7}.c -o build/{n}.o" for n in range(999)
    ]
    plain = [f"{line} {'-' * (99 - len(line) - 1)}\n" for line in plain]
    count = MEGABYTES * 10_000 // EVERY * EVERY
    with file.open("w") as out:
        for number in range(count):
            line = plain[number % len(plain)]
            if number % EVERY == 0:
                line = f"token={secrets[number // EVERY % len(secrets)]} {line}"
            out.write(line)
    return count
