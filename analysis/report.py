"""The face of this report: all that the engine is told of the article."""

from __future__ import annotations

from analysis.data import DATA_SETS
from pivot.article import Article

ARTICLE = Article(
    package="analysis",
    title="Bitcoin Miners’ AI Pivot Risks Network Security …",
    data_sets=DATA_SETS,
    themes=(
        "network",
        "quarter",
        "revenue",
        "concentration",
        "ai",
        "energy",
        "security",
        "operators",
        "narrative",
        "outlook",
    ),
    charts=(
        "difficulty",
        "retargets",
        "hashrate",
        "hashprice",
        "implied_price",
        "revenue",
        "coins_sold",
        "contracts",
        "concentration",
        "megawatt",
        "budget",
    ),
    # What a source tells of the present alone comes before the long walks, which may meet its limit.
    sources=("hashrate", "pools", "epochs", "price", "blocks", "filings"),
    # About four fifths of what the report holds: a check that went blind fails, and an edit does not.
    floors={
        "evidence": {"snapshots": 11, "rows": 3_000},
        "numerals": {"lines": 400, "bound": 250},
        "comparisons": {"words": 40, "settled": 25},
        "guards": {"guards": 12, "editions": 3, "sentences": 32},
        "shortcodes": {"shortcodes": 350},
        "variables": {"uses": 330, "editions": 3},
        "claims": {"claims": 35},
        "links": {"labels": 80, "references": 60, "citations": 30},
        "markup": {"files": 10},
        "figures": {"figures": 7, "charts": 7},
        "drawings": {"drawings": 21, "texts": 130, "typed": 85},
        "settings": {"keys": 30},
    },
)
