"""Rules about migrations, and whether a release can be taken back."""


def concerns(path: str) -> bool:
    """Whether a file of this path is any reason to load these rules."""
    return path.endswith((".sql", ".py", ".rb", ".js", ".ts", ".php"))
