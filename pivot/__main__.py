"""`python -m pivot` is `pivot`."""

import sys

try:
    from pivot.cli import main
except ModuleNotFoundError as error:  # Quarto runs this too, where nobody may have made the environment
    sys.exit(
        f"pivot: {error.name} is not installed\n  expected: the environment of this report, active\n"
        "  next:     make .venv/.ready && . .venv/bin/activate"
    )

sys.exit(main())
