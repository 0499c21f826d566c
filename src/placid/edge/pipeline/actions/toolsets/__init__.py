"""Languages' tools that are installed on this machine, and which of them a step means."""
