"""Branch rules against a server that answers as GitHub's own API description says."""

from __future__ import annotations

import json

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from placid.base.errors import Problem, Unavailable
from placid.core.audit.protection import Protection
from placid.edge.github import GitHub
from placid.edge.github_rules import protect, protection
from tests.edge.test_git_revert import served
from tests.octokit import operation

pytestmark = pytest.mark.anyio
WANTED = Protection(True, 1, frozenset({"build", "test"}), True, True, True)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Hub:
    """One repository's protection at GitHub. Rulesets that are sent take effect on `main`."""

    def __init__(self, admin: bool = True) -> None:
        self.admin = admin
        self.classic: dict[str, object] | None = None
        self.rulesets: dict[int, dict[str, object]] = {}
        self.status = 200
        self.app = web.Application(middlewares=[self._refusing])
        routes = self.app.router
        routes.add_get("/repos/acme/shop/branches/{branch}/protection", self._classic)
        routes.add_get("/repos/acme/shop/rules/branches/{branch}", self._rules)
        routes.add_get("/repos/acme/shop/rulesets", self._list)
        routes.add_get("/repos/acme/shop/rulesets/{number}", self._one)
        routes.add_post("/repos/acme/shop/rulesets", self._make)
        routes.add_put("/repos/acme/shop/rulesets/{number}", self._change)

    @web.middleware
    async def _refusing(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.status != 200:
            return web.json_response({"message": "Sorry"}, status=self.status)
        return await handler(request)

    async def _classic(self, request: web.Request) -> web.Response:
        if not self.admin:
            return web.json_response({"message": "Not Found"}, status=404)
        if self.classic is None:
            return web.json_response({"message": "Branch not protected"}, status=404)
        return web.json_response(self.classic)

    async def _rules(self, request: web.Request) -> web.Response:
        found: list[object] = []
        if request.match_info["branch"] == "main":
            for number, body in self.rulesets.items():
                rules = body["rules"]
                assert isinstance(rules, list)
                source = {"ruleset_id": number, "ruleset_source_type": "Repository"}
                found += [{**rule, **source} for rule in json.loads(json.dumps(rules))]
        page, size = int(request.query["page"]), int(request.query["per_page"])
        return web.json_response(found[size * (page - 1) : size * page])

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response([self._shown(number) for number in self.rulesets])

    async def _one(self, request: web.Request) -> web.Response:
        return web.json_response(self._shown(int(request.match_info["number"])))

    def _shown(self, number: int) -> dict[str, object]:
        shown = {"id": number, **self.rulesets[number]}
        return shown if self.admin else {k: v for k, v in shown.items() if k != "bypass_actors"}

    async def _make(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer t0ken"
        body = json.loads(await request.read())
        operation("post", "/repos/{owner}/{repo}/rulesets").check_body(body)
        self.rulesets[len(self.rulesets) + 1] = body
        return web.json_response({"id": len(self.rulesets)}, status=201)

    async def _change(self, request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        operation("put", "/repos/{owner}/{repo}/rulesets/{ruleset_id}").check_body(body)
        self.rulesets[int(request.match_info["number"])] = body
        return web.json_response({"id": 1})


@pytest.mark.promise("protect")
async def test_what_is_applied_is_what_is_read_back() -> None:
    hub = Hub()
    async with served(hub.app) as api:
        github = GitHub("acme/shop", "t0ken", api)
        assert await protection(github, "main") == Protection()
        assert "made" in await protect(github, "main", WANTED)
        assert await protection(github, "main") == WANTED
        assert await protection(github, "release/1.0") == Protection()
        more = Protection(True, 2, frozenset({"build", "test", "scan"}), False, True, False)
        assert "up to date" in await protect(github, "main", more)
        assert await protection(github, "main") == more
        assert len(hub.rulesets) == 1


async def test_classic_protection_counts_together_with_rulesets() -> None:
    hub = Hub()
    hub.classic = {
        "required_status_checks": {
            "strict": True,
            "contexts": ["build"],
            "checks": [{"context": "build", "app_id": None}],
        },
        "required_pull_request_reviews": {"required_approving_review_count": 2},
        "enforce_admins": {"enabled": False},
        "allow_force_pushes": {"enabled": True},
    }
    async with served(hub.app) as api:
        github = GitHub("acme/shop", "t0ken", api)
        alone = Protection(True, 2, frozenset({"build"}), True, False, False)
        assert await protection(github, "main") == alone
        await protect(github, "main", Protection(checks=frozenset({"test"}), no_force_push=True))
        both = Protection(True, 2, frozenset({"build", "test"}), True, True, False)
        assert await protection(github, "main") == both


async def test_what_may_not_be_read_is_unknown() -> None:
    hub = Hub(admin=False)
    async with served(hub.app) as api:
        github = GitHub("acme/shop", "", api)
        nothing = await protection(github, "main")
        assert nothing == Protection(None, None, None, None, None, None)
        hub.rulesets[1] = {"name": "x", "rules": [{"type": "non_fast_forward"}]}
        some = await protection(github, "main")
        assert (some.no_force_push, some.pull_request, some.admins) == (True, None, None)
        with pytest.raises(Problem, match="without a token"):
            await protect(github, "main", WANTED)
        hub.status = 503
        with pytest.raises(Unavailable):
            await protection(github, "main")
        hub.status = 403
        with pytest.raises(Problem, match="refuses"):
            await protection(github, "main")
