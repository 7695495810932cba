"""The authenticated door: inboxes, cases, answers. What a member opens is decided by keys."""
