"""Rules about health endpoints, and who asks them."""

_ENDINGS = (".py", ".js", ".ts", ".mjs", ".cjs", ".mts", ".go", ".java", ".rb")


def concerns(path: str) -> bool:
    """Whether a file of this path is any reason to load these rules."""
    return path.endswith(_ENDINGS) or "ockerfile" in path or path == "placid.yaml"
