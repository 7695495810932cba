"""Copies of the database, and what becomes of them: made, kept for a while, put back, tried out."""
