"""Rules about the protection of a branch."""


def concerns(path: str) -> bool:
    """Whether a file of this path is any reason to load these rules."""
    return path == "placid.yaml"
