"""Rules about going back."""
