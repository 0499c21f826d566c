"""What files say of the language they run on: version files, manifests, images, setup actions.

Each reader gives `Said`s with places. `versions` is None when the words cannot be known (`latest`,
`lts/*`, an expression); a pin is a prefix, a manifest a range or, in go.mod, a minimum.
"""

from placid.formats.runtimes.images import image_said
from placid.formats.runtimes.manifests import MANIFESTS, manifest_said
from placid.formats.runtimes.said import NAMES, PLACES, Said, pinned
from placid.formats.runtimes.setups import SETUPS, Setup, setup_of
from placid.formats.runtimes.versionfiles import VERSION_FILES, version_file_said

__all__ = [
    "MANIFESTS",
    "NAMES",
    "PLACES",
    "SETUPS",
    "VERSION_FILES",
    "Said",
    "Setup",
    "image_said",
    "manifest_said",
    "pinned",
    "setup_of",
    "version_file_said",
]
