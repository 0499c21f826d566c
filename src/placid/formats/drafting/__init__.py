"""A GitHub workflow for what a repository holds: test -> build -> deploy, with a security scan.

Pure: the list of files and the texts of some (`wanted` tells which) go in; the text of the workflow
and a sentence for each choice come out. Installs keep to the lock file, actions and tools are
pinned (pins.py), versions of languages come from the repository's own files, every job has a
timeout, and the token can read and nothing else.
"""

from placid.formats.drafting.workflow import Draft, Service, draft, wanted

__all__ = ["Draft", "Service", "draft", "wanted"]
