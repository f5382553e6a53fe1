"""Pictures: one style, and each chart drawn as an SVG in two palettes with its data as CSV."""
