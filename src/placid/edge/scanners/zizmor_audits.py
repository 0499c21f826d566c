"""What each audit of zizmor is about, in our words: a rule `zizmor/<audit>` for each of them.

`most` is the highest severity that we give: HIGH is kept for what a stranger can use today. What is
hygiene (a tag in place of a commit, a token kept on disk) is true, and seldom urgent.
An audit that a newer zizmor brings gets a rule that says what zizmor says of it.
"""

from __future__ import annotations

from typing import NamedTuple

from placid.core.audit.rule import Area, Rule, Severity, rules

PAGE = "https://docs.zizmor.sh/audits/#"
NOTE, LOW, MEDIUM, HIGH = Severity.NOTE, Severity.LOW, Severity.MEDIUM, Severity.HIGH


class Audit(NamedTuple):
    """`says`: the rule as it should be. `action`: what one person does for all its findings."""

    most: Severity
    says: str
    action: str


AUDITS: dict[str, Audit] = {
    "adhoc-packages": Audit(
        MEDIUM,
        "Packages that a workflow installs come from a lock file, not by name alone.",
        "install the packages of workflows from a lock file",
    ),
    "anonymous-definition": Audit(
        NOTE, "Every workflow and action has a name.", "name the workflows and actions"
    ),
    "archived-uses": Audit(
        MEDIUM,
        "No step uses an action whose repository is archived: nobody mends it any more.",
        "replace the archived actions",
    ),
    "artipacked": Audit(
        LOW,
        "A checkout leaves no token in .git/config for later steps, or for an uploaded artifact.",
        "set persist-credentials: false on the checkouts that do not push",
    ),
    "bot-conditions": Audit(
        HIGH,
        "Who started a run is never decided by a name that others can bring about.",
        "compare the author of the event, not the actor of the run",
    ),
    "cache-poisoning": Audit(
        MEDIUM,
        "A workflow that publishes restores no cache that other runs could have written.",
        "turn caches off in the workflows that publish",
    ),
    "concurrency-limits": Audit(
        LOW,
        "A workflow says which of its runs may go on at the same time.",
        "add concurrency groups to the workflows",
    ),
    "dangerous-triggers": Audit(
        HIGH,
        "No workflow gives secrets and a writing token to runs that strangers start.",
        "move what strangers can start to pull_request, without secrets",
    ),
    "dependabot-cooldown": Audit(
        LOW,
        "Dependabot waits some days before it takes a fresh release: bad ones are pulled early.",
        "add a cooldown to the update entries of Dependabot",
    ),
    "dependabot-execution": Audit(
        MEDIUM,
        "Dependabot runs no code of the packages that it updates.",
        "forbid external code execution in dependabot.yml",
    ),
    "excessive-permissions": Audit(
        MEDIUM,
        "A workflow's token may do what its jobs need, and nothing else.",
        "give each workflow a permissions block with only what its jobs need",
    ),
    "forbidden-uses": Audit(
        HIGH,
        "No step uses an action that the settings of zizmor forbid.",
        "replace the forbidden actions",
    ),
    "github-app": Audit(
        MEDIUM,
        "The token of a GitHub App is asked for with the repositories and rights it is for.",
        "limit the tokens of GitHub Apps to the rights they are used for",
    ),
    "github-env": Audit(
        HIGH,
        "Text of strangers is never written into GITHUB_ENV or GITHUB_PATH.",
        "hand values over as step outputs, not through GITHUB_ENV",
    ),
    "hardcoded-container-credentials": Audit(
        HIGH,
        "The password of a container registry is a secret, not a line in the workflow.",
        "move the registry passwords to secrets, and change them",
    ),
    "impostor-commit": Audit(
        HIGH,
        "A pinned commit belongs to the repository it is named with, not to a fork of it.",
        "pin to commits of the actions' own repositories",
    ),
    "insecure-commands": Audit(
        HIGH,
        "The old commands by which any printed line can set variables stay switched off.",
        "remove ACTIONS_ALLOW_UNSECURE_COMMANDS",
    ),
    "insecure-url-scheme": Audit(
        MEDIUM, "Nothing is fetched over a link that is not encrypted.", "use https"
    ),
    "known-vulnerable-actions": Audit(
        HIGH,
        "No step uses a version of an action that has a published vulnerability.",
        "move the vulnerable actions to mended versions",
    ),
    "misfeature": Audit(
        LOW,
        "A workflow keeps away from features of GitHub Actions that are known as traps.",
        "replace the features that are known as traps",
    ),
    "obfuscation": Audit(
        MEDIUM,
        "A workflow says what it does without detours.",
        "write the odd expressions and paths plainly",
    ),
    "overprovisioned-secrets": Audit(
        MEDIUM,
        "A step gets the secrets it names, never all of them.",
        "hand over single secrets, not the whole secrets context",
    ),
    "ref-confusion": Audit(
        MEDIUM,
        "The ref of an action is a branch or a tag, not the name of both.",
        "pin to commits where a branch and a tag share a name",
    ),
    "ref-version-mismatch": Audit(
        LOW,
        "The version comment beside a pinned commit is the version of that commit.",
        "correct the version comments of pinned actions",
    ),
    "secrets-inherit": Audit(
        MEDIUM,
        "A called workflow gets the secrets it needs by name, not all by `inherit`.",
        "name the secrets that called workflows get",
    ),
    "secrets-outside-env": Audit(
        LOW,
        "A secret that deploys belongs to an environment, whose rules then guard it.",
        "move the secrets to environments",
    ),
    "self-hosted-runner": Audit(
        MEDIUM,
        "Strangers' code does not run on machines of one's own.",
        "keep self-hosted runners away from what strangers can start",
    ),
    "self-repository": Audit(
        NOTE,
        "A workflow names the actions of its own repository by GitHub's own way to say so.",
        "name the repository's own actions by $/",
    ),
    "stale-action-refs": Audit(
        LOW,
        "A pinned commit of an action is one that was released.",
        "pin to commits that have a tag",
    ),
    "superfluous-actions": Audit(
        NOTE,
        "No action is used for what the runner can do by itself.",
        "replace superfluous actions by a command",
    ),
    "template-injection": Audit(
        HIGH,
        "Text from outside reaches a script as an environment variable, not as part of its code.",
        "pass expressions to scripts through env",
    ),
    "typosquat-uses": Audit(
        HIGH,
        "The name of an action is not a misspelt name of a well-known one.",
        "correct the names of the actions",
    ),
    "undocumented-permissions": Audit(
        NOTE,
        "A comment says why a job needs each right that it asks for.",
        "say why each permission is needed",
    ),
    "unpinned-images": Audit(
        MEDIUM,
        "The image of a job or service is pinned by digest, or at least by version.",
        "pin the images of jobs and services to digests",
    ),
    "unpinned-tools": Audit(
        LOW,
        "An action that installs a tool is told which version of it.",
        "name the versions of the tools that actions install",
    ),
    "unpinned-uses": Audit(
        MEDIUM,
        "Actions are pinned to commits: a tag can be moved to other code, a commit cannot.",
        "pin the actions to commits (placid check --network --fix does it)",
    ),
    "unredacted-secrets": Audit(
        HIGH,
        "A secret is used whole: what is cut out of it is not hidden in the log.",
        "store each part as a secret of its own",
    ),
    "unsound-condition": Audit(
        MEDIUM,
        "A condition can be false: text around an expression makes it always true.",
        "write the conditions as one expression",
    ),
    "unsound-contains": Audit(
        HIGH,
        "Membership is asked of a list, not of a text in which parts of names match too.",
        "ask contains() of a list made by fromJSON",
    ),
    "unsound-ternary": Audit(
        MEDIUM,
        "`a && b || c` is only written where b cannot be false or empty.",
        "rewrite the conditions whose middle value can be empty",
    ),
    "use-trusted-publishing": Audit(
        NOTE,
        "Packages are published by the workflow's own identity, without a stored token.",
        "use trusted publishing in place of stored tokens",
    ),
}


def known(ident: str, says: str = "") -> Audit:
    """The audit of that name; one that we do not know yet is registered as zizmor describes it."""
    audit = AUDITS.get(ident)
    if audit is None:
        sentence = (says[:1].upper() + says[1:] or ident).rstrip(".") + "."
        audit = AUDITS[ident] = Audit(MEDIUM, sentence, "")
        _register(ident, audit)
    return audit


def _register(ident: str, audit: Audit) -> None:
    name = f"zizmor/{ident}"
    docs = f"{audit.says}\n\nFound by zizmor, which says more: {PAGE}{ident}\n"
    if audit.action:
        docs += f"\nTo do: {audit.action}.\n"
    rules.add(name)(Rule(name, audit.most, Area.PIPELINE, docs))


for _ident, _audit in AUDITS.items():
    _register(_ident, _audit)
