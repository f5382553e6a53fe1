"""Pictures: one module for each chart."""
