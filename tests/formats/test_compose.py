"""Compose files: both spellings of every part."""

from __future__ import annotations

from placid.base.yamltext import compose as read
from placid.formats.compose import Service, services

TEXT = """
x-shared: &shared
  env_file: shared.env
services:
  app:
    <<: *shared
    image: acme/app:${TAG:-1}
    build: {context: app, dockerfile: Prod.Dockerfile, target: run}
    ports: ["127.0.0.1:8080:80/tcp", 9000, "${P:-53}:53/udp", {target: 1, published: "2"}, "::"]
    environment: {A: 1, B: , C: x}
    depends_on: {db: {condition: service_healthy, required: false}}
    volumes: ["data:/data", {type: bind, source: /a, target: /b}]
    healthcheck: {test: [CMD, curl, -f, x]}
  db:
    build: db
    depends_on: [cache]
    environment: [A=1, B]
    env_file: [{path: a.env, required: false}, b.env]
    healthcheck: {test: NONE}
  bad: 1
"""


def service(name: str) -> Service:
    return next(each for each in services(read(TEXT)) if each.name == name)


def test_the_long_spellings() -> None:
    app = service("app")
    assert app.build
    assert (app.build.context, app.build.dockerfile, app.build.target) == (
        "app",
        "Prod.Dockerfile",
        "run",
    )
    assert [(p.ip, p.published, p.target, p.protocol) for p in app.ports] == [
        ("127.0.0.1", 8080, 80, "tcp"),
        ("", None, 9000, "tcp"),
        ("", 53, 53, "udp"),
        ("", 2, 1, "tcp"),
    ]
    assert [(v.name, v.value) for v in app.variables] == [("A", "1"), ("B", None), ("C", "x")]
    assert [(n.name, n.condition, n.required) for n in app.needs] == [
        ("db", "service_healthy", False)
    ]
    assert [volume.text for volume in app.volumes] == ["data:/data", "/a:/b"]
    assert app.health
    assert (app.health.test, app.health.off) == ("CMD curl -f x", False)
    assert [each.path for each in app.env_files] == ["shared.env"]
    assert app.extended


def test_the_short_spellings() -> None:
    db = service("db")
    assert db.build
    assert (db.build.context, db.build.dockerfile) == ("db", "Dockerfile")
    assert [need.name for need in db.needs] == ["cache"]
    assert [(v.name, v.value) for v in db.variables] == [("A", "1"), ("B", None)]
    assert [(each.path, each.required) for each in db.env_files] == [
        ("a.env", False),
        ("b.env", True),
    ]
    assert db.health
    assert db.health.off


def test_garbage_has_no_services() -> None:
    for text in ("", "a", "services:", "services: []", "services: {a: 1, b: []}", "[1]"):
        assert services(read(text)) == ()
