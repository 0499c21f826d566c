"""Why BuildKit would refuse an instruction before it runs anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from placid.base.registry import nearest
from placid.base.yamltext import Span
from placid.formats.dockerfile.nodes import Fault, Flag, Instruction

KEYWORDS = (
    *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK"),
    *("LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
)
_FLAGS = {
    "FROM": ("platform",),
    "RUN": ("mount", "network", "security", "device"),
    "COPY": ("from", "chown", "chmod", "link", "parents", "exclude"),
    "ADD": ("keep-git-dir", "checksum", "chown", "chmod", "link", "unpack", "exclude"),
    "HEALTHCHECK": ("interval", "timeout", "start-period", "start-interval", "retries"),
}
_FREE = {"CMD", "ENTRYPOINT"}
_DURATION = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|ms|s|m|h))+\Z|0\Z")
_SHOWN = 30


def faults(instruction: Instruction) -> Iterator[Fault]:
    """What is wrong with one instruction by itself."""
    yield from _heredocs(instruction)
    if instruction.keyword not in KEYWORDS:
        yield _unknown(instruction)
        return
    yield from _flags(instruction)
    if not instruction.arguments.text and not (
        instruction.heredocs or instruction.keyword in _FREE
    ):
        yield Fault(f"{instruction.keyword} needs an argument", instruction.keyword_span)
        return
    check = _CHECKS.get(instruction.keyword)
    if check:
        yield from check(instruction)


def of_the_file(instructions: tuple[Instruction, ...], end: int) -> Iterator[Fault]:
    """What is wrong with the order: something must be built, and it begins with FROM."""
    if not instructions:
        yield Fault("the file has no instruction", Span(0, min(end, 1)))
    for each in instructions:
        if each.keyword == "FROM":
            return
        if each.keyword != "ARG" and each.keyword in KEYWORDS:
            yield Fault(f"{each.keyword} comes before the first FROM", each.keyword_span)
            return
    if instructions and all(each.keyword in KEYWORDS for each in instructions):
        yield Fault("there is no FROM", instructions[0].keyword_span)


def _heredocs(instruction: Instruction) -> Iterator[Fault]:
    for each in instruction.heredocs:
        if not each.closed:
            said = f"the heredoc {each.name} is never closed: no line says {each.name} alone"
            yield Fault(said, instruction.keyword_span)


def _unknown(instruction: Instruction) -> Fault:
    keyword = instruction.keyword
    guess = nearest(keyword, list(KEYWORDS))
    shown = keyword if len(keyword) <= _SHOWN else keyword[:_SHOWN] + "…"
    more = f"; did you mean {guess}?" if guess else ""
    return Fault(f"there is no instruction {shown}{more}", instruction.keyword_span, guess)


def _flags(instruction: Instruction) -> Iterator[Fault]:
    known = _FLAGS.get(instruction.keyword, ())
    for flag in instruction.flags:
        if flag.name not in known:
            guess = nearest(flag.name, list(known))
            more = f"; did you mean --{guess}?" if guess else ""
            yield Fault(f"{instruction.keyword} has no flag --{flag.name}{more}", flag.span)
        elif instruction.keyword == "HEALTHCHECK" and not _is_duration(flag):
            yield Fault(f"--{flag.name}={flag.value} is no duration, as 30s is", flag.span)


def _is_duration(flag: Flag) -> bool:
    value = flag.value or ""
    return flag.name == "retries" or "$" in value or bool(_DURATION.match(value))


def _from(instruction: Instruction) -> Iterator[Fault]:
    words = [word.text for word in instruction.words]
    if len(words) == 1 or (len(words) == 3 and words[1].upper() == "AS"):
        return
    yield Fault("FROM takes an image, or `image AS name`", instruction.arguments.whole())


def _copy(instruction: Instruction) -> Iterator[Fault]:
    if len(instruction.words) < 2:
        said = f"{instruction.keyword} needs a source and a destination"
        yield Fault(said, instruction.arguments.whole())


def _env(instruction: Instruction) -> Iterator[Fault]:
    for pair in instruction.pairs:
        if pair.value is None or not pair.name:
            said = f"{instruction.keyword} needs name=value; this is neither"
            yield Fault(said, pair.span)


def _arg(instruction: Instruction) -> Iterator[Fault]:
    for pair in instruction.pairs:
        if not pair.name:
            yield Fault("ARG needs a name", pair.span)


def _shell(instruction: Instruction) -> Iterator[Fault]:
    if not instruction.exec_form:
        yield Fault('SHELL must be a JSON array, as ["/bin/bash", "-c"] is', instruction.span)


def _healthcheck(instruction: Instruction) -> Iterator[Fault]:
    kind = instruction.words[0].text.upper() if instruction.words else ""
    if kind not in {"CMD", "NONE"}:
        yield Fault("HEALTHCHECK takes CMD or NONE", instruction.arguments.whole())


def _onbuild(instruction: Instruction) -> Iterator[Fault]:
    inner = instruction.inner
    if inner is None:
        return
    if inner.keyword in {"ONBUILD", "FROM", "MAINTAINER"}:
        yield Fault(f"ONBUILD may not hold {inner.keyword}", inner.keyword_span)
    else:
        yield from faults(inner)


_CHECKS: dict[str, Callable[[Instruction], Iterator[Fault]]] = {
    "FROM": _from,
    "COPY": _copy,
    "ADD": _copy,
    "ENV": _env,
    "LABEL": _env,
    "ARG": _arg,
    "SHELL": _shell,
    "HEALTHCHECK": _healthcheck,
    "ONBUILD": _onbuild,
}
