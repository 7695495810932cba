"""The annual report, from what a member's keys open."""
