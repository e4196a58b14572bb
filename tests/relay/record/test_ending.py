"""How a call ended, from its logs."""

from dataclasses import replace

import pytest

from functions.relay.log.events import (
    Declined,
    HandedOff,
    Limited,
    MachineAnswered,
    MenuAnswered,
    Recorded,
    Screened,
    Silent,
    TimeUp,
)
from functions.relay.record.call_record import CallEnding
from functions.relay.record.ending import ending_of
from functions.relay.record.logs import CallLogs
from tests.relay.record.calls import (
    BEGAN,
    BUSY,
    BYE,
    CALL,
    CALLED,
    CALLER,
    COMPLETED,
    PLACED,
    PLAIN,
    RINGING,
    UNREACHED,
    announced,
    ended,
    frame,
    handed_off,
    joined,
    with_claim,
)

LOST = (announced(), joined(), ended(9, status="failed"))
BEEP = frame(9_500, Screened("machine_end_beep"))
CLAIMED = with_claim(MachineAnswered("machine_end_beep"))
MENU, TAKEN = frame(4, MenuAnswered()), frame(5, HandedOff("menu-CA2", "menu", "+15550190"))
MESSAGE = frame(6, Recorded("RE1", "completed", 8, message=True))


@pytest.mark.parametrize(
    ("logs", "ending"),
    [
        (PLAIN, CallEnding.CALLER_HUNG_UP),
        (with_claim(BYE), CallEnding.AGENT_HUNG_UP),
        (with_claim(Silent(3)), CallEnding.SILENCE),
        (with_claim(TimeUp()), CallEnding.TIME_UP),
        (with_claim(BYE, "handed off", handed_off(9_000)), CallEnding.HANDED_OFF),
        (with_claim(BYE, "handed off", handed_off(9_000), UNREACHED), CallEnding.CALLER_HUNG_UP),
        (with_claim(BYE, "handed off", handed_off(9_000, ends=True), UNREACHED), CallEnding.AGENT_HUNG_UP),
        (replace(PLAIN, own=(announced(), joined(), ended(9, status="failed"))), CallEnding.LOST),
        (CallLogs(CALL, (announced(), ended(9, status="failed"))), CallEnding.LOST),
        (CallLogs(CALL, (announced(), frame(0, Declined(), "declined"))), CallEnding.DECLINED),
        (CallLogs(CALL, (announced(),)), CallEnding.CALLER_HUNG_UP),
        (CallLogs(CALL, (announced(), handed_off(0))), CallEnding.HANDED_OFF),
        (CallLogs(CALL, (announced(), frame(1, MenuAnswered()))), CallEnding.MENU),
        (CallLogs(CALL, (*LOST, MENU)), CallEnding.MENU),
        (CallLogs(CALL, (*LOST, MENU, TAKEN)), CallEnding.HANDED_OFF),
        (CallLogs(CALL, (*LOST, TAKEN)), CallEnding.HANDED_OFF),
        (
            CallLogs(CALL, (*LOST, MENU, MESSAGE)),
            CallEnding.VOICEMAIL,
        ),
        (CallLogs(CALL, (*LOST, MENU, frame(6, Recorded("RE1", "absent", message=True)))), CallEnding.MENU),
        (CallLogs(CALL, (*LOST, frame(6, Recorded("RE1", "completed", 8)))), CallEnding.LOST),
        (CallLogs(CALL, (frame(0, Limited("caller", "rosa", CALLER, CALLED, BEGAN)),)), CallEnding.LIMITED),
        (CallLogs(CALL, (RINGING, BUSY)), CallEnding.UNANSWERED),
        (CallLogs(CALL, (RINGING,)), CallEnding.UNANSWERED),
        (CallLogs(CALL, (PLACED,)), CallEnding.UNANSWERED),
        (CallLogs(CALL, (PLACED, RINGING, COMPLETED)), CallEnding.CALLER_HUNG_UP),
        (CallLogs(CALL, (PLACED, announced(outbound=True))), CallEnding.CALLER_HUNG_UP),
        (CallLogs(CALL, (RINGING, COMPLETED, frame(5, Screened("machine_end_beep")))), CallEnding.MACHINE),
        (replace(CLAIMED, own=(*CLAIMED.own, BEEP)), CallEnding.MACHINE),
        (replace(PLAIN, own=(*PLAIN.own, BEEP)), CallEnding.MACHINE),
        (replace(PLAIN, own=(*PLAIN.own, frame(9_500, Screened("human")))), CallEnding.CALLER_HUNG_UP),
        (replace(PLAIN, own=(*PLAIN.own, frame(9_500, Screened("unknown")))), CallEnding.CALLER_HUNG_UP),
        (
            replace(with_claim(BYE, "handed off", handed_off(9_000)), own=(*PLAIN.own, handed_off(9_000), BEEP)),
            CallEnding.HANDED_OFF,
        ),
        (CallLogs(CALL, (*LOST, BEEP, MESSAGE)), CallEnding.VOICEMAIL),
    ],
)
def test_how_a_call_ended(logs: CallLogs, ending: CallEnding) -> None:
    assert ending_of(logs) is ending
