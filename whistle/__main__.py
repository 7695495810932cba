"""``python -m whistle`` is the `whistle` command."""

import sys

from whistle.cli import main

sys.exit(main())
