"""What a command or an action does for a delivery: tests, builds, audits, publishes, deploys.

Told by the program that runs, never by the name of a job or a step. The tables hold one program and
its verbs a line; a verb may stand behind options. What ends without a change (a dry run, a plan)
does nothing. Commands that only start others (`npx`, `poetry run`) are looked through.
"""

from __future__ import annotations

import re
from enum import Enum

from placid.formats.shell import Command


class Kind(Enum):
    """What is done. THROWAWAY makes a cluster for this job alone: what goes there is a test."""

    DEPLOY = "deploy"
    PUBLISH = "publish"
    TEST = "test"
    BUILD = "build"
    AUDIT = "audit"
    SECRETS = "secret scan"
    ROLLBACK = "rollback"
    WAIT = "wait"
    THROWAWAY = "throwaway"


_COMMANDS: dict[Kind, str] = {
    Kind.THROWAWAY: "kind create cluster; minikube start; k3d cluster create; k3s server;"
    "microk8s; k0s; vcluster create; ctlptl create; localstack start; tilt ci",
    Kind.ROLLBACK: "kubectl rollout undo; helm rollback; heroku rollback; heroku releases:rollback;"
    "kamal rollback; argocd app rollback; cap rollback; flyctl releases rollback",
    Kind.WAIT: "kubectl rollout status; kubectl wait; helm status; argocd app wait;"
    "aws ecs wait; argo-rollouts status; kubectl argo rollouts status; kubectl argo rollouts get;"
    "flux reconcile",
    Kind.DEPLOY: "kubectl apply|replace; kubectl set image; kubectl rollout restart;"
    "kubectl patch deployment|deploy|statefulset; helm upgrade|install; helmfile apply|sync;"
    "oc apply|rollout|start-build; argocd app sync|set; flux reconcile; skaffold run|deploy;"
    "flyctl deploy; fly deploy; wrangler deploy|publish; vercel deploy; railway up;"
    "firebase deploy; serverless deploy; sls deploy; sam deploy; cdk deploy; pulumi up;"
    "terraform apply; tofu apply; terragrunt apply; ansible-playbook; kamal deploy|redeploy;"
    "cap deploy; heroku container:release; cf push; eb deploy; nomad job run; copilot deploy;"
    "aws ecs update-service|deploy; aws lambda update-function-code; aws deploy create-deployment;"
    "aws elasticbeanstalk update-environment; aws cloudformation deploy;"
    "gcloud run deploy; gcloud run services replace; gcloud app deploy; gcloud functions deploy;"
    "gcloud deploy releases create; az webapp deploy|deployment|up; az containerapp update|up;"
    "az functionapp deployment; docker stack deploy; docker service update; doctl apps;"
    "netlify deploy; cdktf deploy; zappa deploy|update; chalice deploy; werf converge; ecs deploy",
    Kind.PUBLISH: "docker push; podman push; buildah push; twine upload; npm publish; pnpm publish;"
    "yarn npm publish; yarn publish; cargo publish; gem push; poetry publish; uv publish;"
    "flit publish; hatch publish; goreleaser release; mvn deploy; gradle publish;"
    "gh release create; semantic-release; lerna publish; changeset publish; dotnet nuget push;"
    "ko publish|build; jib; skopeo copy; helm push; vsce publish; maturin publish",
    Kind.AUDIT: "pip-audit; npm audit; pnpm audit; yarn audit; yarn npm audit; bun audit;"
    "cargo audit; cargo deny; govulncheck; osv-scanner; trivy; grype; snyk; safety;"
    "bundle audit; bundle-audit; bundler-audit; composer audit; dependency-check; audit-ci;"
    "auditjs; nancy; uv audit; better-npm-audit; docker scout; mvn dependency-check",
    Kind.SECRETS: "gitleaks; trufflehog; detect-secrets; detect-secrets-hook; kingfisher; ggshield;"
    "git-secrets; git secrets; trivy fs|repo|filesystem|repository; noseyparker; secretlint;"
    "placid check; betterleaks; whispers; talisman",
    Kind.TEST: "pytest; py.test; tox; nox; unittest; trial; nosetests; ward; behave; coverage run;"
    "manage.py test; hatch test; hatch run; npm test|t|tst; npm run test; yarn test; pnpm test;"
    "bun test;"
    "jest; vitest; mocha; ava; tap; karma; cypress run; playwright test; node test; deno test;"
    "nx test; turbo test; lerna run test; ng test; react-scripts test; c8; nyc; go test; gotestsum;"
    "ginkgo; cargo test|nextest; cargo llvm-cov; mvn test|verify|install|package|deploy;"
    "mvnw test|verify|install|package|deploy; gradle test|check|build;"
    "gradlew test|check|build; sbt test; bazel test; bazelisk test; ctest;"
    "rspec; rake test|spec; rails test|spec; phpunit; pest; artisan test; composer test;"
    "dotnet test; mix test; swift test; xcodebuild test; flutter test; dart test; prove; bats;"
    "make test|tests|check|ci|unittest|unit-test|test-all|verify|integration; just test|check|ci;"
    "task test|check|ci; meson test; molecule test; stack test; cabal test; ct install; helm test;"
    "invoke test|tests; inv test|tests; minitest; robot; newman run; k6 run; zig test; zig build;"
    "shellspec; bin/test; gh run watch; --test",
    Kind.BUILD: "docker build; docker buildx build; podman build; buildah bud|build; npm run build;"
    "yarn build; pnpm build; go build; cargo build; mvn package|install|verify; "
    "gradle build|assemble; gradlew build|assemble; make build|all; dotnet build|publish;"
    "python build; uv build; poetry build; hatch build; vite build; next build; webpack; tsc;"
    "docker compose build",
}
_VERBS = tuple(
    (kind, line.strip().split()[0], tuple(line.strip().split()[1:]))
    for kind, table in _COMMANDS.items()
    for line in table.split(";")
    if line.strip()
)
_BY_PROGRAM: dict[str, list[tuple[Kind, tuple[str, ...]]]] = {}
for _kind, _program, _verbs in _VERBS:
    _BY_PROGRAM.setdefault(_program, []).append((_kind, _verbs))

_ACTIONS: dict[Kind, str] = {
    Kind.THROWAWAY: r"helm/kind-action|engineerd/setup-kind|\S*/setup-minikube|absaoss/k3d-action"
    r"|nolar/setup-k3d-k3s|container-tools/kind-action|manusa/actions-setup-minikube|\S*microk8s\S*"
    r"|localstack/setup-localstack|medyagh/setup-minikube|debianmaster/actions-k3s|\S*/setup-kind",
    Kind.DEPLOY: r"azure/(webapps-deploy|k8s-deploy|functions-action|container-apps-deploy-action"
    r"|static-web-apps-deploy|aci-deploy)|aws-actions/amazon-ecs-deploy-(task-definition|express)\S*"
    r"|aws-actions/aws-(lambda-deploy|cloudformation-github-deploy)"
    r"|google-github-actions/deploy-(cloudrun|appengine|cloud-functions)"
    r"|google-github-actions/create-cloud-deploy-release|akhileshns/heroku-deploy"
    r"|einaregilsson/beanstalk-deploy|digitalocean/app_action(/deploy)?|deliverybot/helm"
    r"|appleboy/ssh-action|fifsky/ssh-action|dokku/github-action|burnett01/rsync-deployments"
    r"|easingthemes/ssh-deploy|samkirkland/ftp-deploy-action|amondnet/vercel-action"
    r"|cloudflare/wrangler-action|firebaseextended/action-hosting-deploy|serverless/github-action"
    r"|bitovi/github-actions-deploy-\S+"
    r"|johnbeynon/render-deploy-action|appleboy/lambda-action",
    Kind.PUBLISH: r"pypa/gh-action-pypi-publish|js-devtools/npm-publish"
    r"|goreleaser/goreleaser-action|changesets/action|cycjimmy/semantic-release-action|rubygems/release-gem"
    r"|softprops/action-gh-release|ncipollo/release-action|docker/bake-action"
    r"|docker/build-push-action|helm/chart-releaser-action|redhat-actions/push-to-registry"
    r"|katyo/publish-crates|elgohr/publish-docker-github-action",
    Kind.AUDIT: r"actions/dependency-review-action|pypa/gh-action-pip-audit|rustsec/audit-check"
    r"|actions-rs/audit-check|actions-rust-lang/audit|embarkstudios/cargo-deny-action"
    r"|golang/govulncheck-action|google/osv-scanner-action\S*|aquasecurity/trivy-action"
    r"|anchore/scan-action|snyk/actions\S*|pyupio/safety\S*|dependency-check/dependency-check_action"
    r"|docker/scout-action|github/codeql-action/upload-sarif",
    Kind.SECRETS: r"gitleaks/gitleaks-action|zricethezav/gitleaks-action|trufflesecurity/trufflehog"
    r"|gitguardian/ggshield\S*|reviewdog/action-detect-secrets|mongodb/kingfisher",
    Kind.TEST: r"cypress-io/github-action|lewagon/wait-on-check-action|helm/chart-testing-action"
    r"|fountainhead/action-wait-for-check|poseidon/wait-for-status-checks|codecov/codecov-action"
    r"|coverallsapp/github-action|py-cov-action/\S+|wagoid/\S*test\S*|pre-commit/action"
    r"|ros-tooling/action-ros-ci|julia-actions/julia-runtest|r-lib/actions/check-r-package"
    r"|dorny/test-reporter|publish-unit-test-result\S*|enricomi/\S+|\S*wait-(for|on)-check\S*",
    Kind.BUILD: r"docker/build-push-action|docker/bake-action|pypa/cibuildwheel"
    r"|hynek/build-and-inspect-python-package",
}
_ACTION = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ACTIONS.items()}

_RUNNERS = frozenset(("npx", "bunx", "dotenv", "xvfb-run", "timeout", "dumb-init", "doppler"))
_RUN = re.compile(
    r"(?:uv|poetry|pipenv|pdm|rye|hatch|pixi) run(?: --?[\w-]+)*|(?:bundle|pnpm|yarn|npm|mise) "
    r"(?:exec|dlx|x)(?: --)?|python[0-9.]* -m|(?:op|infisical) run --"
)
_SCRIPT = re.compile(r"(?:hatch|pdm|rye|pixi|pipenv|poetry|uv) run (?:-\S+ )*(?P<name>[\w:.-]+)")
_NOTHING = frozenset(
    ("--help", "-h", "--version", "plan", "diff", "template", "--check", "--syntax-check", "lint")
)
_LOCAL = ("KO_DOCKER_REPO=ko.local", "KO_DOCKER_REPO=kind.local")
_FAR = 8
_NAMED = frozenset(
    ("npm", "yarn", "pnpm", "bun", "make", "just", "task", "rake", "gradle", "gradlew", "poe")
)
_TESTS = re.compile(r"(?:.*[:/-])?(?:unit|e2e|integration)?-?tests?(?:\W|$)")


def deeds_of(command: Command) -> dict[Kind, str]:
    """What one command does, with the words that say so; empty for what is not known."""
    words = _plain(command)
    if any(word.text.startswith(_LOCAL) for word in (*command.assigned, *command.wrapped)):
        words = []
    found = {kind: _said(kind, words) for kind in _of_words(words)} if words else {}
    script = _SCRIPT.match(" ".join(word.text for word in command.words[:6]))
    if script is not None and _TESTS.match(script["name"]):
        found.setdefault(Kind.TEST, script[0])
    return found


def _said(kind: Kind, words: list[str]) -> str:
    known = (verbs for each, verbs in _BY_PROGRAM.get(words[0], ()) if each is kind)
    verbs = next((verbs for verbs in known if _follow(verbs, words[1:])), ())
    chosen = [next(word for word in words if word in verb.split("|")) for verb in verbs]
    return " ".join((words[0], *chosen)) if verbs else " ".join(words[:3])[:60]


def deeds_of_action(name: str) -> frozenset[Kind]:
    """What a step with `uses` does, by the action's name ("owner/name/path", without a ref)."""
    return frozenset(kind for kind, pattern in _ACTION.items() if pattern.fullmatch(name))


def _plain(command: Command) -> list[str]:
    """The words of a command behind what only starts it, the program without its folder."""
    words = [word.text for word in command.words[:40]]
    for _ in range(3):
        text = " ".join(words)
        started = _RUN.match(text)
        if started and started.end() < len(text):
            words = text[started.end() :].split()
        elif words[0].rpartition("/")[2] in _RUNNERS and len(words) > 1:
            words = [word for word in words[1:] if not word.startswith("-")]
        elif re.fullmatch(r"python[0-9.]*|ruby|php|node|bash|sh", words[0]) and len(words) > 1:
            words = words[1:]
        if not words:
            return []
    return [words[0].rpartition("/")[2], *words[1:]]


def _of_words(words: list[str]) -> set[Kind]:
    program, rest = words[0], words[1:]
    if program in {"ssh", "vercel"} or (program == "git" and "push" in rest[:2]):
        return _special(program, rest)
    if program == "wrangler" and "pages" in rest[:2]:
        return set()
    if program == "ko" and {"--local", "-L", "--push=false"} & set(rest):
        return set()
    if program == "aws" and rest[:1] != ["ecs"] and "wait" in rest[:3]:
        return {Kind.WAIT}
    if _NOTHING & set(rest) or any(word.startswith("--dry-run") for word in rest):
        return {kind for kind in (Kind.TEST, Kind.AUDIT, Kind.SECRETS) if _does(kind, words)}
    found = {kind for kind, verbs in _BY_PROGRAM.get(program, ()) if _follow(verbs, rest)}
    return found | _by_script(program, rest)


def _does(kind: Kind, words: list[str]) -> bool:
    known = _BY_PROGRAM.get(words[0], ())
    return any(each is kind and _follow(verbs, words[1:]) for each, verbs in known)


def _follow(verbs: tuple[str, ...], words: list[str]) -> bool:
    """Whether the verbs come in this order among the first words; options may stand between."""
    at = 0
    for verb in verbs:
        wanted = verb.split("|")
        while at < min(len(words), _FAR) and words[at] not in wanted:
            at += 1
        if at >= min(len(words), _FAR):
            return False
        at += 1
    return True


def _by_script(program: str, words: list[str]) -> set[Kind]:
    """`npm run test:unit`, `make test-unit`, `./gradlew :app:test`: a script that is named so."""
    plain = [word for word in words if not word.startswith("-")][:3]
    if program in _NAMED and any(map(_TESTS.match, plain)):
        return {Kind.TEST}
    return set()


def _special(program: str, words: list[str]) -> set[Kind]:
    """Programs whose verb is somewhere in a text."""
    text = " ".join(words)
    if program == "ssh":
        acts = re.search(
            r"docker[ -]compose|docker (?:pull|run|service)|systemctl|git pull|pm2|deploy", text
        )
        return {Kind.DEPLOY} if acts else set()
    if program == "vercel":
        return {Kind.DEPLOY} if not words or "--prod" in words or "deploy" in words else set()
    return {Kind.DEPLOY} if re.search(r"\b(?:heroku|dokku)\b", text) else set()
