"""The face of this report: all that the engine is told of the article."""

from __future__ import annotations

from gauge.data import DATA_SETS
from pivot.article import Article

ARTICLE = Article(
    package="gauge",
    data_sets=DATA_SETS,
    themes=("river",),
    charts=("level",),
    # About four fifths of what the report holds: a check that went blind fails, and an edit does not.
    floors={
        "evidence": {"snapshots": 3, "rows": 100},
        "guards": {"guards": 1, "editions": 2, "sentences": 2},
        "shortcodes": {"shortcodes": 15},
        "variables": {"uses": 12, "editions": 2},
        "claims": {"claims": 3},
        "links": {"labels": 5, "references": 2, "citations": 1},
        "markup": {"files": 3},
        "figures": {"figures": 1, "charts": 1},
        "drawings": {"drawings": 2, "texts": 8},
        "settings": {"keys": 25},
    },
)
