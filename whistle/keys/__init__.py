"""Where the sealing protocol meets storage: directory, keyring, cases, files, sessions."""
