"""The apology when the voice webhook fails."""

import pytest

from functions.fallback import handler
from local.phone.twiml import oddities, read


@pytest.mark.parametrize("event", [None, {}, {"body": "%%%", "headers": None}], ids=["nothing", "empty", "broken"])
def test_whatever_is_sent_a_sentence_is_said_and_the_call_ends(event: object) -> None:
    answer = handler(event, None)
    assert (answer["statusCode"], answer["headers"]) == (200, {"content-type": "text/xml"})
    said, ended = read(answer["body"])
    assert (said.name, ended.name) == ("Say", "Hangup")
    assert said.text.startswith("Sorry, we can't take your call right now.")
    assert not [*oddities(said), *oddities(ended)]
