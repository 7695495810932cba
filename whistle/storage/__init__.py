"""SQLAlchemy tables, queries and migrations. Sees sealed bytes only; knows no keys."""
