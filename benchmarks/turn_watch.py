"""Watches one turn of a deployment: its frames, invocations, table calls and requests to the model."""

from benchmarks.gateway.deployment import Deployment
from benchmarks.gateway.events import frame_kind
from benchmarks.gateway.functions import Invocation
from benchmarks.line import TableCall, TimedModel, table_calls
from benchmarks.waterfall import Seen


class TurnWatch:
    """Begins to watch when it is made, while no function runs."""

    def __init__(self, deployment: Deployment[TimedModel]) -> None:
        gateway, timed = deployment.gateway, deployment.model.timed
        self._deployment = deployment
        self.number = len(deployment.model.asked)
        """How often the model was asked before."""

        self._told, self._ended = len(timed.first), len(timed.ended)
        self._frames, self._invocations = len(gateway.frames), len(gateway.functions.invocations)
        self._reminded = len(gateway.reminded)
        table_calls(deployment.table)

    def seen(self) -> Seen:
        """Return what was seen of the turn, once no function runs: one prompt, and one request to the model."""
        gateway, model = self._deployment.gateway, self._deployment.model
        frames = gateway.frames[self._frames :]
        *partials, prompt = (
            one for one in gateway.functions.invocations[self._invocations :] if one.what == "prompt"
        )
        drafts = [one for one in partials if (one.ended or 0) > prompt.began]
        return Seen(
            prompt_at=[one.at for one in frames if one.direction == "in" and frame_kind(one.text) == "prompt"][-1],
            invocation=prompt,
            draft=drafts[-1] if drafts else None,
            table=[one for one in table_calls(self._deployment.table) if _during(one, [*drafts, prompt])],
            asked=model.asked[self.number],
            first_token=model.timed.first[self._told],
            last_token=model.timed.ended[self._ended],
            frames=frames,
            reminded=gateway.reminded[self._reminded :],
        )


def _during(one: TableCall, invocations: list[Invocation]) -> bool:
    """Whether these invocations made this call to the table: notes of the line and reminders make others."""
    ran = (each.began <= one.began < (each.ended or 0) for each in invocations)
    return one.what != "put Info" and any(ran)
