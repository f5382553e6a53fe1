"""Difference: rows that changed, the numbers they moved, the sentences that now read otherwise."""

from pivot.revisions.report import Report, diff

__all__ = ["Report", "diff"]
