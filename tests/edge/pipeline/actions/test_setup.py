"""setup-python, -node, -go, -java and -uv: by what is installed, in folders of the job's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.edge.pipeline.actions.native import Settings
from placid.edge.pipeline.actions.programs import Outside
from placid.edge.pipeline.actions.toolsets.environments import Environments
from placid.edge.pipeline.actions.toolsets.nodes import wanted as node_wanted
from placid.edge.pipeline.actions.toolsets.pythons import pythons
from placid.edge.pipeline.actions.toolsets.tool import Tool, best, found_in, named, nearest
from placid.edge.pipeline.actions.toolsets.versionfiles import read
from placid.formats.versions import EVERY, npm
from tests.edge.pipeline.actions.uses import Bench, close, opened
from tests.edge.real_git import Source

PYTHON, NODE, GO = "actions/setup-python@v5", "actions/setup-node@v4", "actions/setup-go@v6"
JAVA, UV = "actions/setup-java@v5", "astral-sh/setup-uv@v7"
OURS = ".".join(map(str, sys.version_info[:3]))
MINOR = ".".join(OURS.split(".")[:2])


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Environments are made once for all of these tests, as for all runs."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def job(tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A job on this machine, where the python that runs this test is installed, too."""
    folder = os.path.dirname(os.path.realpath(sys.executable))
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    bench = opened(tmp_path, Source(tmp_path / "source"))
    bench.kept = kept
    yield bench
    close(bench)


def run(*argv: str, **env: str) -> str:
    return subprocess.run(
        argv, check=True, capture_output=True, text=True, env={"PATH": os.defpath, **env}
    ).stdout.strip()


def wheel(folder: Path) -> Path:
    """The smallest package that can be installed."""
    path = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny.py", "def main(): print('tiny')\n")
        info = "tiny-1.0.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{info}/entry_points.txt", "[console_scripts]\ntiny = tiny:main\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def test_a_python_in_an_environment_of_the_jobs_own(job: Bench, tmp_path: Path) -> None:
    done = job.well(PYTHON, python_version=OURS)
    folder = Path(done.env["pythonLocation"])
    program = done.outputs["python-path"]
    assert folder.is_relative_to(job.place.layout.tools)
    assert done.outputs == {"python-version": OURS, "python-path": str(folder / "bin/python")}
    assert done.path == [str(folder), str(folder / "bin")]
    assert done.env.keys() - {"UV_PYTHON"} == {  # that one for a python of Debian alone
        *("pythonLocation", "PKG_CONFIG_PATH", "LD_LIBRARY_PATH"),
        *("Python_ROOT_DIR", "Python2_ROOT_DIR", "Python3_ROOT_DIR"),
    }
    assert done.differs == ()
    assert run(program, "-c", "import sys; print(sys.prefix)") == str(folder)
    pip = str(folder / "bin/pip")
    assert run(pip, "--version").startswith("pip ")
    run(pip, "install", "--no-index", str(wheel(tmp_path)), HOME=str(tmp_path))
    assert run(str(folder / "bin/tiny")) == "tiny"
    assert "tiny" in run(program, "-m", "pip", "list", "--disable-pip-version-check")
    assert not list(Path(sys.base_prefix).rglob("tiny.py"))
    again = job.well(PYTHON, python_version=MINOR)
    assert Path(again.env["pythonLocation"]).parent.parent == folder.parent.parent
    other = opened(tmp_path, job.source, "other job with a blank")
    try:
        other.kept = job.kept
        second = other.well(PYTHON, python_version=OURS).outputs["python-path"]
        pip = str(Path(second).with_name("pip"))
        assert "tiny" not in run(pip, "list", "--disable-pip-version-check")
        assert run(pip, "--version").startswith("pip ")
    finally:
        close(other)


def test_pip_can_be_replaced_and_the_seed_stays(job: Bench, tmp_path: Path) -> None:
    done = job.well(PYTHON, python_version=OURS)
    folder = Path(done.env["pythonLocation"])
    pip, home = str(folder / "bin/pip"), str(tmp_path)
    before = run(pip, "--version", HOME=home)
    assert "pythons" in before
    bundled = run(
        str(folder / "bin/python"), "-c", "import ensurepip; print(ensurepip.__path__[0])"
    )
    wheels = (Path(bundled) / "_bundled", Path("/usr/share/python-wheels"))  # Debian's own place
    new = next(each for folder in wheels for each in folder.glob("pip-*.whl"))
    run(pip, "install", "--no-index", "--ignore-installed", str(new), HOME=home)
    assert str(folder / "lib") in run(pip, "--version", HOME=home)
    run(pip, "uninstall", "-y", "pip", HOME=home)
    assert run(str(folder / "bin/python"), "-m", "pip", "--version", HOME=home) == before


def test_uv_takes_it_for_the_systems_python(job: Bench) -> None:
    uv = Path(sys.prefix) / "bin/uv"
    done = job.well(PYTHON, python_version=OURS)
    if not uv.exists() or "UV_PYTHON" in done.env:
        pytest.skip("needs uv (pip install uv), and a python that is not Debian's")
    path = f"{done.path[-1]}:{os.environ['PATH']}"
    found = run(str(uv), "python", "find", "--system", PATH=path, HOME="/tmp")
    assert Path(found).parent == Path(done.outputs["python-path"]).parent


def test_debians_python_gets_a_virtual_environment(job: Bench, tmp_path: Path) -> None:
    program = Path("/usr/bin/python3")
    wheels = list(Path("/usr/share/python-wheels").glob("pip-*"))
    if not Path("/etc/debian_version").exists() or not program.exists() or not wheels:
        pytest.skip("no python of Debian's here: apt-get install python3-venv")
    version = run(str(program), "--version").split()[1]
    made = Environments(tmp_path / "kept", Outside()).make(
        Tool(version, str(program)), job.place.layout.tools
    )
    assert (made / "pyvenv.cfg").exists()
    run(str(made / "bin/pip"), "install", "--no-index", str(wheel(tmp_path)), HOME=str(tmp_path))
    assert run(str(made / "bin/tiny")) == "tiny"


def test_pip_is_found_when_the_way_to_the_cache_is_gone(job: Bench, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    way = tmp_path / "way"  # as a job's ~/.cache is, which goes with the job
    way.symlink_to(tmp_path / "cache")
    made = Environments(way, Outside()).make(Tool(OURS, sys.executable), job.place.layout.tools)
    way.unlink()
    assert run(str(made / "bin/pip"), "--version").startswith("pip ")


@pytest.mark.parametrize("text", [MINOR, f"{MINOR}.x", f">={MINOR} <{MINOR}.999", f"~{MINOR}.0"])
def test_ranges_of_python(job: Bench, text: str) -> None:
    done = job.well(PYTHON, python_version=text, update_environment="false")
    assert done.outputs["python-version"].startswith(f"{MINOR}.")
    assert done.env == {} and done.path == () and done.differs == ()


def test_a_python_that_is_not_installed_is_never_passed_over(job: Bench) -> None:
    done = job.well(PYTHON, python_version="3.99", update_environment="false")
    (said,) = done.differs
    used = done.outputs["python-version"]
    assert said == f"Python 3.99 was wanted and is not installed here; {used} is used"
    assert any(line.startswith(f"::warning::{said}") for line in job.said)
    job.settings = Settings(strict=True)
    assert (
        "Python 3.99 is not installed here, only " in job.do(PYTHON, python_version="3.99").failed
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".python-version", f"# ours\n{OURS}\n"),
        (".tool-versions", f"nodejs 20.1\npython {OURS} system\n"),
        ("pyproject.toml", f'[project]\nrequires-python = "=={OURS}"\n'),
        ("poetry/pyproject.toml", f'[tool.poetry.dependencies]\npython = "=={OURS}"\n'),
        ("Pipfile", f'[requires]\npython_full_version = "{OURS}"\n'),
    ],
)
def test_pythons_from_files(job: Bench, name: str, text: str) -> None:
    job.write({name: text})
    given = {} if name == ".python-version" else {"python_version_file": name}
    done = job.well(PYTHON, update_environment="false", **given)
    assert done.outputs["python-version"] == OURS


def test_pythons_that_cannot_be(job: Bench) -> None:
    failed = job.do(PYTHON, python_version_file="nope").failed
    assert failed.startswith("The specified python version file at: ")
    assert "CPython only" in job.do(PYTHON, python_version="pypy3.10").failed
    job.well(PYTHON, update_environment="false")
    assert any("input is not set" in line for line in job.said)


def test_several_pythons_the_last_is_first_in_path(job: Bench) -> None:
    known = sorted({tool.version for tool in pythons(job.using(PYTHON))})
    if len(known) < 2:
        pytest.skip("only one python here; install another one with pyenv")
    other = next(version for version in known if version != OURS and version[:4] >= "3.10")
    done = job.well(PYTHON, python_version=f"{other}\n{OURS}")
    assert done.outputs["python-version"] == OURS
    assert done.path[-1] == str(Path(done.outputs["python-path"]).parent)
    assert len(done.path) == 4


def test_packages_that_are_asked_for_at_once(job: Bench, tmp_path: Path) -> None:
    path = wheel(tmp_path)
    done = job.well(PYTHON, python_version=OURS, pip_install=f"--no-index '{path}'", cache="pip")
    assert run(str(Path(done.outputs["python-path"]).with_name("tiny"))) == "tiny"
    assert done.outputs["cache-hit"] == "false"
    failed = job.do(PYTHON, python_version=OURS, pip_install="--no-index nothing-like-this").failed
    assert failed.startswith("pip install --no-index nothing-like-this ended with exit code")


def node_here() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not installed: apt-get install nodejs")
    return run(found, "--version").removeprefix("v")


def test_node_and_its_global_packages(job: Bench) -> None:
    version = node_here()
    major = version.partition(".")[0]
    done = job.well(NODE, node_version=f"{major}.x")
    assert done.outputs == {"node-version": f"v{version}"}
    (folder,) = done.path
    assert Path(folder).is_relative_to(job.place.layout.tools)
    assert run(f"{folder}/node", "--version") == f"v{version}"
    if (Path(folder) / "npm").exists():
        path = f"{folder}:{os.environ['PATH']}"
        prefix = run(f"{folder}/npm", "prefix", "-g", PATH=path, HOME="/tmp", **done.env)
        assert prefix == str(Path(folder).parent)


def test_nodes_version_from_files_and_what_differs(job: Bench) -> None:
    version = node_here()
    job.write(
        {
            ".nvmrc": f"v{version}\n",
            "package.json": f'{{"engines": {{"node": ">={version}"}}}}',
            "volta/package.json": f'{{"volta": {{"node": "{version}"}}, "engines": 1}}',
            ".tool-versions": f"nodejs {version}\n",
        }
    )
    for name in (".nvmrc", "package.json", "volta/package.json", ".tool-versions"):
        assert job.well(NODE, node_version_file=name).outputs["node-version"] == f"v{version}"
    assert job.well(NODE).outputs == {}
    assert job.well(NODE, node_version="lts/*").outputs["node-version"].startswith("v")
    assert "Node.js 99 was wanted" in job.well(NODE, node_version="99", cache="npm").differs[0]


def test_a_registry_for_npm(job: Bench) -> None:
    url = "https://npm.pkg.github.com"
    done = job.well(NODE, registry_url=url, scope="Ada")
    path = Path(done.env["NPM_CONFIG_USERCONFIG"])
    assert path.is_relative_to(job.place.layout.temp)
    assert path.read_text() == (
        "//npm.pkg.github.com/:_authToken=${NODE_AUTH_TOKEN}\n"
        "@ada:registry=https://npm.pkg.github.com/\n"
    )
    assert done.env["NODE_AUTH_TOKEN"].startswith("XXXXX")


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("20", "20.9.0"),
        ("v20.9", "20.9.0"),
        ("lts/iron", "20.9.0"),
        ("lts/*", "22.2.0"),
        ("lts/-1", "22.2.0"),
        ("latest", "23.1.0"),
        ("node", "23.1.0"),
        (">=18 <21", "20.9.0"),
        ("18 || 22", "22.2.0"),
    ],
)
def test_names_of_nodes(text: str, fits: str) -> None:
    tools = [Tool(version, "node") for version in ("18.0.0", "20.9.0", "22.2.0", "23.1.0")]
    found = best(tools, node_wanted(text, tools))
    assert found is not None and found.version == fits


@pytest.fixture
def gos(job: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Two installed Gos: all that is looked at is a folder with VERSION and bin/go."""
    for version in ("1.21.13", "1.22.4"):
        root = tmp_path / "home/sdk" / f"go{version}"
        (root / "bin").mkdir(parents=True)
        (root / "VERSION").write_text(f"go{version}\ntime 2024\n")
        (root / "bin/go").write_text("#!/bin/sh\n")
        (root / "bin/go").chmod(0o755)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return job


@pytest.mark.parametrize(
    ("inputs", "version"),
    [
        ({"go_version": "1.21"}, "1.21.13"),
        ({"go_version": "^1.21.0"}, "1.22.4"),
        ({"go_version": "1.22.x"}, "1.22.4"),
        ({"go_version": "stable"}, "1.22.4"),
        ({"go_version_file": "go.mod"}, "1.21.13"),
        ({"go_version_file": "new/go.mod"}, "1.22.4"),
        ({}, "1.22.4"),
    ],
)
def test_go(gos: Bench, inputs: dict[str, str], version: str) -> None:
    gos.write({"go.mod": "module x\n\ngo 1.21\n", "new/go.mod": "go 1.21\ntoolchain go1.22.4\n"})
    done = gos.well(GO, **inputs)
    assert done.outputs["go-version"] == version
    assert done.path[0].endswith(f"go{version}/bin")
    assert done.path[1] == str(gos.place.layout.home / "go/bin")


def test_a_go_that_is_not_here(gos: Bench) -> None:
    done = gos.well(GO, go_version="1.23.5")
    assert done.differs == ("Go 1.23.5 was wanted and is not installed here; 1.22.4 is used",)


def test_java(job: Bench) -> None:
    if shutil.which("java") is None:
        pytest.skip("no java here: apt-get install openjdk-17-jre-headless")
    done = job.well(JAVA, distribution="temurin", java_version=">=8")
    major = done.outputs["version"].partition(".")[0]
    assert os.access(f"{done.outputs['path']}/bin/java", os.X_OK)
    assert done.env["JAVA_HOME"] == done.outputs["path"]
    assert any(name.startswith(f"JAVA_HOME_{major}_") for name in done.env)
    assert done.path == [f"{done.outputs['path']}/bin"]
    assert "Java 99 was wanted" in job.well(JAVA, distribution="x", java_version="99").differs[0]
    assert job.do(JAVA, java_version="17").failed == (
        "Input required and not supplied: distribution"
    )


def test_uv(job: Bench) -> None:
    if not (Path(sys.prefix) / "bin/uv").exists() and shutil.which("uv") is None:
        pytest.skip("uv is not installed: pip install uv")
    done = job.well(UV, python_version=MINOR, activate_environment="true")
    (folder, scripts) = done.path
    assert run(f"{folder}/uv", "--version").split()[1] == done.outputs["uv-version"]
    assert done.env["UV_PYTHON"] == MINOR
    assert Path(scripts, "python").exists() and done.outputs["venv"] == done.env["VIRTUAL_ENV"]
    assert done.differs == ()
    assert "uv 0.0.1 was wanted" in job.well(UV, version="0.0.1").differs[0]


VERSIONS = st.tuples(st.integers(1, 4), st.integers(0, 9), st.integers(0, 9)).map(
    lambda parts: ".".join(map(str, parts))
)


@given(st.lists(VERSIONS, min_size=1, max_size=8), VERSIONS)
def test_the_best_fits_and_is_the_highest(versions: list[str], wish: str) -> None:
    tools = [Tool(version, version) for version in versions]
    wanted = npm(f"^{wish}")
    assert wanted is not None
    found = best(tools, wanted)
    fitting = [tool for tool in tools if wanted.has(tool.order)]
    assert (found is None) == (not fitting)
    if found is not None:
        assert all(tool.order <= found.order for tool in fitting)
    assert nearest(tools, npm(wish)) in tools


def test_the_nearest_is_near() -> None:
    tools = [Tool(version, "x") for version in ("3.8.18", "3.11.7", "3.13.0", "2.7.1")]
    assert nearest(tools, npm("3.12")).version == "3.13.0"
    assert nearest(tools, npm("3.10")).version == "3.11.7"
    assert nearest(tools, npm("3.99")).version == "3.13.0"
    assert nearest(tools, npm("<3.8")).version == "3.8.18"
    assert nearest(tools, None).version == "3.13.0"


def test_previews_only_when_asked_for() -> None:
    tools = [Tool("3.14.0rc2", "x")]
    assert best(tools, npm("3.14")) is None
    assert best(tools, npm("3.14"), previews=True) is not None
    assert best(tools, npm("3.14.0-rc2")) is not None
    assert best(tools, EVERY) is None
    assert best([*tools, Tool("3.13.1", "y")], EVERY) == Tool("3.13.1", "y")


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("3.12.1", "3.12.1"),
        ("v20.1.0", "20.1.0"),
        ("cpython-3.12.1-linux-x86_64-gnu", "3.12.1"),
        ("go1.22.3", "1.22.3"),
        ("3.13.0rc2", "3.13.0rc2"),
        ("system", ""),
        ("pypy3.10-7.3.17", "3.10"),
    ],
)
def test_versions_in_names(name: str, version: str) -> None:
    assert named(name) == version


def test_folders_that_are_not_there_hold_nothing(tmp_path: Path) -> None:
    assert found_in([str(tmp_path / "nope")], "bin/x") == []
    (tmp_path / "1.2.3/bin").mkdir(parents=True)
    assert found_in([str(tmp_path)], "bin/x") == []


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("package.json", "{", ""),
        ("package.json", '{"engines": {"node": 20}}', ""),
        ("package.json", '{"devEngines": {"runtime": {"name": "node", "version": "22"}}}', "22"),
        ("pyproject.toml", "x = ", ""),
        ("go.mod", "module x\n", ""),
        (".nvmrc", "\n\n# x\nlts/iron # y\n", "lts/iron"),
        ("go.work", "go 1.22rc1\n", "1.22rc1"),
        (".tool-versions", "node 1\n", "1"),
    ],
)
def test_what_files_say(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    assert read(tmp_path / name, "nodejs").text == said
