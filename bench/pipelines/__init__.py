"""What `placid run` costs: each module is one part of bench/pipeline.py."""
