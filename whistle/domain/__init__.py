"""Pure rules: no web, no storage, no keys; in the words that ``docs/law.md`` lists."""
