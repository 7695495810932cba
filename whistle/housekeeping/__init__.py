"""What is done every day, whether anybody is there or not. It holds no keys to anything sealed."""
