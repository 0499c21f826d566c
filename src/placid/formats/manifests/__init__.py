"""Kubernetes manifests: objects as they are written, and the pods that they make."""
