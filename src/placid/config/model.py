"""placid.yaml as values: a struct a section, a described field a key, defaults but for two.

The descriptions are the reference page and the JSON schema's texts. Durations are seconds, shares
are percent (0..100). `extra={"unit": ...}` says how a text is written where its type does not:
`placid.config.kinds` reads each unit.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

import placid.core.rollout.strategies
from placid.base.registry import Registry
from placid.base.units import Percent, Seconds
from placid.core.rollout.steps import Approve, Spec, Step, Strategy, strategies

FILE = "placid.yaml"

Address = Annotated[str, Meta(extra={"unit": "address"})]
File = Annotated[str, Meta(extra={"unit": "file"})]
Host = Annotated[str, Meta(extra={"unit": "host"})]
Name = Annotated[str, Meta(extra={"unit": "name"})]
Reference = Annotated[str, Meta(extra={"unit": "secret"})]
Path = Annotated[str, Meta(extra={"unit": "path"})]
StoreUrl = Annotated[str, Meta(extra={"unit": "store"})]
Preview = Annotated[str, Meta(extra={"unit": "preview"})]
Branch = Annotated[str, Meta(extra={"unit": "branch"})]
Repository = Annotated[str, Meta(extra={"unit": "repository"})]
Certificate = Annotated[str, Meta(extra={"unit": "certificate"})]
Positive = Annotated[float, Meta(gt=0, extra={"unit": "seconds"})]
Literally = Annotated[str, Meta(extra={"unit": "text"})]
VariableName = Annotated[str, Meta(extra={"unit": "variable"})]
Header = Annotated[str, Meta(extra={"unit": "header"})]
Copies = Annotated[int, Meta(ge=1, le=1000)]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping of placid.yaml; unknown keys are errors."""


class Source(Section, frozen=True, kw_only=True):
    """Which commits are deployed."""

    repository: Annotated[
        Repository,
        Meta(description="The repository to follow: a folder, or a URL that git understands."),
    ] = "."
    branch: Annotated[Branch, Meta(description="The branch whose every commit is deployed.")] = (
        "main"
    )
    poll: Annotated[Positive, Meta(description="How often the branch is looked at.")] = 5.0


class Health(Section, frozen=True, kw_only=True):
    """How a copy shows that it is ready."""

    path: Annotated[Path, Meta(description="The path that answers 2xx when a copy can serve.")] = (
        "/health"
    )
    interval: Annotated[Positive, Meta(description="Time between two probes of a copy.")] = 1.0
    timeout: Annotated[Positive, Meta(description="A probe must be answered within this.")] = 1.0
    deadline: Annotated[
        Positive, Meta(description="A started copy must be ready within this, or it has failed.")
    ] = 60.0


class Service(Section, frozen=True, kw_only=True):
    """What is built and run. It needs `run` or `image`, and not both."""

    build: Annotated[
        str, Meta(description="Shell command that makes a release, once, in its own tree.")
    ] = ""
    image: Annotated[
        File, Meta(description="A Dockerfile to build and run instead of `build` and `run`.")
    ] = ""
    run: Annotated[
        str, Meta(description="Shell command that serves on $PORT; it knows $PLACID_RELEASE too.")
    ] = ""
    health: Annotated[
        Path | Health, Meta(description="The path of the health check, or a mapping to tune it.")
    ] = "/health"
    copies: Annotated[Copies, Meta(description="How many processes serve a release.")] = 2
    config: Annotated[
        list[File],
        Meta(description="Files of variables that travel with a release and go back with it."),
    ] = []
    env: Annotated[
        dict[VariableName, Literally], Meta(description="Variables for `build` and `run`.")
    ] = {}
    drain: Annotated[
        Seconds, Meta(description="How long requests in flight may take before a copy is stopped.")
    ] = 30.0
    stop: Annotated[
        Seconds, Meta(description="Time between asking a copy to stop and killing it.")
    ] = 10.0

    @property
    def probe(self) -> Health:
        """The health check in full, also when only its path was written."""
        return Health(path=self.health) if isinstance(self.health, str) else self.health


class Objectives(Section, frozen=True, kw_only=True):
    """What the service promises; a release that breaks it does not go on."""

    p95: Annotated[
        Positive | None, Meta(description="95 of 100 requests are answered within this.")
    ] = None
    errors: Annotated[Percent, Meta(description="Share of requests that may fail.")] = 1.0


class Rollback(Section, frozen=True, kw_only=True):
    """What happens in Git when a release is taken back."""

    git: Annotated[
        Literal["off", "revert", "pull-request"],
        Meta(
            description="off: nothing; revert: push a commit that reverts; "
            "pull-request: push a branch with it and ask."
        ),
    ] = "off"


class Tls(Section, frozen=True, kw_only=True):
    """The certificate that the proxy shows."""

    certificate: Annotated[Certificate, Meta(description="PEM file with the chain.")]
    key: Annotated[Certificate, Meta(description="PEM file with the private key.")]


class Override(Section, frozen=True, kw_only=True):
    """Requests that carry a header (or a cookie) always reach the new release."""

    header: Annotated[Header, Meta(description="Name of the header.")] = ""
    cookie: Annotated[Header, Meta(description="Name of the cookie.")] = ""
    value: Annotated[str, Meta(description="The value it must have.")] = "always"


@cache
def known_strategies() -> Registry[Strategy]:
    """Every strategy there is, imported when first asked for."""
    return strategies.load(placid.core.rollout.strategies)


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """A strategy by name with its options (None: its defaults), or own `steps` (name "steps")."""

    name: str
    spec: Spec | None = None
    steps: tuple[Step, ...] = ()

    def plan(self, copies: int) -> tuple[Step, ...]:
        """The steps of a rollout to `copies` copies; Problem when no strategy has this name."""
        if self.name == "steps":
            return self.steps
        strategy = known_strategies().get(self.name)
        return tuple(strategy.plan(self.spec or strategy.spec(), copies))


def _every_host() -> list[str]:
    return ["*"]


class Environment(Section, frozen=True, kw_only=True):
    """One place the service runs."""

    after: Annotated[
        str, Meta(description="The environment that must be healthy on a commit first.")
    ] = ""
    target: Annotated[
        Literal["local"], Meta(description="Where it runs: processes on this machine.")
    ] = "local"
    strategy: Annotated[
        Chosen,
        Meta(
            description="How a new release takes over: a strategy's name, `{name: {options}}`, "
            "or `{steps: [...]}`.",
            extra={"unit": "strategy"},
        ),
    ] = Chosen(name="rolling")
    approve: Annotated[
        bool, Meta(description="Whether a person must say go before anything starts.")
    ] = False
    objectives: Annotated[Objectives, Meta(description="What a release must keep to.")] = (
        Objectives()
    )
    rollback: Annotated[
        Rollback, Meta(description="What happens in Git when a release is taken back.")
    ] = Rollback()
    listen: Annotated[Address, Meta(description="The address that users reach, host:port.")] = (
        "127.0.0.1:8080"
    )
    preview: Annotated[
        Preview, Meta(description='An address that shows the new release first, or "".')
    ] = ""
    hosts: Annotated[
        list[Host], Meta(description='Host names that are served; "*" is every name.')
    ] = msgspec.field(default_factory=_every_host)
    tls: Annotated[Tls | None, Meta(description="A certificate, to serve HTTPS on `listen`.")] = (
        None
    )
    copies: Annotated[
        Copies | None, Meta(description="How many processes, when not as `service` says.")
    ] = None
    config: Annotated[
        list[File], Meta(description="Files of variables added to those of `service`.")
    ] = []
    override: Annotated[
        Override | None, Meta(description="How a person reaches the new release on purpose.")
    ] = None
    warm: Annotated[
        Seconds, Meta(description="How long the release before runs on after a promotion.")
    ] = 600.0
    newer: Annotated[
        Literal["replace", "wait"],
        Meta(description="What a newer commit does to a rollout that is under way."),
    ] = "replace"

    def plan(self, copies: int) -> tuple[Step, ...]:
        """The steps of a rollout here; `approve` asks before the first."""
        asked = (Approve("this environment asks for approval"),) if self.approve else ()
        return asked + self.strategy.plan(copies)


class Webhook(Section, frozen=True, kw_only=True):
    """Where pushes are told to the agent, so that it need not wait for the next poll."""

    listen: Annotated[Address, Meta(description="The address that receives push events.")] = (
        "127.0.0.1:9870"
    )
    secret: Annotated[
        Reference,
        Meta(description='The $VARIABLE that holds the shared secret; "" is no webhook.'),
    ] = ""


class Judging(Section, frozen=True, kw_only=True):
    """How sure the judge must be."""

    alpha: Annotated[
        float,
        Meta(
            gt=0,
            le=50,
            description="Chance to take back a release that is no worse.",
            extra={"unit": "percent"},
        ),
    ] = 5.0
    tolerance: Annotated[
        float, Meta(ge=1, le=100, description="How many times worse than before is no fault.")
    ] = 1.0
    window: Annotated[
        Seconds, Meta(description="Bad requests of one client within this count as one.")
    ] = 1.0


class Pipelining(Section, frozen=True, kw_only=True):
    """The pipeline that every commit passes before it is deployed."""

    workflow: Annotated[
        str,
        Meta(
            description='The workflow that counts, like ".github/workflows/ci.yml"; "" is every '
            'workflow that a push to the branch starts, "off" is none.'
        ),
    ] = ""
    secrets: Annotated[
        str, Meta(description="A file of NAME=value lines, out of git: what workflows may read.")
    ] = ""
    pure: Annotated[
        dict[str, list[str]],
        Meta(
            description="Jobs whose result follows from files alone, with the patterns of those: "
            "while these are unchanged, the job is not run again."
        ),
    ] = {}


class Ignoring(Section, frozen=True, kw_only=True):
    """Why findings of a rule do not count, and where."""

    reason: Annotated[str, Meta(min_length=1, description="Why; it is shown with `--all`.")]
    paths: Annotated[
        list[str],
        Meta(description='Globs of the files it is ignored in, like "docs/"; empty is everywhere.'),
    ] = []


class Checking(Section, frozen=True, kw_only=True):
    """What `placid check` looks at, and what it lets pass."""

    fail_on: Annotated[
        Literal["note", "low", "medium", "high"],
        Meta(description="The least severity that makes the command end with 1."),
    ] = "high"
    exclude: Annotated[
        list[str], Meta(description='Globs of files that are not looked at, like "testdata/".')
    ] = []
    ignore: Annotated[
        dict[str, Ignoring],
        Meta(description="What is ignored, by the name of a rule or of an area."),
    ] = {}
    baseline: Annotated[
        str, Meta(description="The file of findings from before, which do not count.")
    ] = ".placid-baseline.json"
    kubernetes: Annotated[
        str, Meta(description='The version manifests are held against, like "1.31"; "" is newest.')
    ] = ""


class Protecting(Section, frozen=True, kw_only=True):
    """How the branch is to be protected; `placid protect` compares, and applies when asked."""

    pull_request: Annotated[bool, Meta(description="Commits arrive by pull requests only.")] = True
    reviews: Annotated[int, Meta(ge=0, le=10, description="How many reviews must approve.")] = 1
    checks: Annotated[
        list[str], Meta(description="The checks that must pass, by the names they report under.")
    ] = msgspec.field(default_factory=lambda: ["build", "test", "security-scan"])
    up_to_date: Annotated[
        bool, Meta(description="A branch must hold the newest commit before it is merged.")
    ] = True
    force_push: Annotated[bool, Meta(description="Whether history may be rewritten.")] = False
    admins: Annotated[bool, Meta(description="Whether this binds administrators, too.")] = True


def _production() -> dict[str, Environment]:
    return {"production": Environment()}


class Config(Section, frozen=True, kw_only=True):
    """All that placid is told about a service."""

    app: Annotated[Name, Meta(description="The name of the service.")]
    source: Annotated[Source, Meta(description="Which commits are deployed.")] = Source()
    store: Annotated[
        StoreUrl,
        Meta(
            description='Where facts are kept: "" is a SQLite file in `.placid/`, else '
            "postgresql://… or a $VARIABLE that holds such a URL."
        ),
    ] = ""
    service: Annotated[Service, Meta(description="What is built and run.")]
    environments: Annotated[
        dict[Name, Environment],
        Meta(description="The places it runs, by name.", min_length=1),
    ] = msgspec.field(default_factory=_production)
    pipeline: Annotated[
        str | Pipelining,
        Meta(description="The workflow a commit must pass first, or a mapping to say more."),
    ] = ""
    webhook: Annotated[Webhook, Meta(description="Where pushes are told.")] = Webhook()
    keep: Annotated[
        int, Meta(ge=1, le=1000, description="How many releases are kept for going back.")
    ] = 5
    judge: Annotated[Judging, Meta(description="How sure the judge must be.")] = Judging()
    check: Annotated[Checking, Meta(description="What `placid check` lets pass.")] = Checking()
    protect: Annotated[
        Protecting, Meta(description="How the branch is to be protected at GitHub.")
    ] = Protecting()

    @property
    def gate(self) -> Pipelining:
        """The pipeline in full, also when only its workflow was written."""
        said = self.pipeline
        return Pipelining(workflow=said) if isinstance(said, str) else said
