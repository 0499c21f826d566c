"""What the benchmarks of real deploys stand on: a repository, visitors, the ledger read back."""
