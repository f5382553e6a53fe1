"""From what an edition was made, in the form that supply chains read: an in-toto statement, SLSA's predicate.

It says what the manifest says, to the tools of others. Who publishes may sign it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pivot.errors import ReportError
from pivot.files import canonical
from pivot.publish.archive import paths
from pivot.records import loads

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pivot.publish.archive.reader import ReleasedEdition

_STATEMENT = "https://in-toto.io/Statement/v1"
_PREDICATE = "https://slsa.dev/provenance/v1"
_RELEASE = "urn:x-pivot:release:1"
_TREE = "names and bytes of the files of a folder, hashed as one"
_WHAT = "this is no statement of provenance"


def path(edition: str) -> str:
    """Where the statement on an edition stands in a site."""
    return f"provenance/{edition}.json"


def statement(released: ReleasedEdition) -> bytes:
    """The statement on an edition: its files, and the evidence, code, prose and libraries they come from."""
    manifest, made = released.manifest, released.manifest.made
    trees = {"code": manifest.code.sha256} | ({"prose": made.prose} if made else {})
    packages = {f"pkg:pypi/{name}@{version}" for name, version in (made.libraries.items() if made else ())}
    return canonical(
        {
            "_type": _STATEMENT,
            "subject": _files(_outputs(released)),
            "predicateType": _PREDICATE,
            "predicate": {
                "buildDefinition": {
                    "buildType": _RELEASE,
                    "externalParameters": {
                        "edition": manifest.edition.id,
                        "as_of": manifest.edition.as_of.isoformat(),
                        "renderer": made.renderer if made else "",
                    },
                    "resolvedDependencies": [
                        *_files(manifest.snapshots),
                        *({**one, "annotations": {"of": _TREE}} for one in _files(trees)),
                        *({"uri": package} for package in sorted(packages)),
                    ],
                },
                "runDetails": {"builder": {"id": f"{_RELEASE}#{manifest.code.version}"}},
            },
        }
    )


def disagreements(data: bytes, released: ReleasedEdition) -> Iterable[tuple[str, str, str]]:
    """Where a statement and the manifest of its edition differ: the name, and the two hashes.

    Raises:
        ReportError: it is no statement.
    """
    content = loads(data, _WHAT, path(released.id))
    try:
        told = {str(one["name"]): str(one["digest"]["sha256"]) for one in content["subject"]}
        definition = content["predicate"]["buildDefinition"]
        used = {
            str(one["name"]): str(one["digest"]["sha256"])
            for one in definition["resolvedDependencies"]
            if "digest" in one and "annotations" not in one
        }
    except (LookupError, TypeError, AttributeError):
        raise ReportError(
            _WHAT,
            where=path(released.id),
            expected="the form of an in-toto statement with SLSA's predicate",
            got="another",
            hint="fetch the site again: a release writes it, and nothing changes it",
        ) from None
    for ours, theirs in ((_outputs(released), told), (released.manifest.snapshots, used)):
        for name in sorted({*ours, *theirs}):
            if ours.get(name) != theirs.get(name):
                yield name, ours.get(name, "nothing"), theirs.get(name, "nothing")


def _outputs(released: ReleasedEdition) -> Mapping[str, str]:
    return {**released.manifest.files, released.home + paths.MANIFEST: released.sha256}


def _files(digests: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"name": name, "digest": {"sha256": digest}} for name, digest in sorted(digests.items())]
