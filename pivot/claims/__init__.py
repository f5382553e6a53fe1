"""Statements: claims as functions, their verdicts, and the ledger that holds them all."""
