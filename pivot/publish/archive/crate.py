"""Writes an edition as one zip for a research repository: an RO-Crate with evidence, ledger and PDF."""

from __future__ import annotations

import io
import posixpath
import zipfile
from typing import TYPE_CHECKING, Any

from pivot.files import canonical, sha256, write_atomic
from pivot.names import LEDGER_SCHEMA
from pivot.publish.archive import paths
from pivot.publish.archive.citation import Citation
from pivot.snapshots import sidecar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pivot.publish.archive.reader import ReleasedEdition

_METADATA = "ro-crate-metadata.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day that a zip can tell
_TYPES = {
    ".csv": "text/csv",
    ".toml": "application/toml",
    ".json": "application/json",
    ".pdf": "application/pdf",
}


def write(edition: ReleasedEdition, path: Path) -> int:
    """Write an edition of a site as an RO-Crate; the same edition gives the same bytes.

    Args:
        edition: the edition.
        path: the zip to write.

    Returns:
        Its size in bytes.

    Raises:
        OutputError: the zip can not be written.
    """
    manifest = edition.manifest
    files = {
        name: edition.files.read(paths.blob_path(digest, name)) for name, digest in manifest.snapshots.items()
    }
    for name in (paths.LEDGER, LEDGER_SCHEMA, manifest.about.pdf, paths.MANIFEST):
        files[name] = edition.files.read(edition.home + name)
    files[_METADATA] = _metadata(edition, files)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system, info.external_attr = 3, 0o644 << 16  # the same on every system
            archive.writestr(info, files[name], compresslevel=9)
    write_atomic(path, packed.getvalue())
    return len(packed.getvalue())


def _metadata(released: ReleasedEdition, files: Mapping[str, bytes]) -> bytes:
    from rocrate.model.contextentity import ContextEntity
    from rocrate.rocrate import ROCrate

    manifest = released.manifest
    about, edition = manifest.about, manifest.edition
    day = edition.as_of.isoformat()
    crate = ROCrate()
    root = crate.root_dataset

    def entity(id_: str, type_: str, **properties: object) -> Any:  # noqa: ANN401
        return crate.add(ContextEntity(crate, id_, properties={"@type": type_, **properties}))

    def file(path: str, **properties: object) -> Any:  # noqa: ANN401
        facts = {
            "name": path,
            "encodingFormat": _TYPES.get(posixpath.splitext(path)[1], "text/plain"),
            "contentSize": str(len(files[path])),
            "sha256": sha256(files[path]),
        }
        named = facts | properties
        return crate.add_file(
            io.BytesIO(files[path]), path, properties={"description": named["name"], **named}
        )

    authors = [
        entity(f"#author-{number}", "Organization", name=name) for number, name in enumerate(about.authors, 1)
    ]
    terms = entity(
        "#terms",
        "CreativeWork",
        name="Each file under its own terms",
        description="Code and text: MIT. Evidence: as the sidecar beside each snapshot says.",
    )
    evidence = []
    for name in sorted(manifest.snapshots):
        if name.endswith(".csv"):
            fields: Mapping[str, Any] = sidecar.parse(files[sidecar.beside(name)], name)
            publisher = entity(f"#publisher-of-{name}", "Organization", name=fields["publisher"])
            evidence.append(
                file(
                    name,
                    name=fields["title"],
                    description=f"As it stood on {fields['vintage']}. Terms: {fields['licence']}.",
                    publisher=publisher,
                    isBasedOn=list(fields["url"]),
                    version=str(fields["vintage"]),
                )
            )
        else:
            file(name, name=f"Terms and hashes of the evidence: {name}")
    file(LEDGER_SCHEMA, name="JSON Schema of the ledger")
    ledger = file(paths.LEDGER, name="The ledger: every number with its account")
    pdf = file(about.pdf, name=f"{about.title}: edition {edition.id}")
    file(paths.MANIFEST, name="The manifest: every file of the published edition, and the edition before it")
    code = entity(
        "#code",
        "CreativeWork",  # a SoftwareApplication must name an address, and the code has none yet
        name="pivot",
        version=manifest.code.version,
        description=f"The code of the report; SHA-256 over its files {manifest.code.sha256}",
    )
    action = entity(
        "#made",
        "CreateAction",
        name=f"Evidence as of {day} evaluated and published",
        instrument=code,
        object=evidence,
        result=[ledger, pdf],
    )
    root["mentions"] = action
    crate.name = f"{about.title}: edition {edition.id}"
    crate.description = f"{about.description} {edition.title}; evidence as of {day}. {edition.note}".strip()
    crate.license = terms
    root["datePublished"] = edition.issued.isoformat()
    root["temporalCoverage"] = day
    root["version"] = edition.id
    root["author"] = authors if len(authors) > 1 else authors[0]
    root["mainEntity"] = ledger
    root["creditText"] = Citation(about, edition).text()
    content = crate.metadata.generate()
    content["@graph"].sort(key=lambda one: str(one["@id"]))
    return canonical(content)
