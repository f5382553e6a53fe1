"""A published site: its editions side by side, each frozen, each chained to the one before.

manifest.json  versions.json  versions.js  feed.xml  revisions.html     made anew at every release
404.html  revisions/ID--ID.html                                         what is not there, what differs
index.html  chapters/…  latest/claims/…  editions/index.html            the newest edition's pages
editions/ID/manifest.json                                               every file of it, and the chain
editions/ID/…                                                           its pages, PDF, ledger, claims
files/SHA256.ext                                                        what several editions share
"""

from pivot.publish.archive.composition import Draft
from pivot.publish.archive.findings import Discrepancy, Verification
from pivot.publish.archive.release import add, complaints, release
from pivot.publish.archive.site_pages import Compared
from pivot.publish.archive.verify import verify

__all__ = ["Compared", "Discrepancy", "Draft", "Verification", "add", "complaints", "release", "verify"]
