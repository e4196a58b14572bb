"""The recogniser of private numbers, and when it loads its libraries."""

import subprocess
import sys

import pytest

from functions.adapters.redaction import NumberRecognizer
from functions.relay.text.private import Private

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("kind", "compact", "language", "known"),
    [
        (Private.CARD, "4111111111111111", "en-US", True),
        (Private.CARD, "4111111111111112", "en-US", False),
        (Private.CARD, "1111111111111117", "en-US", False),
        (Private.IBAN, "DE89370400440532013000", "de-DE", True),
        (Private.IBAN, "DE88370400440532013000", "de-DE", False),
        (Private.SSN, "536904399", "en-US", True),
        (Private.SSN, "078051120", "en-US", True),
        (Private.SSN, "000123456", "en-US", False),
        (Private.AADHAAR, "234123412346", "hi-IN", True),
        (Private.AADHAAR, "234123412347", "hi-IN", False),
        (Private.PHONE, "2125550142", "en-US", True),
        (Private.PHONE, "612345678", "es", True),
        (Private.PHONE, "9876543210", "hi", True),
        (Private.PHONE, "+15550100", "de-DE", True),
        (Private.PHONE, "+15550100123", "de-DE", True),
        (Private.PHONE, "1", "en", False),
        (Private.EMAIL, "rosa@hotline.example", "en-US", True),
        (Private.EMAIL, "rosa", "en-US", False),
    ],
)
def test_a_number_is_recognised(kind: Private, compact: str, language: str, known: bool) -> None:
    assert NumberRecognizer().is_a(kind, compact, language) is known


def test_the_libraries_are_imported_by_the_first_number_only() -> None:
    probe = (
        "import sys; from functions.adapters.redaction import NumberRecognizer; "
        "assert not {'stdnum', 'phonenumbers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", probe], check=True, timeout=60)
