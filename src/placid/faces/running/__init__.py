"""All that people and programs see of `placid run`."""
