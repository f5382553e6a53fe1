"""A real Quarto: it reads the same `_quarto.yml` and chapters, and its pages stand in the same frame.

staged -> quarto render -> pages (elements, shapes) -> the frame
"""

from pivot.publish.quarto.renderer import QuartoRenderer, QuartoSite
from pivot.publish.quarto.staged import write_quarto_inputs

__all__ = ["QuartoRenderer", "QuartoSite", "write_quarto_inputs"]
