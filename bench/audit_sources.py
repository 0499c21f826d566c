"""Programs, lock files and workflows of the measured repositories, see `audit_tree`."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from textwrap import dedent

from bench.audit_manifests import WORDS, sentence


def dockerfile(draw: random.Random, port: int) -> str:
    """A Dockerfile in two stages."""
    version = draw.choice(("18", "20", "22"))
    return dedent(f"""\
        FROM node:{version}-slim AS build
        WORKDIR /app
        COPY package.json package-lock.json ./
        RUN npm ci
        COPY . .
        RUN npm run build

        FROM node:{version}-slim
        WORKDIR /app
        ENV NODE_ENV=production
        COPY --from=build /app/dist ./dist
        COPY --from=build /app/node_modules ./node_modules
        USER node
        EXPOSE {port}
        CMD ["node", "dist/main.js"]
        """)


def _dependencies(draw: random.Random) -> list[tuple[str, str]]:
    return [
        (f"{word}-{draw.choice(WORDS)}", f"{draw.randrange(9)}.{draw.randrange(20)}.1")
        for word in draw.sample(WORDS, 20)
    ]


def package(draw: random.Random, name: str) -> str:
    """A package.json."""
    wanted = {package: f"^{version}" for package, version in _dependencies(draw)}
    return json.dumps({"name": name, "version": "1.0.0", "dependencies": wanted}, indent=2) + "\n"


def lock(draw: random.Random, name: str) -> str:
    """A package-lock.json of some hundred packages."""
    packages: dict[str, object] = {"": {"name": name, "version": "1.0.0"}}
    for each in range(8):
        for package, version in _dependencies(draw):
            packages[f"node_modules/{package}-{each}"] = {
                "version": version,
                "resolved": f"https://registry.npmjs.org/{package}/-/{package}-{version}.tgz",
                "integrity": f"sha512-{draw.randbytes(32).hex()}",
                "license": "MIT",
            }
    return json.dumps({"name": name, "lockfileVersion": 3, "packages": packages}, indent=2) + "\n"


def workflow(draw: random.Random, index: int) -> str:
    """A workflow with a test matrix, a build and, in some, a deploy."""
    jobs = "".join(
        dedent(f"""\
          {draw.choice(WORDS)}-{each}:
            runs-on: ubuntu-24.04
            timeout-minutes: 20
            strategy:
              matrix:
                node: [20, 22]
            steps:
            - uses: actions/checkout@v4
            - uses: actions/setup-node@v4
              with:
                node-version: ${{{{ matrix.node }}}}
            - run: npm ci
            - name: {sentence(draw, 4)}
              run: |
                npm run lint
                npm test -- --shard=${{{{ matrix.node }}}}
              env:
                CI: "true"
        """).replace("\n", "\n  ")
        for each in range(draw.randrange(2, 7))
    )
    head = f"name: workflow {index}\non:\n  push:\n    branches: [main]\n  pull_request:\n"
    return f"{head}permissions:\n  contents: read\njobs:\n  {jobs.rstrip()}\n"


def top(draw: random.Random) -> Iterator[tuple[str, str]]:
    """What stands at the top of a repository."""
    yield "README.md", "# Shop\n\n" + "\n\n".join(sentence(draw, 40) for _ in range(60)) + "\n"
    yield "LICENSE", sentence(draw, 900) + "\n"
    yield ".gitignore", "node_modules/\ndist/\n.env\n"
    yield ".nvmrc", "22\n"
    yield "go.mod", "module example.com/shop\n\ngo 1.24\n"
    yield "go.sum", "".join(f"example.com/{word} v1.0.0 h1:{word}=\n" for word in WORDS)


def program(draw: random.Random, index: int) -> tuple[str, str]:
    """A source file of some kind."""
    folder = f"{draw.choice(('services', 'internal', 'web/src', 'lib'))}/{draw.choice(WORDS)}"
    kind = draw.choice(("go", "go", "ts", "ts", "py", "md", "json"))
    path = f"{folder}/{draw.choice(WORDS)}_{index}.{kind}"
    return path, _MAKERS[kind](draw)


def _go(draw: random.Random) -> str:
    body = "".join(
        f"// {word.title()}{index} does one thing. {sentence(draw, 9)}\n"
        f"func {word.title()}{index}(ctx context.Context, id string) (*Item, error) {{\n"
        f'\titem, err := store.Find(ctx, "{word}", id)\n\tif err != nil {{\n'
        f'\t\treturn nil, fmt.Errorf("{word}: %w", err)\n\t}}\n\treturn item, nil\n}}\n\n'
        for index, word in enumerate(draw.choices(WORDS, k=draw.randrange(5, 40)))
    )
    return f"package shop\n\n{body}"


def _typescript(draw: random.Random) -> str:
    return "".join(
        f"export async function {word}{index}(id: string): Promise<Item> {{\n"
        f"  const found = await fetch(`/api/{word}/${{id}}`);\n"
        f"  if (!found.ok) throw new Error('{sentence(draw, 5)}');\n  return found.json();\n}}\n\n"
        for index, word in enumerate(draw.choices(WORDS, k=draw.randrange(5, 40)))
    )


def _python(draw: random.Random) -> str:
    return "".join(
        f'def {word}_{index}(store: Store, key: str) -> Item:\n    """{sentence(draw, 9)}"""\n'
        f'    found = store.find("{word}", key)\n    if found is None:\n'
        f"        raise Missing(key)\n    return found\n\n\n"
        for index, word in enumerate(draw.choices(WORDS, k=draw.randrange(5, 40)))
    )


def _markdown(draw: random.Random) -> str:
    return "".join(
        f"## {sentence(draw, 3)}\n\n{sentence(draw, 60)}\n\n" for _ in range(draw.randrange(3, 20))
    )


def _json(draw: random.Random) -> str:
    return json.dumps({word: sentence(draw, 6) for word in draw.sample(WORDS, 30)}, indent=2) + "\n"


_MAKERS = {"go": _go, "ts": _typescript, "py": _python, "md": _markdown, "json": _json}
