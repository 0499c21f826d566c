"""What several rules ask of a repository: each module holds the facts of one kind of file."""
