"""Registrations brought in from a table and taken out as one; a case taken out whole."""
