"""A database whose roles were made by ``deploy/postgresql/roles.sql``, on the run's server."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.postgres import SUPERUSER, Cluster, environment

ROLES = Path(__file__).parents[2] / "deploy" / "postgresql" / "roles.sql"
NAMES = ("owner", "intake", "casework", "keeper")


@dataclass(frozen=True)
class Roles:
    """A database, and the name that each role has on this server, which other tests share."""

    cluster: Cluster
    database: str

    def name(self, role: str) -> str:
        """Give a role's name on the server."""
        return f"{self.database}-{role}"

    def url(self, role: str) -> str:
        """Give SQLAlchemy's URL of the database for a role."""
        return self.cluster.url(self.database, role=self.name(role))

    def superuser(self) -> str:
        """Give the URL for who may do anything."""
        return self.cluster.url(self.database)

    def apply(self) -> None:
        """Run the file, as the guide says."""
        named = [f"--set={role}={self.name(role)}" for role in NAMES]
        self._psql(self.database, *named, f"--file={ROLES}")

    def _psql(self, database: str, *arguments: str) -> None:
        command = ["psql", "--no-psqlrc", f"--host={self.cluster.home}", f"--username={SUPERUSER}"]
        done = subprocess.run(
            [*command, f"--dbname={database}", *arguments],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr

    def remove(self) -> None:
        """Remove the database and its roles."""
        self.cluster.drop_database(self.database)
        for role in NAMES:
            self._psql("postgres", f'--command=DROP ROLE IF EXISTS "{self.name(role)}"')


@contextmanager
def made(cluster: Cluster) -> Iterator[Roles]:
    """Make a database for a test to fill, and remove it with its roles."""
    roles = Roles(cluster, cluster.create_database())
    try:
        yield roles
    finally:
        roles.remove()
