"""Steps with `run:`: the script is written to a file and given to its shell."""

from __future__ import annotations

from placid.engine.pipeline.call import Call
from placid.engine.pipeline.effects import Effects
from placid.engine.pipeline.shells import shell

_GROUP_LIMIT = 100


def run_script(call: Call, default_shell: str, default_folder: str) -> Effects:
    """Run a step's script. ExpressionError when one of its texts cannot be evaluated."""
    step, scope, place = call.step, call.scope, call.place
    text = scope.text(step.run).replace("\r\n", "\n")
    named = scope.text(step.shell) or default_shell
    search = call.frame.search(call.env, place.environment)
    try:
        kind, program = shell(named, lambda name: place.which(name, search))
    except ValueError as wrong:
        return _refused(call, str(wrong))
    if not program:
        said = f"the shell {kind.program} is not there: {kind.program} is on no folder of PATH"
        return _refused(call, said)
    where = scope.text(step.working_directory) or default_folder
    folder = call.folder(where)
    if not place.outside(folder).is_dir():
        return _refused(call, f"the working directory {where} is not there")
    path = call.layout.temp / f"{call.name}{kind.ending}"
    path.write_text(kind.before + text + kind.after, "utf-8", "surrogatepass", newline="")
    argv = kind.argv(program, call.text(path))
    _show(call, text, argv)
    try:
        return call.run(argv, folder, call.own)
    finally:
        path.unlink(missing_ok=True)


def _refused(call: Call, why: str) -> Effects:
    return call.log.finished().fail(why)


def _show(call: Call, text: str, argv: tuple[str, ...]) -> None:
    """What is run, as the head of the log."""
    lines = text.rstrip("\n").split("\n")
    call.log.group(f"Run {lines[0]}")
    for line in lines:
        call.log.say(line, "command")
    call.log.say("shell: " + " ".join(argv))
    if call.env:
        call.log.say("env:")
        for name, value in call.env.items():
            call.log.say(f"  {name}: {value}")
    call.log.end_group()
