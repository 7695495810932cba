"""The audit log: entries in a Merkle tree, checkpoints, and an outsider's check of both."""
