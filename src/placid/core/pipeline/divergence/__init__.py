"""What GitHub would do with a workflow that this machine does not.

found = divergences(workflow, text, Ground(described="Debian GNU/Linux 12"))
"""

from placid.core.pipeline.divergence.differences import by_job, divergences
from placid.core.pipeline.divergence.ground import Difference, Ground

__all__ = ["Difference", "Ground", "by_job", "divergences"]
