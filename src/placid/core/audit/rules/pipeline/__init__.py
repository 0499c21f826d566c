"""Rules about pipeline."""
