"""Statements: the article's claims as functions, one module for each theme."""
