"""Conversational Intelligence, version 2, of one account: services, operators, transcripts and their results.

Sources: Twilio, "Conversation Intelligence (classic)": "Service resource", "Custom Operator subresource", "Generative
Custom Operators", "Transcript resource", "Transcript OperatorResults subresource"; the package `twilio` 9.13.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from tests.endpoint import Reply, Step

Fields = dict[str, Any]
Form = Mapping[str, Sequence[str]]

LANGUAGES = {"en-US", "en-GB", "es-ES", "es-US", "fr-FR", "de-DE", "it-IT", "pt-BR"}
PREBUILT = {
    "Sentiment Analysis": "conversation-classify",
    "Summarization": "text-generation",
    "Recording Disclosure": "utterance-classify",
    "Do Not Contact Me": "utterance-classify",
}
"""Operators that Twilio ships, and the types of their results."""

CONFIGS = {"Generative": {"prompt"}, "GenerativeJSON": {"prompt", "json_result_schema"}}
"""What the config of a custom operator must have, by its type."""

PAGE = 50
"""Records of a page unless the request says how many."""


@dataclass
class Intelligence:
    """What the account has. `transcripts` map a SID to the SID of its source, and `results` to its results."""

    account: str
    services: list[Fields] = field(default_factory=list)
    custom: list[Fields] = field(default_factory=list)
    attached: dict[str, list[str]] = field(default_factory=dict)
    transcripts: dict[str, str] = field(default_factory=dict)
    results: dict[str, list[Fields]] = field(default_factory=dict)
    prebuilt: list[Fields] = field(default_factory=lambda: [_shipped(*one) for one in PREBUILT.items()])

    def answer(self, method: str, path: str, form: Form, version: str = "") -> Step:
        """Answer a request below `/v2/`; `version` is its header If-Match."""
        match method, path.strip("/").split("/")[1:]:
            case "GET", ["Services"]:
                return _page("services", self.services, path, form)
            case "POST", ["Services"]:
                return self._new_service(form)
            case "POST", ["Services", sid]:
                return _changed(self.services, sid, form, version)
            case "GET", ["Services", sid, "Operators"]:
                return _json({"service_sid": sid, "operator_sids": self.attached.get(sid, [])})
            case "POST", ["Services", sid, "Operators", operator]:
                return self._attach(sid, operator)
            case "GET", ["Operators", "PreBuilt"]:
                return _page("operators", self.prebuilt, path, form)
            case _, ["Operators", "Custom", *sid]:
                return self._custom(method, sid, path, form, version)
            case _, ["Transcripts", *rest]:
                return self._transcripts(method, rest, path, form)
            case _:
                return refusal(404, 20404, f"The requested resource {path} was not found")

    def _new_service(self, form: Form) -> Step:
        name, language = form.get("UniqueName", [""])[0], form.get("LanguageCode", ["en-US"])[0]
        if not name:
            return refusal(400, 20001, "Missing required parameter UniqueName in the post body")
        if any(one["unique_name"] == name for one in self.services):
            return refusal(409, 20409, f"A service with unique name {name} exists")
        if language not in LANGUAGES:
            return refusal(400, 20001, f"Language code {language} is not supported")
        if wrong := _refused(form):
            return wrong
        return _added(self.services, "GA", {**form, "LanguageCode": [language]}, account_sid=self.account, version=1)

    def _attach(self, service: str, operator: str) -> Step:
        known = {one["sid"] for one in (*self.prebuilt, *self.custom)}
        if operator not in known or not any(one["sid"] == service for one in self.services):
            return refusal(404, 20404, "The requested resource was not found")
        sids = self.attached.setdefault(service, [])
        if operator in sids:
            return refusal(409, 20409, "The operator is attached already")
        sids.append(operator)
        return _json({"service_sid": service, "operator_sid": operator}, 201)

    def _custom(self, method: str, sid: list[str], path: str, form: Form, version: str) -> Step:
        if method == "GET":
            return _page("operators", self.custom, path, form)
        if sid:
            return _changed(self.custom, sid[0], form, version)
        if not {"FriendlyName", "OperatorType", "Config"} <= form.keys():
            return refusal(400, 20001, "Missing required parameter in the post body")
        kind, config = form["OperatorType"][0], json.loads(form["Config"][0])
        if kind not in CONFIGS or not CONFIGS[kind] <= config.keys() or len(form["FriendlyName"][0]) > 64:
            return refusal(400, 20001, "Config does not match the operator type")
        return _added(self.custom, "LY", form, author=self.account, availability="public", version=1)

    def _transcripts(self, method: str, rest: list[str], path: str, form: Form) -> Step:
        match method, rest:
            case "GET", []:
                found = [{"sid": sid} for sid, source in self.transcripts.items() if source == form["SourceSid"][0]]
                return _page("transcripts", found, path, form)
            case "POST", []:
                return self._new_transcript(form)
            case _, [sid, *_] if sid not in self.transcripts:
                return refusal(404, 20404, f"The requested resource {path} was not found")
            case "DELETE", [sid]:
                del self.transcripts[sid]
                return Reply(204, b"")
            case "GET", [sid]:
                media = {"source": "Recording", "source_sid": self.transcripts[sid]}
                return _json({"sid": sid, "status": "completed", "channel": {"media_properties": media}})
            case _, [sid, _]:
                return _page("operator_results", self.results.get(sid, []), path, form)
            case _:
                return refusal(405, 20004, "Method not allowed")

    def _new_transcript(self, form: Form) -> Step:
        if not any(one["sid"] == form["ServiceSid"][0] for one in self.services):
            return refusal(404, 20404, "The service was not found")
        sid = f"GT{uuid4().hex}"
        self.transcripts[sid] = json.loads(form["Channel"][0])["media_properties"]["source_sid"]
        return _json({"sid": sid, "status": "queued"}, 201)


def result(name: str, kind: str, **fields: Any) -> Fields:
    """Return the result of one operator in Twilio's form."""
    return {"operator_sid": f"LY{uuid4().hex}", "name": name, "operator_type": kind, **fields}


def refusal(status: int, code: int, message: str) -> Reply:
    """Return an error in Twilio's form."""
    page = f"https://www.twilio.com/docs/errors/{code}"
    return _json({"code": code, "message": message, "more_info": page, "status": status}, status)


def _shipped(name: str, kind: str) -> Fields:
    return {"sid": f"LY{uuid4().hex}", "friendly_name": name, "operator_type": kind, "author": "Twilio", "version": 1}


def _refused(form: Form) -> Reply | None:
    """Return Twilio's refusal of a service's settings, if there is one."""
    if form.get("DataLogging") == ["true"]:
        return refusal(400, 20001, "Data logging cannot be activated via API")
    if form.get("MediaRedaction") == ["true"] and form.get("AutoRedaction") == ["false"]:
        return refusal(400, 20001, "Media redaction needs auto redaction")
    return None


def _changed(kept: list[Fields], sid: str, form: Form, version: str) -> Step:
    found = next((one for one in kept if one["sid"] == sid), None)
    if found is None:
        return refusal(404, 20404, "The requested resource was not found")
    if version and version != str(found["version"]):
        return refusal(412, 20412, "The resource has another version")
    if wrong := _refused(form):
        return wrong
    found |= {**_values(form), "version": found["version"] + 1}
    return _json(found)


def _added(kept: list[Fields], prefix: str, form: Form, **more: Any) -> Reply:
    kept.append({"sid": f"{prefix}{uuid4().hex}", **_values(form), **more})
    return _json(kept[-1], 201)


def _values(form: Form) -> Fields:
    """Return the fields of a form by their names in an answer, with their types."""
    return {_snake(name): _typed(name, values[0]) for name, values in form.items()}


def _typed(name: str, value: str) -> Any:
    return json.loads(value) if name == "Config" or value in ("true", "false") else value


def _snake(name: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in name).lstrip("_")


def _page(key: str, records: Sequence[Fields], path: str, form: Form) -> Reply:
    size, page = int(form.get("PageSize", [str(PAGE)])[0]), int(form.get("Page", ["0"])[0])
    following = urlencode({"PageSize": size, "Page": page + 1}) if len(records) > (page + 1) * size else None
    meta = {"key": key, "page": page, "page_size": size}
    meta["next_page_url"] = following and f"https://intelligence.twilio.com{path}?{following}"
    return _json({key: records[page * size : (page + 1) * size], "meta": meta})


def _json(body: Fields, status: int = 200) -> Reply:
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json"})
