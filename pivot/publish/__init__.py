"""EDITIONS: the book, its renderers, and what they publish."""
