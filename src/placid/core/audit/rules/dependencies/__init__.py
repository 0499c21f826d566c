"""Rules about which packages are installed, and how exactly they are named."""


def concerns(_path: str) -> bool:
    """Whether a file of this path is any reason to load these rules."""
    return True
