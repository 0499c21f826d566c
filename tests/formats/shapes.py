"""Repositories of many shapes, as files, and what placid init should find in each."""

from __future__ import annotations

from typing import NamedTuple


class Shape(NamedTuple):
    """Files of a repository, then lines that placid.yaml must hold, and words of the sentences."""

    files: dict[str, str]
    lines: tuple[str, ...]
    words: tuple[str, ...] = ()
    containers: bool = False


FASTAPI = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/healthz')\ndef h(): ...\n"
FLASK = "from flask import Flask\napp = Flask(__name__)\n@app.route('/up')\ndef up(): ...\n"
GO = (
    'package main\n\nfunc main() {\n\tmux.HandleFunc("GET /readyz", ready)\n'
    '\thttp.ListenAndServe(":"+os.Getenv("PORT"), mux)\n}\n'
)
EXPRESS = "const app = express()\napp.get('/health', ok)\napp.listen(process.env.PORT)\n"

SHAPES: dict[str, Shape] = {
    "fastapi with requirements": Shape(
        {"requirements.txt": "fastapi\nuvicorn\n", "shop/web.py": FASTAPI, "shop/__init__.py": ""},
        (
            "  build: python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
            "  run: .venv/bin/uvicorn shop.web:app --host 127.0.0.1 --port $PORT",
            "  health: /healthz  # shop/web.py:6",
        ),
        ("shop/web.py:3 makes a FastAPI application", "requirements.txt"),
    ),
    "fastapi with uv, src layout": Shape(
        {
            "uv.lock": "",
            "pyproject.toml": '[project]\nname="Shop_API"\ndependencies=["fastapi[standard]"]\n',
            "src/shop/main.py": FASTAPI,
        },
        (
            "app: shop-api",
            "  build: uv sync --frozen --no-dev",
            "  run: .venv/bin/uvicorn shop.main:app --host 127.0.0.1 --port $PORT",
        ),
    ),
    "starlette without uvicorn": Shape(
        {
            "pyproject.toml": '[project]\nname = "x"\n',
            "web.py": "app = Starlette(routes=[Route('/livez', live)])\n",
        },
        ("  health: /livez  # web.py:1",),
        ("uvicorn is not among the dependencies",),
    ),
    "flask with gunicorn and poetry": Shape(
        {
            "poetry.lock": 'name = "gunicorn"\n',
            "pyproject.toml": "[tool.poetry]\n",
            "app.py": FLASK,
        },
        (
            "  run: .venv/bin/gunicorn app:app --bind 127.0.0.1:$PORT",
            "  health: /up  # app.py:3",
        ),
    ),
    "flask factory without gunicorn": Shape(
        {
            "requirements.txt": "flask\n",
            "site/__init__.py": "def create_app():\n    return Flask(__name__)\n",
        },
        ("  run: .venv/bin/python -m flask --app site:create_app run --port $PORT",),
        ("Flask's development server", "no health route was found"),
    ),
    "django": Shape(
        {
            "manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings')\n",
            "mysite/wsgi.py": "",
            "mysite/urls.py": "urlpatterns = [path('health/', health)]\n",
            "requirements.txt": "django\ngunicorn==22\n",
        },
        (
            "  run: .venv/bin/gunicorn mysite.wsgi --bind 127.0.0.1:$PORT",
            "  health: /health/  # mysite/urls.py:1",
        ),
    ),
    "python script without dependencies": Shape(
        {
            "app.py": "import os\nport = os.environ['PORT']\nif self.path == '/health': ok()\n"
            "if __name__ == '__main__': main()\n"
        },
        ("  run: python3 app.py", "  health: /health  # app.py:3"),
        ("nothing is installed",),
    ),
    "python package": Shape(
        {"shop/__main__.py": "serve(os.environ['PORT'])\n", "requirements.txt": "aiohttp\n"},
        ("  run: .venv/bin/python -m shop",),
    ),
    "node with npm": Shape(
        {
            "package.json": '{"name": "@acme/shop", "scripts": {"start": "node ."}}',
            "package-lock.json": "{}",
            "index.js": EXPRESS,
        },
        ("app: shop", "  build: npm ci", "  run: npm start", "  health: /health  # index.js:2"),
    ),
    "node with pnpm and a build": Shape(
        {
            "package.json": '{"scripts": {"build": "tsc", "start": "node dist/x.js"}}',
            "pnpm-lock.yaml": "",
            "src/x.ts": EXPRESS,
        },
        ("  build: pnpm install --frozen-lockfile && pnpm run build", "  run: pnpm start"),
    ),
    "next with yarn": Shape(
        {
            "package.json": '{"scripts": {"build": "next build", "start": "next start"}}',
            "yarn.lock": "",
            "app/api/health/route.ts": "export const GET = () => Response.json({})\n",
        },
        (
            "  build: yarn install --frozen-lockfile && yarn run build",
            "  health: /api/health  # app/api/health/route.ts",
        ),
    ),
    "node without a lock": Shape(
        {"package.json": "{}", "server.js": EXPRESS},
        ("  build: npm install", "  run: node server.js"),
        ("there is no lock file",),
    ),
    "go at the top": Shape(
        {"go.mod": "module example.com/shop/v2\n\ngo 1.22\n", "main.go": GO},
        (
            "app: shop",
            "  build: go build -o bin/app .",
            "  run: ./bin/app",
            "  health: /readyz  # main.go:4",
        ),
    ),
    "go with several commands": Shape(
        {"go.mod": "module x\n", "cmd/server/main.go": GO, "cmd/migrate/main.go": GO},
        ("  build: go build -o bin/app ./cmd/server",),
        ("other main packages are there too: ./cmd/migrate",),
    ),
    "procfile over python": Shape(
        {
            "Procfile": "release: python migrate.py\nweb: gunicorn shop:app -b 127.0.0.1:$PORT\n",
            "requirements.txt": "gunicorn\nflask\n",
            "shop.py": FLASK,
        },
        ('  run: PATH="$PWD/.venv/bin:$PATH" gunicorn shop:app -b 127.0.0.1:$PORT',),
        ("Procfile:2", "the release line of the Procfile is not run"),
    ),
    "dockerfile with podman": Shape(
        {"Dockerfile": "FROM x\nEXPOSE 8000\n", "main.rs": 'r.route("/health", get(h))\n'},
        ("  image: Dockerfile", "  health: /health  # main.rs:1"),
        ("EXPOSE says 8000",),
        containers=True,
    ),
    "dockerfile beside python, no podman": Shape(
        {"Dockerfile": "FROM x\n", "app.py": FLASK, "requirements.txt": "flask gunicorn\n"},
        ("  run: .venv/bin/gunicorn app:app --bind 127.0.0.1:$PORT",),
        ("Dockerfile is not used: neither podman nor docker is here",),
    ),
    "rails": Shape(
        {
            "Gemfile": "gem 'rails'\n",
            "Gemfile.lock": "",
            "bin/rails": "",
            "config/routes.rb": '  get "up" => "rails/health#show"\n',
        },
        ("  run: bin/rails server -b 127.0.0.1 -p $PORT", "  health: /up  # config/routes.rb:1"),
    ),
    "rack with puma": Shape(
        {"Gemfile": "gem 'puma'\n", "config.ru": "run App\n"},
        ("  run: bundle exec puma -b tcp://127.0.0.1:$PORT",),
    ),
    "php": Shape(
        {"composer.json": "{}", "public/index.php": "<?php\n"},
        ("  build: composer install --no-dev", "  run: php -S 127.0.0.1:$PORT -t public"),
        ("PHP's own development server",),
    ),
    "static": Shape(
        {"public/index.html": "<p>hi\n"},
        ("  run: python3 -m http.server $PORT --bind 127.0.0.1 --directory public",),
    ),
    "a service one folder down": Shape(
        {"backend/go.mod": "module shop\n", "backend/main.go": GO, "README.md": ""},
        ("  build: cd backend && go build -o bin/app .", "  run: cd backend && ./bin/app"),
        ("backend/main.go:4",),
    ),
    "config files and an example": Shape(
        {
            "app.py": FLASK,
            "requirements.txt": "gunicorn\n",
            "config/production.env": "A=1\n",
            "config/staging.env": "A=2\n",
            ".env.example": "DATABASE_URL=\nSECRET_KEY=\n",
        },
        ("  config: [config/production.env]",),
        (".env.example names DATABASE_URL, SECRET_KEY",),
    ),
    "routes that are none": Shape(
        {
            "app.py": "app = Flask(__name__)\n# @app.get('/health')\nrequests.get('/health')\n",
            "tests/test_app.py": "client.get('/healthz')\n@app.get('/health')\n",
            "requirements.txt": "gunicorn",
        },
        ("  health: /",),
        ("no health route was found",),
    ),
    "a router with a prefix": Shape(
        {
            "api.py": "r = APIRouter(prefix='/internal')\napp = FastAPI()\n@r.get('/ready')\n",
            "requirements.txt": "fastapi\nuvicorn\n",
        },
        ("  health: /internal/ready  # api.py:3",),
    ),
}
