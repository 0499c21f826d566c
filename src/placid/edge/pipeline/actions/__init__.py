"""The actions that steps use: those placid does itself, and those it fetches."""
