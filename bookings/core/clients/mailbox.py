"""Whose mailbox an address leads to."""


def mailbox_of(address: str) -> str:
    """In small letters and without a tag (RFC 5233), so that ana+1@ and Ana@ are one mailbox.

    For counting only: where a server knows no tags, the two are counted as one.
    """
    local, _, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"
