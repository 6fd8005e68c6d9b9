"""Whose request it is, behind proxies of ours."""


def outermost_trusted(forwarded_for: str, remote: str, proxies: int) -> str:
    """Only our own proxies' entries are believed; what stands left of them anybody can write."""
    hops = [hop.strip() for hop in forwarded_for.split(",")]
    if 0 < proxies <= len(hops) and hops[-proxies]:
        return hops[-proxies]
    return remote
