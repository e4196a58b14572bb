"""The properties of a request."""

from functions.relay.wire.model import CallerMessage, ModelError, Request, Usage

HI = (CallerMessage("Hello?"),)


def test_a_service_without_a_cache_gets_one_text() -> None:
    assert Request("Be brief.", HI, situation="It is Monday.").instructions == "Be brief.\n\nIt is Monday."
    assert Request("Be brief.", HI).instructions == "Be brief."


def test_all_tokens_count_however_they_are_paid() -> None:
    assert Usage(1, 20, 300, 4000).total == 4321


def test_a_request_costs_its_bytes_and_longest_answer_at_most() -> None:
    short, long = Request("Be brief.", HI), Request("Be brief. 日本語", HI)
    assert short.most_usage.output == short.max_tokens
    assert long.most_usage.cache_write - short.most_usage.cache_write == len(" 日本語".encode())


def test_an_error_of_a_model_names_its_kind() -> None:
    error = ModelError("limited", "no money is left")
    assert (error.kind, str(error)) == ("limited", "no money is left")


def test_the_tokens_of_several_requests_add_up() -> None:
    assert Usage.sum([Usage(1, 20, 300, 4000), Usage(1, 1, 1, 1)]) == Usage(2, 21, 301, 4001)
    assert Usage.sum([]) == Usage()
