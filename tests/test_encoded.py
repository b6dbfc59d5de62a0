"""What is data and no text for people."""

import base64

from masgitops_lint.argocd.encoded import is_encoded

BLOB = base64.b64encode(bytes(range(256)) * 2).decode()
CERTIFICATE = f"-----BEGIN CERTIFICATE-----\n{BLOB}\n-----END CERTIFICATE-----\n"


def test_long_base64_and_certificates_are_data() -> None:
    assert is_encoded(BLOB)
    assert is_encoded(BLOB + "\n")
    assert is_encoded(CERTIFICATE)
    assert is_encoded(f"\n{CERTIFICATE}{CERTIFICATE}")


def test_what_holds_anything_else_is_text() -> None:
    assert not is_encoded(BLOB[:200])
    assert not is_encoded(BLOB + " password: ${PASSWORD}")
    assert not is_encoded("# " + CERTIFICATE)
    assert not is_encoded(CERTIFICATE + "-----BEGIN PRIVATE KEY-----" + BLOB)
    assert not is_encoded(CERTIFICATE.replace("-----END CERTIFICATE-----", ""))
    assert not is_encoded(CERTIFICATE.replace(BLOB[:8], "password", 1).replace(BLOB[8:16], "${WORD}!"))
    assert not is_encoded("é" * 300)
