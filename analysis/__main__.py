"""`python -m analysis` is `pivot`."""

import sys

from pivot.cli import main

sys.exit(main())
