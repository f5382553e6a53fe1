"""The embedded renderer: pandoc compiles each chapter to an object, Python links them, Typst sets the PDF.

expand -> objects (engine, engine.lua) -> linker (pictures) -> site, document
"""

from pivot.publish.embedded.renderer import EmbeddedRenderer

__all__ = ["EmbeddedRenderer"]
