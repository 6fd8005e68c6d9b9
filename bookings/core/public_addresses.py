"""Which addresses of the net are public: for others nothing here asks on behalf of anybody."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

# All that is given out (RFC 4291); beside it lie a network's own addresses, some by old names that
# Python calls global, and those that its gateway turns into IPv4 ones (RFC 6052, RFC 8215).
GIVEN_OUT = IPv6Network("2000::/3")
TUNNELLED = IPv6Network("2001::/32")  # an IPv4 address stands in it (RFC 4380)
# Two labels at least (RFC 1123), the last with a letter first: 127.1 and 0x7f.1 are addresses.
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
PUBLIC_NAME = re.compile(rf"(?!.{{254}})({LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])?")


def is_reachable(address: str, networks: Sequence[str] = ()) -> bool:
    """Whether it is an address of the public net, or in one of these networks of our own.

    Raises ValueError for what is no IP address.
    """
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if any(ip in ip_network(one) for one in networks):
        return True
    if isinstance(ip, IPv6Address):
        if not ip.ipv4_mapped and (ip not in GIVEN_OUT or ip in TUNNELLED):
            return False
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global and not ip.is_multicast
