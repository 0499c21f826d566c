"""Engines of others, run as programs beside our own rules, their findings passed on whole."""
