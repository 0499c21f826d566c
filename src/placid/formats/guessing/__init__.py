"""What service a repository holds, guessed from its files, and a placid.yaml that says so.

Pure: the list of files and the texts of some (`wanted` tells which) go in; the text of placid.yaml
and a sentence for each guess come out. What cannot be known is said in a comment of the file and
in the sentences, never made up. When nothing tells what to run there is no file, but a Problem.
"""

from placid.formats.guessing.guess import Guess, guess, wanted

__all__ = ["Guess", "guess", "wanted"]
