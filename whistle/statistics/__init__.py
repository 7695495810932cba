"""What is published: a room for everybody, without a key, a session or a cookie."""
