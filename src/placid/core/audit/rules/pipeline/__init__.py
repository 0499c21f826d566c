"""Rules about GitHub workflows and actions."""


def concerns(path: str) -> bool:
    """Whether a file of this path is any reason to load these rules."""
    return path.startswith(".github/") or path.endswith(("action.yml", "action.yaml"))
