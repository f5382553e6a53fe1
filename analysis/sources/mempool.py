"""mempool.space, whose REST API four sources read.

Documentation: https://mempool.space/docs/api/rest. The shapes are also in the code that serves them,
https://github.com/mempool/mempool (backend/src/api/mining/mining-routes.ts).
"""

from __future__ import annotations

ADDRESS = "https://mempool.space"
HOST = "mempool.space"

PUBLISHER = "mempool.space (The Mempool Open Source Project)"
LICENCE = "mempool.space answers: facts of the public chain, quoted with attribution."
