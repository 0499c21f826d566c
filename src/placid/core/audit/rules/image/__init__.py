"""Rules about Dockerfiles and compose files."""


def concerns(path: str) -> bool:
    """Whether a file of this path is any reason to load these rules."""
    name = path.rpartition("/")[2].lower()
    return "dockerfile" in name or "containerfile" in name or "compose" in name
