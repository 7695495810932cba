"""Translations: English is what the code is written in; the rest stand here as .po files."""
