"""Knows an agent's common questions: checks them, tells them to the model, and finds the answer to one."""

from collections.abc import Collection, Mapping

from functions.relay.agent.checks import check_spoken, mapped, not_empty, of_kind, of_languages
from functions.relay.agent.phrases import Spoken, spoken_in
from functions.relay.agent.tools import AgentError
from functions.relay.text.data import one_line
from functions.relay.text.questions import QuestionWords, question_words, same_question

Answers = Mapping[str, Spoken]
"""The answer to each question, a text or one for each language."""


def check_answers(answers: Answers, languages: Collection[str]) -> None:
    """Raise AgentError for a question without words, a repeated question, or an answer that cannot be spoken."""
    for question, answer in mapped("Agent.answers", answers, '{"When do you open?": "At nine."}').items():
        of_kind("Agent.answers", question, str, "each question as a text")
        if not any(character.isalnum() for character in question):
            raise AgentError(f"Agent.answers has the question {question!r}; write it as callers ask it.")
        name = f"Agent.answers[{question!r}]"
        check_spoken(name, answer)
        texts = [answer] if isinstance(answer, str) else list(answer.values())
        not_empty(name, texts and all(text.strip() for text in texts))
        of_languages("answers", () if isinstance(answer, str) else answer, languages)
    for language in languages:
        _check_twice(answers, language)


def _check_twice(answers: Answers, language: str) -> None:
    known: dict[QuestionWords, str] = {}
    for question in answers:
        other = known.setdefault(question_words(question, language), question)
        if other != question:
            raise AgentError(f"Agent.answers has {other!r} and {question!r}, which are the same; leave one out.")


def answer_to(answers: Answers, asked: str, language: str) -> str:
    """Return the answer to what the caller asked in this language; empty if it is no common question."""
    found = (answer for question, answer in answers.items() if same_question(asked, question, language))
    return spoken_in(next(found, ""), language)


def answers_prompt(answers: Answers, language: str) -> str:
    """Return the part of the prompt that holds the answers. They are quotations, which the output guard lets pass."""
    facts = (f'- "{one_line(asked)}" "{one_line(spoken_in(told, language))}"' for asked, told in answers.items())
    return "\n".join(
        (
            "<answers>",
            "These are facts. When a caller asks one of these questions in other words, answer with its answer:",
            *facts,
            "</answers>",
        )
    )
