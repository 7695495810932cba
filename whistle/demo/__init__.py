"""A demonstration with invented people: members, keys, reports and answers, all of it real."""
