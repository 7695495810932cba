"""The log of a database, held against itself: its tree is built again from the entries."""

from sqlalchemy import Connection

from whistle.audit.entries import leaf_content
from whistle.backup.errors import CopyError
from whistle.crypto.merkle import Frontier, leaf_hash
from whistle.storage import log


def rebuilt(db: Connection) -> Frontier:
    """Build the tree anew; raise `CopyError` unless every leaf, and the head, are what they were.

    That the log is the one that was published is for ``whistle audit verify`` to say.
    """
    tree = Frontier()
    for row in log.entries(db):
        leaf = leaf_hash(leaf_content(row))
        if row.number != tree.size or row.leaf != leaf:
            raise CopyError(f"the log is damaged at entry {tree.size}; use another copy")
        tree, _ = tree.add(leaf)
    if tree != log.head(db):
        raise CopyError("the log has another head than its entries give; use another copy")
    return tree
