"""Rules about dependencies."""
