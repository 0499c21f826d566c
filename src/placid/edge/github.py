"""GitHub's REST API: one repository of it, and asking for a revert to be merged.

The token is read from GITHUB_TOKEN or GH_TOKEN and leaves only in the Authorization header.
GITHUB_SERVER_URL and GITHUB_API_URL (set by Actions, and by GitHub Enterprise) move both addresses.
An open pull request for the branch is found again instead of opened twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from placid.base.errors import Problem, Unavailable

_ADDRESS = re.compile(
    r"(?:(?:https?|ssh|git)://)?(?:[^@/]+@)?(?P<host>[^/:]+)(?::\d+(?=/))?[/:]"
    r"(?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?"
)
_VERSION = "2022-11-28"


class PullRequest(msgspec.Struct, frozen=True):
    """The body of POST /repos/{owner}/{repo}/pulls."""

    title: str
    head: str
    base: str
    body: str


class _Pull(msgspec.Struct):
    html_url: str


class _Reason(msgspec.Struct):
    message: str = ""


class _Refusal(msgspec.Struct):
    message: str = ""
    errors: list[_Reason] = []


@dataclass(frozen=True, slots=True)
class GitHub:
    """One repository (`owner/name`) at GitHub; `token` is "" when there is none."""

    name: str
    token: str
    api: str = "https://api.github.com"

    def __repr__(self) -> str:
        return f"GitHub({self.name!r})"

    async def propose(self, request: PullRequest) -> str:
        """The address of the open pull request for `request.head`, opened when there is none."""
        owner = self.name.split("/")[0]
        query = {"head": f"{owner}:{request.head}", "base": request.base, "state": "open"}
        listed = await self.call("GET", "/pulls", query=query)
        found = msgspec.json.decode(listed, type=list[_Pull])
        if found:
            return found[0].html_url
        opened = await self.call("POST", "/pulls", body=msgspec.to_builtins(request))
        return msgspec.json.decode(opened, type=_Pull).html_url

    async def call(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: object = None
    ) -> bytes:
        """What the API answers below `/repos/{owner}/{repo}`; Refused, or Unavailable."""
        import aiohttp  # noqa: PLC0415  it costs 100 ms that few commands need to pay

        headers = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": _VERSION,
            "User-Agent": "placid",
        }
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        url = f"{self.api}/repos/{self.name}{path}"
        timeout = aiohttp.ClientTimeout(total=30)
        try:
            async with (
                aiohttp.ClientSession(headers=headers, timeout=timeout, trust_env=True) as session,
                session.request(method, url, params=query, json=body) as answer,
            ):
                data = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(f"GitHub did not answer: {type(error).__name__}", where=url) from None
        if answer.status >= 400:
            raise _refused(answer.status, data, url)
        return data


def github_of(origin: str, environ: Mapping[str, str]) -> GitHub | None:
    """The GitHub repository that a remote's address names, None when it is elsewhere."""
    server = environ.get("GITHUB_SERVER_URL", "https://github.com").split("://")[-1].strip("/")
    found = _ADDRESS.fullmatch(origin)
    if not found or found["host"].lower() not in {server.lower(), "ssh.github.com"}:
        return None
    token = environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN") or ""
    return GitHub(found["name"], token, environ.get("GITHUB_API_URL", "https://api.github.com"))


class Refused(Problem):
    """GitHub said no, with a status."""

    def __init__(self, status: int, what: str, where: str) -> None:
        super().__init__(
            what, where=where, fix="give the token (GITHUB_TOKEN) the right to do this"
        )
        self.status = status


def _refused(status: int, data: bytes, url: str) -> Problem:
    try:
        said = msgspec.json.decode(data, type=_Refusal)
    except msgspec.DecodeError:
        said = _Refusal()
    reasons = [said.message, *(error.message for error in said.errors)]
    what = f"GitHub refuses ({status}): {'; '.join(filter(None, reasons)) or 'no reason given'}"
    if status >= 500 or status == 429 or "rate limit" in said.message.lower():
        return Unavailable(what, where=url, retry_after=60.0)
    return Refused(status, what, url)
