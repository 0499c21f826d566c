"""From results to PNG plots."""

# matplotlib's own annotations are partly unknown to pyright:
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bench.study.figures import clopper_pearson
from bench.study.runs import Result
from bench.study.streams import Floats


def nulls(results: Sequence[Result], judges: Sequence[str], path: Path) -> None:
    """False rollbacks per null and judge, with their intervals."""
    figure, axes = _figure(10, 0.45 * len(results) + 2)
    for offset, judge in enumerate(judges):
        for row, result in enumerate(results):
            seconds = result.seconds[judge]
            seconds = seconds[~np.isnan(seconds)]
            hits = int(np.isfinite(seconds).sum())
            low, high = clopper_pearson(hits, len(seconds))
            height = row + 0.12 * (offset - len(judges) / 2)
            axes.plot([100 * low, 100 * high], [height, height], color=f"C{offset}")
            label = judge if row == 0 else None
            axes.plot([100 * hits / len(seconds)], [height], "o", ms=4, c=f"C{offset}", label=label)
    axes.axvline(5, color="black", linestyle=":", label="alpha")
    axes.set_yticks(range(len(results)), [result.scenario.name for result in results])
    axes.invert_yaxis()
    axes.set_xscale("symlog", linthresh=5)
    axes.set_xlim(-0.2, 110)
    axes.set_xlabel("good releases taken back within 30 minutes, % (95 % Clopper-Pearson)")
    axes.legend(fontsize=8)
    figure.savefig(path, dpi=110)


def detection(results: Sequence[Result], judges: Sequence[str], path: Path) -> None:
    """Share of runs in which each judge has caught the release, by canary requests."""
    columns = 3
    rows = math.ceil(len(results) / columns)
    figure = Figure(figsize=(13, 3.6 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    for number, result in enumerate(results):
        axes = figure.add_subplot(rows, columns, number + 1)
        for color, judge in enumerate(judges):
            caught = np.sort(result.requests[judge])
            share = np.arange(1, len(caught) + 1) / len(caught)
            inside = np.isfinite(caught)
            axes.step(
                np.maximum(caught[inside], 1), 100 * share[inside], c=f"C{color}", label=judge
            )
        axes.set_xscale("log")
        axes.set_xlim(1, 20000)
        axes.set_ylim(0, 102)
        axes.set_title(result.scenario.name, fontsize=9)
        axes.set_xlabel("canary requests")
        axes.set_ylabel("caught, %")
    figure.axes[0].legend(fontsize=8)
    figure.savefig(path, dpi=110)


def certification(curves: Sequence[tuple[str, Floats]], most: int, path: Path) -> None:
    """Share of runs in which a release is certified, by requests, per true error rate."""
    figure, axes = _figure(8, 4.5)
    for name, requests in curves:
        done = np.sort(requests)
        share = np.arange(1, len(done) + 1) / len(done)
        inside = np.isfinite(done)
        x = np.concatenate([[1], done[inside], [most]])
        last = float(inside.mean())
        axes.step(x, 100 * np.concatenate([[0], share[inside], [last]]), where="post", label=name)
    axes.axhline(5, color="black", linestyle=":", label="alpha")
    axes.set_xscale("log")
    axes.set_xlim(100, most)
    axes.set_xlabel("requests")
    axes.set_ylabel("certified within 1 %, %")
    axes.legend(title="true error rate", fontsize=8)
    figure.savefig(path, dpi=110)


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()
