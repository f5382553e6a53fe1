"""Difference: rows that changed, the numbers they moved, the sentences that now read otherwise."""

from analysis.revisions.report import Report, diff

__all__ = ["Report", "diff"]
