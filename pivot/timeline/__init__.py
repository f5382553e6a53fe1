"""Claims through time: each held against the evidence of every day on which that changed."""
