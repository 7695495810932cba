"""No test reaches beyond this machine: only loopback addresses and unix sockets connect."""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest


class NetworkForbiddenError(RuntimeError):
    """A test tried to reach an address that is not this machine's."""


def is_local(host: object) -> bool:
    """Tell whether a host, by name or by address, is this machine."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return True
    if not isinstance(name, str):
        return False
    if name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def refuse(address: object) -> None:
    """Raise unless the address of a socket call, a tuple or a path, is local."""
    if isinstance(address, tuple) and not is_local(address[0]):
        message = f"the network is off in tests, but this one reached for {address!r}"
        raise NetworkForbiddenError(message)


@pytest.fixture(scope="session", autouse=True)
def _network_off() -> Iterator[None]:
    """Refuse every connection, datagram and look-up that would leave this machine."""

    def guarded(name: str, where: Callable[[tuple[Any, ...]], object]) -> None:
        original = getattr(socket.socket, name)

        def call(self: socket.socket, *arguments: Any) -> Any:
            refuse(where(arguments))
            return original(self, *arguments)

        patch.setattr(socket.socket, name, call)

    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        refuse((host,))
        return look_up(host, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        guarded("connect", lambda arguments: arguments[0])
        guarded("connect_ex", lambda arguments: arguments[0])
        guarded("sendto", lambda arguments: arguments[-1])
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield
