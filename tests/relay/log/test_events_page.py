"""docs/extending.md says what each kind of entry means, in the words of the code."""

import inspect
import re
from pathlib import Path

from functions.relay.log.events import AnswerEvent, CallEvent, FollowUpEvent, SessionEvent

PAGE = Path(__file__).parents[3] / "docs" / "extending.md"
MODULES = ("call_events", "hand_off_events", "session_events", "answer_events", "follow_up_events")


def test_the_page_tells_what_each_event_means() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE.read_text(), re.MULTILINE))
    kinds = [kind for union in (CallEvent, SessionEvent, AnswerEvent, FollowUpEvent) for kind in union.__args__]
    own = [kind for kind in kinds if kind.__module__.rpartition(".")[2] in MODULES]
    assert told == {kind.__name__: (inspect.getdoc(kind) or "").splitlines()[0] for kind in own}
