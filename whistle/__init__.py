"""The secure channel of a municipality's independent citizen adviser."""
