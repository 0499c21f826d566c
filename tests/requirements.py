"""What README.md promises, by id. A test that keeps one is marked `@pytest.mark.promise("id")`.

tests/test_promises.py holds the README, this list and the marks together: none may say more than
another. A promise that no test keeps is taken out of the README, not out of the test.
"""

from __future__ import annotations

PROMISES = {
    "every-commit": "Deploys each commit once; when several arrive, the newest wins",
    "strategies": "Releases by rolling, blue-green or canary steps, or by steps of your own",
    "no-lost-request": "Switches traffic without failing a request in flight",
    "judge": "Judges a canary against the release before it, and says why in numbers",
    "back": "Takes a bad release back by itself, traffic first, and quarantines the commit",
    "git": "Can push a revert commit, or a branch for a pull request; it never forces",
    "outlives": "Your app and Envoy go on when the agent is killed, and the next agent adopts them",
    "crash": "Killed at any point, it ends where it would have ended",
    "config-errors": "Shows every error of `placid.yaml` at once, underlined, with a fix",
    "people": "`promote`, `abort`, `pause`, `resume` and `rollback` work from another terminal",
    "wake": "Wakes on a push by a hook or a signed webhook, and polls besides",
    "ledger": "Keeps every fact in SQLite, or in PostgreSQL by a URL",
    "check": "Checks a repository before it ships, offline, across its files, with fixes",
    "run": "Runs GitHub's workflows on this machine, and says what would end otherwise there",
    "gate": "Never deploys a commit whose pipeline is red",
    "workflow": "Writes a workflow that tests, builds, scans and deploys what a repository holds",
    "protect": "Shows how GitHub protects the branch beside what you want, and makes it so",
}
