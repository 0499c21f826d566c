"""Rules about service."""
