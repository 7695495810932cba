"""Pure rules: no web, no storage, no keys. The words of the field, as ``docs/law.md`` lists them."""
