"""Routes are read from any text, quickly."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.base.yamltext import Span
from placid.formats.routes import Route, is_code, read

PATHS = ("a.py", "a.js", "a.go", "a.java", "config/routes.rb")
MARKS = 'fastapi express "net/http" org.springframework routes.draw '
PIECES = (
    *(
        "@app.get(",
        '"/health"',
        ")",
        "def f():",
        "\n",
        "    ",
        "return 1",
        "=> {",
        "}",
        "app.get('/x'",
    ),
    *("http.HandleFunc(", "@GetMapping(", "get '", "path(", "include(", "express()", "FastAPI("),
)


@given(st.sampled_from(PATHS), st.lists(st.sampled_from(PIECES), max_size=40), st.text(max_size=20))
def test_any_text_is_read(path: str, pieces: list[str], rest: str) -> None:
    text = MARKS + " ".join(pieces) + rest
    served = read(path, text)
    for route in served.routes if served else ():
        assert 0 <= route.span.start <= route.span.end <= len(text)
        route.serves("/health/x")


@pytest.mark.parametrize(
    "piece", [*PIECES, "@a.get(x", "@", "a.", "(", "path(a,", "Route(", "    \n"]
)
@pytest.mark.parametrize("path", PATHS)
def test_long_texts_take_no_time(path: str, piece: str) -> None:
    text = MARKS + piece * 10_000
    start = time.perf_counter()
    read(path, text)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    ("path", "text", "routes"),
    [
        ("a.py", 'from flask import Flask\n@app.route("/a/<int:x>")', ["/a/<int:x>"]),
        ("urls.py", 'urlpatterns = [path("health/", h), re_path(r"^up$", u)]', ["/health/", "/up"]),
        ("a.js", "express(); app.get('/health', h)", ["/health"]),
        (
            "a.ts",
            "import '@nestjs/common'; @Controller('health') class A { @Get() b() {} }",
            ["/health"],
        ),
        ("a.go", 'import "net/http"\nmux.HandleFunc("GET /healthz", h)', ["/healthz"]),
        ("A.java", 'import org.springframework.x; @GetMapping("/health")', ["/health"]),
        ("routes.rb", 'routes.draw do\n  get "up" => "rails/health#show"\nend', ["/up"]),
    ],
)
def test_frameworks(path: str, text: str, routes: list[str]) -> None:
    served = read(path, text)
    assert served is not None
    assert [route.path for route in served.routes] == routes
    assert is_code(path)


@pytest.mark.parametrize(
    ("route", "path", "served"),
    [
        ("/health", "/health", True),
        ("/health", "/api/health/", True),
        ("/health", "/healthz", False),
        ("/orders/{id}", "/orders/7", True),
        ("/orders/:id/x", "/orders/7/y", False),
        ("/*", "/anything/at/all", True),
        ("/", "/health", False),
    ],
)
def test_what_a_route_serves(route: str, path: str, served: bool) -> None:
    assert Route(route, Span(0, 0)).serves(path) is served
