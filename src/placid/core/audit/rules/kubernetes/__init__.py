"""Rules about Kubernetes manifests."""


def concerns(path: str) -> bool:
    """Whether a file of this path is any reason to load these rules."""
    return path.endswith((".yaml", ".yml", ".json"))
