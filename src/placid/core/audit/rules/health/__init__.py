"""Rules about health endpoints, and who asks them."""


def concerns(_path: str) -> bool:
    """Whether a file of this path is any reason to load these rules."""
    return True
