"""Caches: their keys and scopes, the paths that go in, and the folder that keeps them."""
