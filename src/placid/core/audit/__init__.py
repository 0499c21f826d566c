"""The audit: a repository's files in, findings out. No disk, no clock, no network."""
