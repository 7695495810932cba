"""Between granian and the doors: whoever is slow waits here, and holds no thread.

granian speaks ASGI; the doors are WSGI and run in threads. What a door is handed has arrived
already, but for big uploads, which may hold half of the threads. Knows no door, no page, no person.
"""
