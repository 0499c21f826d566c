"""What `actions/checkout` does: find the commit, make a repository of its own, fill it."""
