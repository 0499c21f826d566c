# ruff: noqa: E501  workflows stay as people write them
"""Jobs in containers, their services, and actions that are containers, by podman."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.run.harness import here, whole

SERVER = "sh -c 'mkdir -p /www && echo served > /www/index.html && exec httpd -f -p 8000 -h /www'"


def test_a_job_in_a_container_with_a_service(tmp_path: Path, image: str) -> None:
    text = whole(
        f"""
        a:
          outputs: {{x: "${{{{ steps.s.outputs.x }}}}"}}
          container:
            image: {image}
            env: {{INSIDE: "${{{{ github.job }}}}", TOKEN: "${{{{ secrets.TOKEN }}}}"}}
          services:
            web:
              image: {image}
              command: {SERVER}
              env: {{A: b}}
          env: {{OUTER: o}}
          steps:
            - uses: actions/checkout@v4
            - id: s
              run: |
                pwd; echo "$GITHUB_WORKSPACE ${{{{ github.workspace }}}} $INSIDE $OUTER $HOME"
                cat file
                echo "x=1" >> "$GITHUB_OUTPUT"; echo "E=e" >> "$GITHUB_ENV"; echo /odd >> "$GITHUB_PATH"
                echo "$TOKEN"
                echo made > made
            - run: |
                for i in $(seq 100); do wget -qO- http://web:8000 && break; sleep 0.05; done
                echo "$E ${{PATH%%:*}} ${{{{ job.container.id != '' }}}} ${{{{ job.services.web.network == job.container.network }}}}"
            - run: echo "${{{{ hashFiles('made') != '' }}}}"; exit 3
              continue-on-error: true
            - uses: ./act
              with: {{who: you}}
            - shell: bash
              run: 'true'
              continue-on-error: true
        """
    )
    files = {
        "file": "content\n",
        "act/action.yml": """
        inputs: {who: {}}
        runs:
          using: composite
          steps: [{run: 'echo "hi ${{ inputs.who }} $GITHUB_ACTION_PATH"', shell: sh}]
        """,
    }
    ran = here(tmp_path / "repo", text, files).run(secrets={"TOKEN": "t0ken-value"})
    assert ran.result == "success", ran.logs()
    lines = ran.out(1).splitlines()
    assert lines[0] == "/__w/repo/repo"
    assert lines[1] == "/__w/repo/repo /__w/repo/repo a o /github/home"
    assert lines[2:] == ["content", "***"]
    assert ran.out(2) == "served\ne /odd true true\n"
    assert ran.out(3).startswith("true\n") and ran.step(3).outcome == "failure"
    assert "hi you /__w/repo/repo/act\n" in ran.log(
        4
    ) or "hi you /__w/repo/repo/./act\n" in ran.log(4)
    assert ran.step(5).outcome == "failure"
    assert ran.outputs() == {"x": "1"}


def test_a_service_beside_a_job_on_the_host(tmp_path: Path, image: str) -> None:
    text = whole(
        f"""
        a:
          services:
            web: {{image: {image}, command: "{SERVER}", ports: ["8000/tcp"]}}
          steps:
            - shell: python
              run: |
                import time, urllib.request
                for _ in range(100):
                    try:
                        print(urllib.request.urlopen("http://localhost:${{{{ job.services.web.ports['8000'] }}}}").read().decode())
                        break
                    except OSError:
                        time.sleep(0.05)
        """
    )
    ran = here(tmp_path, text).run()
    assert ran.result == "success", ran.logs()
    assert ran.out() == "served\n\n" or "served\n" in ran.out()


def test_actions_that_are_containers(tmp_path: Path, image: str) -> None:
    text = whole(
        f"""
        a:
          steps:
            - uses: actions/checkout@v4
            - {{id: d, uses: ./docker, with: {{word: said}}, env: {{OWN: own}}}}
            - run: echo "${{{{ steps.d.outputs.o }}}} $FROM"; ls made
            - uses: docker://{image}
              with: {{entrypoint: /bin/sh, args: "-c 'echo direct $GITHUB_JOB; exit 4'"}}
              continue-on-error: true
        """
    )
    action = """
    inputs: {word: {default: none}}
    runs:
      using: docker
      image: Dockerfile
      env: {GIVEN: "<${{ inputs.word }}>"}
      args: ["-c", 'sh /run.sh "${{ inputs.word }} $GITHUB_WORKSPACE"']
      post-entrypoint: /post.sh
    """
    files: dict[str, str | bytes] = {
        "docker/action.yml": action,
        "docker/Dockerfile": f'FROM {image}\nCOPY run.sh post.sh /\nENTRYPOINT ["/bin/sh"]\n',
        "docker/run.sh": 'echo "$1 $GIVEN $INPUT_WORD $OWN $(pwd)"; echo "o=1" >> "$GITHUB_OUTPUT"; echo "FROM=d" >> "$GITHUB_ENV"; echo "kept=k" >> "$GITHUB_STATE"; touch made\n',
        "docker/post.sh": '#!/bin/sh\necho "after $STATE_kept"\n',
    }
    there = here(tmp_path, text, files)
    (there.folder / "docker/post.sh").chmod(0o755)
    there.git("add", "-A")
    there.git("commit", "-qm", "mode")
    ran = there.run()
    assert ran.result == "success", ran.logs()
    assert "said /github/workspace <said> said own /github/workspace\n" in ran.log(1)
    assert ran.out(2) == "1 d\nmade\n"
    assert "direct a\n" in ran.log(3) and ran.step(3).outcome == "failure"
    assert ran.around() == ["Post Run ./docker"]
    assert "after k\n" in (ran.folder / ran.job().around[0].log).read_text()
