"""The annual report to the council: what is counted, how it is told, and as which files.

No web, no SQL, no keys: facts of enquiries in, tables and bytes out. Section numbers are those of
Stevns' report of March 2021, whose tables are the model.
"""
