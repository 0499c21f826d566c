"""One file for each action that placid does itself, named after it: owner_name_path.py."""
