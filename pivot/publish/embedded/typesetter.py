"""Typst in a process of its own, which can be given limits: a line of JSON for each PDF that is wanted.

A script, not a module: it starts in a few hundredths of a second, as it imports nothing of ours.
"""

import json
import sys

import typst


def main() -> None:
    """Answer until nothing more is asked; the compiler remembers what it has made."""
    compilers: dict[str, typst.Compiler] = {}
    for line in sys.stdin:
        job = json.loads(line)
        path = job["main"]
        if path not in compilers:
            compilers[path] = typst.Compiler(path, root=job["root"], ignore_system_fonts=True)
        refusals: list[Exception] = []
        try:
            _, warnings = compilers[path].compile_with_warnings(
                output=job["pdf"], format="pdf", timestamp=0, pdf_standards=[job["standard"]]
            )
            refusals += warnings
        except typst.TypstError as error:
            refusals.append(error)
        answer = [
            [str(getattr(one, "message", "")), str(getattr(one, "diagnostic", "") or one)] for one in refusals
        ]
        sys.stdout.write(json.dumps({"refusals": answer}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
