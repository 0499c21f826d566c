"""Rules about branch."""
