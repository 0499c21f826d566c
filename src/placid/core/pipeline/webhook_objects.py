"""The objects that GitHub's webhook payloads are made of, in the shape of its schema.

What only GitHub knows (stars, issues, sizes) is what a new repository has. The keys stand in the
order in which GitHub sends them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from placid.core.pipeline.payload_parts import Payload
from placid.core.pipeline.repository import SERVER, Commit, GitState, Person, Remote, number

_OF_USERS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
_OF_REPOSITORIES = {
    "forks_url": "/forks",
    "keys_url": "/keys{/key_id}",
    "collaborators_url": "/collaborators{/collaborator}",
    "teams_url": "/teams",
    "hooks_url": "/hooks",
    "issue_events_url": "/issues/events{/number}",
    "events_url": "/events",
    "assignees_url": "/assignees{/user}",
    "branches_url": "/branches{/branch}",
    "tags_url": "/tags",
    "blobs_url": "/git/blobs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "trees_url": "/git/trees{/sha}",
    "statuses_url": "/statuses/{sha}",
    "languages_url": "/languages",
    "stargazers_url": "/stargazers",
    "contributors_url": "/contributors",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "commits_url": "/commits{/sha}",
    "git_commits_url": "/git/commits{/sha}",
    "comments_url": "/comments{/number}",
    "issue_comment_url": "/issues/comments{/number}",
    "contents_url": "/contents/{+path}",
    "compare_url": "/compare/{base}...{head}",
    "merges_url": "/merges",
    "archive_url": "/{archive_format}{/ref}",
    "downloads_url": "/downloads",
    "issues_url": "/issues{/number}",
    "pulls_url": "/pulls{/number}",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "labels_url": "/labels{/name}",
    "releases_url": "/releases{/id}",
    "deployments_url": "/deployments",
}
_AS_NEW: Mapping[str, object] = {
    "homepage": None,
    "size": 0,
    "stargazers_count": 0,
    "watchers_count": 0,
    "language": None,
    "has_issues": True,
    "has_projects": True,
    "has_downloads": True,
    "has_wiki": True,
    "has_pages": False,
    "has_discussions": False,
    "forks_count": 0,
    "mirror_url": None,
    "archived": False,
    "disabled": False,
    "open_issues_count": 0,
    "license": None,
    "allow_forking": True,
    "is_template": False,
    "web_commit_signoff_required": False,
    "visibility": "private",
    "forks": 0,
    "open_issues": 0,
    "watchers": 0,
}


def api_url(server: str) -> str:
    """Where the REST API of a server is."""
    return "https://api.github.com" if server == SERVER else f"{server}/api/v3"


def graphql_url(server: str) -> str:
    """Where the GraphQL API of a server is."""
    return f"{api_url(server)}/graphql" if server == SERVER else f"{server}/api/graphql"


def user(login: str, id: int, server: str = SERVER) -> Payload:
    """An account."""
    url = f"{api_url(server)}/users/{login}"
    return {
        "login": login,
        "id": id,
        "node_id": f"U_{id}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{id}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{server}/{login}",
        **{key: url + rest for key, rest in _OF_USERS.items()},
        "type": "User",
        "site_admin": False,
    }


def person(known: Person, server: str = SERVER) -> Payload:
    """The account of somebody git knows."""
    return user(known.login, known.id, server)


def owner(remote: Remote) -> Payload:
    """The account that a repository belongs to."""
    return user(remote.owner, number(remote.owner), remote.server)


def repository(state: GitState) -> Payload:
    """The repository."""
    remote = state.remote
    html = f"{remote.server}/{remote.slug}"
    host = remote.server.partition("://")[2]
    url = f"{api_url(remote.server)}/repos/{remote.slug}"
    at = moment(state)
    id = number(remote.slug)
    return {
        "id": id,
        "node_id": f"R_{id}",
        "name": remote.name,
        "full_name": remote.slug,
        "private": True,
        "owner": owner(remote),
        "html_url": html,
        "description": None,
        "fork": False,
        "url": url,
        **{key: url + rest for key, rest in _OF_REPOSITORIES.items()},
        "created_at": at,
        "updated_at": at,
        "pushed_at": at,
        "git_url": f"git://{host}/{remote.slug}.git",
        "ssh_url": f"git@{host}:{remote.slug}.git",
        "clone_url": f"{html}.git",
        "svn_url": html,
        **_AS_NEW,
        "topics": [],
        "default_branch": state.trunk,
        "custom_properties": {},
    }


def pushed_repository(state: GitState) -> Payload:
    """The repository as the payload of a push has it: times in seconds, and a little more."""
    seconds = int(datetime.fromisoformat(moment(state)).timestamp())
    found = repository(state)
    remote = state.remote
    account: Payload = {"name": remote.owner, "email": None, **owner(remote)}
    more: Payload = {
        "owner": account,
        "url": found["html_url"],
        "created_at": seconds,
        "pushed_at": seconds,
        "stargazers": 0,
        "master_branch": state.trunk,
    }
    return {**found, **more}


def moment(state: GitState) -> str:
    """The head's time in UTC ("2019-05-15T15:20:41Z")."""
    return utc(state.head.at) if state.head is not None else utc(Commit("").at)


def utc(at: str) -> str:
    """A time in ISO 8601 as GitHub writes most times."""
    return datetime.fromisoformat(at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def commit(known: Commit, remote: Remote) -> Payload:
    """A commit as a push lists it."""
    return {
        "author": _signed(known.author),
        "committer": _signed(known.committer),
        "distinct": True,
        "id": known.id,
        "message": known.message,
        "timestamp": known.at,
        "tree_id": known.tree,
        "url": f"{remote.server}/{remote.slug}/commit/{known.id}",
        "added": list(known.added),
        "removed": list(known.removed),
        "modified": list(known.modified),
    }


def short_commit(known: Commit) -> Payload:
    """A commit as merge_group and workflow_run have it."""
    return {
        "id": known.id,
        "tree_id": known.tree,
        "message": known.message,
        "timestamp": known.at,
        "author": {"name": known.author.name, "email": known.author.email},
        "committer": {"name": known.committer.name, "email": known.committer.email},
    }


def _signed(known: Person) -> Payload:
    return {"email": known.email, "name": known.name, "username": known.login}
