"""placid makes deployments boring."""

__version__ = "0.1.0"
