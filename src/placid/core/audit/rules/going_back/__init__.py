"""Rules about migrations, and whether a release can be taken back."""


def concerns(path: str) -> bool:
    """Whether a file of this path is any reason to load these rules."""
    if not path.endswith((".sql", ".py", ".rb", ".js", ".ts", ".cjs", ".mjs", ".cts", ".mts")):
        return False
    return "migrat" in path or "versions/" in path or path.endswith(".sql")
