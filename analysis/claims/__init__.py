"""Statements: the article's claims as functions, their verdicts, and the ledger that holds them all."""
