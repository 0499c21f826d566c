"""Writes repositories to measure the audit on: a product of 1,500 files, a platform of 5,500.

    python -m bench.audit_tree product /tmp/product
    python -m bench.audit_tree platform /tmp/platform      2,300 YAML files, about 17 MB of them

The same seed gives the same bytes. The shapes (how many files of a kind, how long, how nested) are
those of large public repositories; nothing in them is a file of anyone.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import audit_manifests as manifests
from bench import audit_sources as sources

File = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Shape:
    """How many of each: services with base and overlays, CRDs, charts, fixtures, the rest."""

    services: int
    crds: int
    bundles: int
    charts: int
    fixtures: int
    dashboards: int
    workflows: int
    files: int


SHAPES = {
    "product": Shape(6, 2, 0, 1, 20, 2, 10, 1_500),
    "platform": Shape(150, 36, 12, 24, 380, 30, 24, 5_500),
}


def service(draw: random.Random, index: int) -> Iterator[File]:
    """A service: its program, its Dockerfile, a kustomize base and two overlays."""
    name = f"{draw.choice(manifests.WORDS)}-{draw.choice(manifests.WORDS)}-{index}"
    base = f"deploy/{name}/base"
    port = draw.randrange(3000, 9999)
    yield f"{base}/deployment.yaml", manifests.deployment(draw, name, port)
    yield f"{base}/service.yaml", manifests.service(name, port)
    yield f"{base}/config.yaml", manifests.config(draw, name)
    yield f"{base}/hpa.yaml", manifests.autoscaler(name)
    yield f"{base}/pdb.yaml", manifests.disruption_budget(name)
    yield f"{base}/ingress.yaml", manifests.ingress(name)
    yield f"{base}/kustomization.yaml", manifests.kustomization()
    for overlay in ("staging", "production"):
        folder = f"deploy/{name}/{overlay}"
        yield f"{folder}/kustomization.yaml", manifests.overlay(draw, name, overlay)
        yield f"{folder}/patch.yaml", manifests.patch(draw, name)
    yield f"services/{name}/Dockerfile", sources.dockerfile(draw, port)
    yield f"services/{name}/package.json", sources.package(draw, name)
    yield f"services/{name}/package-lock.json", sources.lock(draw, name)


def chart(draw: random.Random, index: int) -> Iterator[File]:
    """A Helm chart, whose templates are no YAML."""
    folder = f"charts/{draw.choice(manifests.WORDS)}-{index}"
    yield f"{folder}/Chart.yaml", manifests.chart(folder.rpartition("/")[2])
    yield f"{folder}/values.yaml", manifests.values(draw)
    for kind in ("deployment", "service", "ingress", "configmap", "serviceaccount", "hpa"):
        yield f"{folder}/templates/{kind}.yaml", manifests.template(draw, kind)


def many(count: int, make: Callable[[int], File]) -> Iterator[File]:
    """`count` files of one kind."""
    return (make(index) for index in range(count))


def files(shape: Shape, seed: int = 7) -> dict[str, str]:
    """Every file of a repository by its path."""
    draw = random.Random(seed)
    made: dict[str, str] = {}
    for index in range(shape.services):
        made.update(service(draw, index))
    for index in range(shape.charts):
        made.update(chart(draw, index))
    made.update(
        many(shape.crds, lambda i: (f"manifests/crds/crd-{i}.yaml", manifests.crd(draw, i)))
    )
    made.update(
        many(shape.bundles, lambda i: (f"manifests/install-{i}.yaml", manifests.bundle(draw, i)))
    )
    made.update(
        many(shape.fixtures, lambda i: (f"test/testdata/{i}.yaml", manifests.fixture(draw, i)))
    )
    made.update(
        many(shape.dashboards, lambda i: (f"monitoring/{i}.yaml", manifests.dashboard(draw, i)))
    )
    made.update(
        many(shape.workflows, lambda i: (f".github/workflows/{i}.yml", sources.workflow(draw, i)))
    )
    made.update(sources.top(draw))
    while len(made) < shape.files:
        made.update([sources.program(draw, len(made))])
    return made


def write(where: Path, made: dict[str, str]) -> None:
    """Put the files there and let git track them."""
    for path, text in made.items():
        (where / path).parent.mkdir(parents=True, exist_ok=True)
        (where / path).write_text(text)
    subprocess.run(["git", "init", "-q", str(where)], check=True)
    subprocess.run(["git", "-C", str(where), "add", "-A"], check=True)


def main() -> None:
    shape, where = sys.argv[1:]
    made = files(SHAPES[shape])
    write(Path(where), made)
    yamls = [text for path, text in made.items() if path.endswith((".yaml", ".yml"))]
    size = sum(map(len, yamls)) / 1e6
    print(f"{len(made)} files, {len(yamls)} YAML of {size:.1f} MB")


if __name__ == "__main__":
    main()
