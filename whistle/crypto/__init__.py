"""Bytes in, bytes out: the sealing protocol of ``docs/sealing.md``, with no storage and no web.

Each module is one part of the protocol. Primitives come from ``cryptography`` and
``argon2-cffi``; nothing here invents a cipher.
"""
