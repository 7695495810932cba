"""Letters and papers: what they say, and how they become PDF and Word. Nothing touches the disk."""
