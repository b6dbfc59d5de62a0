"""Values that are data and no text for people: long base64, and certificates."""

from __future__ import annotations

_SHORTEST = 256
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=" + b" \t\n\r\f\v"
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def is_encoded(text: str) -> bool:
    """Whether a text of more than 256 characters is base64 as a whole, or nothing but PEM certificates.

    Certificates are public: neither holds anything that a search in clear could find.
    """
    if len(text) <= _SHORTEST or not text.isascii():
        return False
    if _BEGIN in text:
        bodies = _bodies(text)
        return bodies is not None and _is_base64(bodies)
    return _is_base64(text[:64]) and _is_base64(text)


def _is_base64(text: str) -> bool:
    return not text.encode().translate(None, _ALPHABET)


def _bodies(text: str) -> str | None:
    """What stands between the lines of certificates; None where anything stands outside of them."""
    found = []
    while rest := text.strip():
        before, _, rest = rest.partition(_BEGIN)
        body, end, text = rest.partition(_END)
        if before or not end or not body:
            return None
        found.append(body)
    return "".join(found)
