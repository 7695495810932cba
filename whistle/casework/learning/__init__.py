"""What the municipality learns from its adviser: the book, patterns, what people thought of it."""
