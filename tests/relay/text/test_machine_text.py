"""Text that a model writes for a machine is never spoken, and the text next to it does not change, for any cut."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.relay.text.plain_sections import calls_of
from functions.relay.text.speakable import Speakable, accepted_ssml

GOOGLE = accepted_ssml("Google", "en-US")
TOOLS = frozenset({"find", "find_table", "book"})


def spoken(pieces: list[str], ssml: frozenset[str] = frozenset()) -> str:
    one = Speakable(ssml=ssml, tools=TOOLS)
    return "".join([*map(one.feed, pieces), one.rest()])


REASONING = {
    "<thinking> The user is angry. </thinking>\n\nFor which day?": "For which day?",
    "<think>\nShe lies.\n</think>\nFor which day?": "For which day?",
    "<reasoning>The PIN was 1234.</reasoning>For which day?": "For which day?",
    "<scratchpad>\n- a\n- b\n</scratchpad>\n\n- Pizza": "Pizza.",
    "<THINK>a</THINK> Yes.": "Yes.",
    "<thinking budget='5'>a</thinking >Yes.": "Yes.",
    '<thinking note="a > b">secret</thinking>Yes.': "Yes.",
    "<thinking>a</thinking>Yes.": "Yes.",
    "<think>a <think>b</think> c</think> Yes.": "Yes.",
    "<think>a < b, c > d, </ b></think> Yes.": "Yes.",
    "<think>a</thin</think>Yes.": "Yes.",
    "<inner_monologue>a</inner_monologue>Yes.": "Yes.",
    "<notes>Ask for the day.</notes>Yes.": "Yes.",
    "<step>1</step><state>open</state>Yes.": "Yes.",
    "<search_quality_reflection>a</search_quality_reflection>Yes.": "Yes.",
    "<antThinking>a</antThinking>Yes.": "Yes.",
    "\u25c1think\u25b7a\u25c1/think\u25b7Yes.": "Yes.",
    "[THINK]a[/THINK]Yes.": "Yes.",
    "[thinking]a [b] c[/thinking]Yes.": "Yes.",
    "[Analysis] a [/Analysis] Yes. [/analysis]": "Yes.",
    "Yes. [thinking] It goes on": "Yes.",
    "[tool_call]find[/tool_call]Yes.": "Yes.",
    "< think>a</think>Yes.": "Yes.",
    "< thinking >a< /thinking >Yes. < /think >": "Yes.",
    "<think>a</ think>Yes.": "Yes.",
    # A thought that another of its names closes; escaped tags
    "<thinking>a</think>Yes.": "Yes.",
    "<antThinking>a</reasoning>Yes.": "Yes.",
    "<thinking>a <think>b</think> c</thinking>Yes.": "Yes.",
    "&lt;thinking&gt;a&lt;/thinking&gt;Yes.": "Yes.",
    "Yes.&lt;/think&gt; No.": "Yes. No.",
    "\\<think\\>a\\</think\\>Yes.": "Yes.",
    "\\u003cthink\\u003ea\\u003C/think\\u003EYes.": "Yes.",
    "&lt;invoke name='find'&gt;a&lt;/invoke&gt;Yes.": "Yes.",
    "5 &lt; 6, &lt;five&gt; \\< six": "5 less than 6, less than five more than less than six",
    "Is < plan B so?": "Is plan B so?",
    "One <think>a</think>two.": "One two.",
    "One<think>a</think> two.": "One two.",
    "One<think>a</think>two.": "One two.",
    "At 2<think>a</think>1 Main Street": "At 2 1 Main Street",
    "At nine<think>a</think>, or ten.": "At nine, or ten.",
    "(One<think>a</think>)": "(One)",
    "Yes. <thinking>It goes on": "Yes.",
    "Yes. <think": "Yes.",
    "Yes. <thinki": "Yes.",
    "Yes. <thinking a='": "Yes.",
    "Yes. </think>No.": "Yes. No.",
    "<answer>On Friday.</answer>": "On Friday.",
    "I think <b>so</b>, for a reason.": "I think so, for a reason.",
    "<analysis>a</analysis><final>Yes.</final>": "Yes.",
}
LABELS = {
    "(thinking: she wants a table) For which day?": "For which day?",
    "(Thinking: the table (for two) is free.)\n\nYes, it is.": "Yes, it is.",
    "Yes. (thinking: it is free) At nine?": "Yes. At nine?",
    "Yes. (THINKING - it is free)": "Yes.",
    "(thinking out loud: Friday?) Yes.": "Yes.",
    "(thinking… Friday) Yes.": "Yes.",
    "(thinking...) Yes.": "Yes.",
    "(thinking) Yes.": "Yes.",
    "(thinks: a) Yes.": "Yes.",
    "(I'm thinking: a) Yes.": "Yes.",
    "(I'm\nthinking: a) Yes.": "Yes.",
    "(my\tthinking: a) Yes.": "Yes.",
    "(let me\u00a0think: a) Yes.": "Yes.",
    "(my_thinking: a) Yes.": "Yes.",
    "(my\nyes) or (the_no)": "(my yes) or (the_no)",
    "(internal reasoning: a) Yes.": "Yes.",
    "(My internal note: a) Yes.": "Yes.",
    "(note to self: a, b) Yes.": "Yes.",
    "(reasoning about the day: a) Yes.": "Yes.",
    "(chain-of-thought: a) Yes.": "Yes.",
    "(tool call: find) Yes.": "Yes.",
    "(system note: a) Yes.": "Yes.",
    "[thinking: a] Yes.": "Yes.",
    "[Internal thought: a] Yes.": "Yes.",
    "{thinking: a} Yes.": "Yes.",
    "<thinking: a> Yes.": "Yes.",
    "\uff08\u601d\u8003\uff1aa\uff09Yes.": "Yes.",
    "\u3010\u601d\u8003\u8fc7\u7a0b\uff1aa\u3011Yes.": "Yes.",
    "*thinking: a* Yes.": "Yes.",
    "*Thinking: a*\nYes.": "Yes.",
    "**thinking: a b** Yes.": "Yes.",
    "**Thinking:** a b\nYes.": "Yes.",
    "**Thinking**: a b\nYes.": "Yes.",
    "***Reasoning:*** a\nYes.": "Yes.",
    "_thinking: a_ Yes.": "Yes.",
    "__Note to self: a__ Yes.": "Yes.",
    "Yes. *note to self: a* No.": "Yes. No.",
    "*thinking... a* Yes.": "Yes.",
    "Thinking: a\nYes.": "Yes.",
    "Reasoning: a\n\nYes.": "Yes.",
    "Internal note: a\nYes.": "Yes.",
    "thinking: a\nYes.": "Yes.",
    "(Okay, thinking: a) Yes.": "Yes.",
    "(do not say: a) Yes.": "Yes.",
    "(silently: a) Yes.": "Yes.",
    "(thinking -> a) Yes.": "Yes.",
    "(Ich denke: a) Ja.": "Ja.",
    "(je pense : a) Oui.": "Oui.",
    "(Je pense\u00a0: a) Oui.": "Oui.",
    "*R\u00e9flexion\u202f: a* Oui.": "Oui.",
    "**R\u00e9flexion\u00a0:** a\nOui.": "Oui.",
    "(note\u00a0: a) Oui.": "(note\u00a0: a) Oui.",
    "THOUGHT: a\nYes.": "Yes.",
    "THINKING: a\nInternal thought: b\nYes.": "Yes.",
    "My Thought: yes. Internal thoughts, so": "My Thought: yes. Internal thoughts, so",
    "*(thinking: a)* Yes.": "Yes.",
    "(so, on Friday?) Yes.": "(so, on Friday?) Yes.",
    "(reason: renovation) Yes.": "(reason: renovation) Yes.",
    "(note: we close at ten) Yes.": "(note: we close at ten) Yes.",
    "(denkt nach: a) Ja.": "Ja.",
    "(Interne Überlegung: a) Ja.": "Ja.",
    "(réflexion : a) Oui.": "Oui.",
    "(pensando: a) Sí.": "Sí.",
    "(विचार: a) हाँ।": "हाँ।",
    "Yes. (thinki": "Yes.",
    "Yes. (thin": "Yes.",
    "Yes. (th": "Yes. (th",
    "Yes. (thinking: it goes on": "Yes.",
    "Yes. *thinking: it goes on": "Yes.",
    "(thinking about Friday, are you?) Yes.": "(thinking about Friday, are you?) Yes.",
    "I was *thinking* of Friday.": "I was thinking of Friday.",
    "The **analysis** is done: yes.": "The analysis is done: yes.",
    "(In the evening: nine.)": "(In the evening: nine.)",
    "(I think so) Yes.": "(I think so) Yes.",
    "(a quiet one) Yes.": "(a quiet one) Yes.",
    "Note the day. No, thinking helps.": "Note the day. No, thinking helps.",
    "The thinking: yes.": "The thinking: yes.",
}
CALLS = {
    '<function_calls><invoke name="find"><parameter name="reference">K4T9</parameter></invoke></function_calls>'
    "For which day?": "For which day?",
    '<invoke name="find"/>Yes.': "Yes.",
    '<invoke name="find"><invoke name="b"/>K4</invoke>Yes.': "Yes.",
    '<tool_call>\n{"name": "book", "arguments": {"day": "Friday"}}\n</tool_call>\nYes.': "Yes.",
    '<function=book>{"day": "Friday"}</function>Yes.': "Yes.",
    "<tool_call><function=book><parameter=day>Friday</parameter></function></tool_call>Yes.": "Yes.",
    "<use_tool_result>a</use_tool_result>Yes.": "Yes.",
    "Yes. <tool_call>{": "Yes.",
    "<tool_code>print(1)</tool_code>Yes.": "Yes.",
    "<TOOLCALL>[a]</TOOLCALL>Yes.": "Yes.",
    '<|python_tag|>book.call(day="Friday")<|eom_id|>Yes.': "Yes.",
    '<|tool_call|>[{"name": "book"}]<|/tool_call|>Yes.': "Yes.",
    "<|tool_calls_section_begin|><|tool_call_begin|>functions.book:0<|tool_call_argument_begin|>{}<|tool_call_end|>"
    "<|tool_calls_section_end|>Yes.": "Yes.",
    "<\uff5ctool\u2581calls\u2581begin\uff5c>a<\uff5ctool\u2581sep\uff5c>b"
    "<\uff5ctool\u2581calls\u2581end\uff5c>Yes.": "Yes.",
    '<\uff5cDSML\uff5cfunction_calls><\uff5cDSML\uff5cinvoke name="a">b</\uff5cDSML\uff5cinvoke>'
    "</\uff5cDSML\uff5cfunction_calls>Yes.": "Yes.",
    "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>": "Yes.",
    '<|channel|>commentary to=functions.book <|constrain|>json<|message|>{"day": 5}<|call|>Yes.': "Yes.",
    "<|channel|>analysis<|message|>a<|start|>assistant<|channel|>final<|message|>Yes.": "Yes.",
    "<|im_start|>assistant\nYes.<|im_end|>": "Yes.",
    "<|start_header_id|>assistant<|end_header_id|>\n\nYes.<|eot_id|>": "Yes.",
    "<|START_THINKING|>a<|END_THINKING|><|START_RESPONSE|>Yes.<|END_RESPONSE|>": "Yes.",
    "Yes.<|endoftext|>": "Yes.",
    "Yes.<|im_end": "Yes.",
    "Yes.<|": "Yes.",
    "At 2<|x|>1": "At 2 1",
    '[TOOL_CALLS][{"name": "book"}]': "",
    "[TOOL_REQUEST]a[END_TOOL_REQUEST]Yes.": "Yes.",
    "Yes. [TOOL_CAL": "Yes.",
    '{"tool": "book", "with": {"note": "a } b \\" c"}}\nYes.': "Yes.",
    '{{"tool": "book", "with": {"day": 5}}}\nYes.': "Yes.",
    "Yes. { {'tool': 'book'} } No. {{ tool: 'book' }}": "Yes. No.",
    'Yes. {"tool": "bo': "Yes.",
    "Yes {or no}.": "Yes {or no}.",
    "{'tool': 'book', 'note': 'a } b'} Yes.": "Yes.",
    '{ "day of week": "Friday" } Yes.': "Yes.",
    "{'@type': 'a'} {\"$id\": 5} Yes.": "Yes.",
    "{\u201cday\u201d: \u201ca } b\u201d, 'c': \"}\"} Yes.": "Yes.",
    'Yes {\u201ca\u201d or \u201eb\u201c} {"our menu"}.': 'Yes {\u201ca\u201d or \u201eb\u201c} {"our menu"}.',
    "<find_table>\n<day>Friday</day>\n</find_table>Yes.": "Yes.",
    '<find_table day="5">{"a": 1}</find_table>Yes.': "Yes.",
    "Yes. <find_tab": "Yes.",
    "Dear <first_name> of <last_name> now.": "Dear of now.",
    "<final_answer><b>Yes.</b></final_answer>": "Yes.",
    "<action>find</action><query>a</query>Yes.": "Yes.",
    # Special tokens and tags of chat templates of 2025 and 2026
    "<ctrl94>thought\na\n<ctrl95>Yes.": "Yes.",
    "<unused94>thought\na<unused95>Yes.": "Yes.",
    "<start_of_turn>model\nYes.<end_of_turn>": "Yes.",
    "<start_function_call>call:book{day:<escape>F<escape>}<end_function_call>Yes.": "Yes.",
    "<start_function_response>response:book{}<end_function_response>Yes.": "Yes.",
    "<|channel>thought\na<channel|>Yes.": "Yes.",
    '<|tool_call>call:book{day:<|"|>F<|"|>}<tool_call|>Yes.': "Yes.",
    "<|turn>model\nYes.<turn|>": "Yes.",
    "<|start_of_role|>assistant<|end_of_role|>Yes.<|end_of_text|>": "Yes.",
    "<|inner_prefix|>a<|inner_suffix|>Yes.": "Yes.",
    '<|tools_prefix|>[{"book": {}}]<|tools_suffix|>Yes.': "Yes.",
    "<tool_call>book\n<arg_key>day</arg_key>\n<arg_value>F</arg_value>\n</tool_call>Yes.": "Yes.",
    "<arg_key>day</arg_key><arg_value>F</arg_value>Yes.": "Yes.",
    "<longcat_think>a</longcat_think>Yes.": "Yes.",
    "<think_fast>a</think_fast>Yes.": "Yes.",
    "<tool_input>a</tool_input><tool_output>a</tool_output>Yes.": "Yes.",
    "<commentary>a</commentary><metadata>b</metadata>Yes.": "Yes.",
    'At nine<grok:render type="citation"><argument name="id">0</argument></grok:render>.': "At nine.",
    "<book>Friday</book><find_table day='5'>Friday</find_table><find/>Yes.": "Yes.",
    "\u273fFUNCTION\u273f: book\n\u273fARGS\u273f: a\n\u273fRETURN\u273f: Yes.": "Yes.",
    "I like the \u273f flower, <books> of it.": "I like the flower, of it.",
}
NAMED = {
    # The tags' names of calls and of their results, in each way of writing them
    "<function_response>full</function_response>Yes.": "Yes.",
    "<functionResponse>full</functionResponse>Yes.": "Yes.",
    "<FunctionCall>book day</FunctionCall>Yes.": "Yes.",
    "<ToolUse>a</ToolUse>Yes.": "Yes.",
    "<function-call>book</function-call>Yes.": "Yes.",
    "<function-calls>book</function-calls>Yes.": "Yes.",
    "One<tool-result>full</tool-result>two.": "One two.",
    "<function-result>full</function-result>Yes.": "Yes.",
    "<tool_outputs>full</tool_outputs>Yes.": "Yes.",
    "<FUNCTION_OUTPUT>full</FUNCTION_OUTPUT>Yes.": "Yes.",
    "<tools_used a='b'>full</tools_used>Yes.": "Yes.",
    "<functionArgs>a</functionArgs><toolInput/>Yes.": "Yes.",
    "<function_name>a</function_name><tool-name>b</tool-name>Yes.": "Yes.",
    "<function_response>a</function_response>Yes.": "Yes.",
    "[function_response]a[/function_response]Yes.": "Yes.",
    "Yes.</function-call> No.": "Yes. No.",
    "Yes. <function-res": "Yes.",
    "<functional>Yes</functional>, <tooltip>no</tooltip>.": "Yes, no.",
}
AS_WORDS = {
    'functions.book:0{"day": "Friday"} Yes.': "Yes.",
    'functools[{"name": "book", "arguments": {"day": "]"}}]Yes.': "Yes.",
    "analysisThe caller asks.assistantfinalYes.": "Yes.",
    "analysisAssistantfinal is no mark. Analysis of it.": "",
    'analysisI look.assistantcommentary to=functions.book json{"day": 5}assistantfinalYes.': "Yes.",
    'commentary to=functions.book {"day": 5} Yes.': "Yes.",
    "analysis is good, commentary too.": "analysis is good, commentary too.",
    'Thought: I look.\nAction: find\nAction Input: {"a": "b } c"}\nObservation: Full.\nFinal Answer: No.': "No.",
    'Thought: I look.\nAction: find[K4]\nAction Input: {\n  "a": 1\n}\nSorry, no.': "Sorry, no.",
    "Yes.\n  Thought: a. Action: b": "Yes.",
    "**Thought:** a\n**Action:** b\n**Final Answer:** Yes.": "Yes.",
    "Thought: a. Final Answer: Yes.": "Yes.",
    "Thoughts: a\nTool Input: b\nThe table is free.": "The table is free.",
    "I thought: why not? In Action: a film.": "I thought: why not? In Action: a film.",
    "Thoughtful action. Action!\nTools: two": "Thoughtful action. Action! Tools: two",
    'find(reference="x")': "",
    'Sure. find(reference="a ) b", day=(1, 2)) Done.': "Sure. Done.",
    "find_table()\nYes.": "Yes.",
    "find_table('Friday')Yes.": "Yes.",
    'functions.find({"day": "Friday"}) Yes.': "Yes.",
    'print(default_api.find_table(day="Friday")) Yes.': "Yes.",
    '[find(day="Friday"), book(people=2)]Yes.': "Yes.",
    'find {"day": "Friday"} Yes.': "Yes.",
    'book: {"day": "Friday"}Yes.': "Yes.",
    "Yes. find(day=": "Yes.",
    "I find (or book) it, rebook(x=1), find: a table.": "I find (or book) it, rebook(x=1), find: a table.",
    "To find or book [find] a table (find) {find}": "To find or book find a table (find) {find}",
}
BLOCKS = {
    '```json\n{"tool": "book", "day": "Friday"}\n```\nFor which day?': "For which day?",
    "Sure. ```tool_code\nbook()\n``` For which day?": "Sure. For which day?",
    "````\na\n```\nb\n````\nYes.": "Yes.",
    "~~~\na\n```\nb\n~~~\nYes.": "Yes.",
    "Yes:\n```\na": "Yes:",
    "Yes:\n```": "Yes:",
    "Say `K4T9` or ``K4 T9``.": "Say K4T9 or K4 T9.",
    "> ```\n> a\n> ```\n> Yes.": "Yes.",
    "  ```sh\n  make\n  ```\n1. Pizza": "1. Pizza.",
    "<!-- a > b -->Yes.": "Yes.",
    "<!-- a - b -- c --> Yes.": "Yes.",
    "<![CDATA[a]]>Yes.": "Yes.",
    "<script>if (a<b) {}</script>Yes.": "Yes.",
    '<?xml version="1.0"?>Yes.': "Yes.",
}
CITED = {
    "We open at nine[1].": "We open at nine.",
    "We open at nine [1].": "We open at nine.",
    "We open at nine.[1][2] On Friday.": "We open at nine. On Friday.",
    "At nine [1, 2], or ten [3-5]. ": "At nine, or ten.",
    "It is 2[1] and 3[12]4": "It is 2 and 3 4",
    "It is 2[[1]](https://hotline.example/a) people": "It is 2 people",
    "At nine [1](https://hotline.example/a).": "At nine.",
    "At nine\u30104\u2020source\u3011.": "At nine.",
    "At nine\u30104:0\u2020menu.pdf\u3011 or ten.": "At nine or ten.",
    "At nine[4:0\u2020menu.pdf].": "At nine.",
    "At 2\u30101\u2020L1-L5\u30111": "At 2 1",
    "At nine[^2].": "At nine.",
    "At nine[^note] or ten[^1^].": "At nine or ten.",
    "At nine:contentReference[oaicite:0]{index=0}.": "At nine.",
    "At nine :contentReference[oaicite:12].": "At nine.",
    "At nine\ue200cite\ue202turn0search0\ue201.": "At nine.",
    "At nine citeturn0search0.": "At nine.",
    "At nine [doc1]. [source 2] Ten [cite: 1, 2].": "At nine. Ten.",
    "At nine [1 and 2], or ten [sources 1 and 2].": "At nine, or ten.",
    "At nine [source 1: menu.pdf], or ten [file:a.pdf].": "At nine, or ten.",
    "Tables [1 and 2], press [3 and 4], [source of 1: it].": "Tables 1 and 2, press 3 and 4, source of 1: it.",
    "[cite_start]At nine [web:1].": "At nine.",
    "At nine [citation needed].": "At nine.",
    "At nine.\u00b9 Or ten.": "At nine. Or ten.",
    "At nine\u00b9 or ten\u00b9,\u00b2 now.": "At nine or ten, now.",
    "At nine {Cite:1}, or ten {SOURCE_2}.": "At nine, or ten.",
    "At nine<sup>1</sup>.": "At nine.",
    '<cite index="0-1">At nine</cite>.': "At nine.",
    "<co: 0>At nine</co: 0>.": "At nine.",
    'At nine[1]\n\n[1]: https://hotline.example/menu "The menu"': "At nine.",
    "At nine[^a]\n\n[^a]: The menu.\n": "At nine.",
    "Press [1] for a table.": "Press 1 for a table.",
    "The note [sic] of [our menu] in [2026].": "The note sic of our menu in 2026.",
    "Room [b": "Room b",
    "At nine ([1]), or ten ([2](https://hotline.example)).": "At nine, or ten.",
    "At nine [source: menu.pdf], or ten [1, p. 4].": "At nine, or ten.",
    "At nine[\u2020] or ten[*].": "At nine or ten.",
    "At nine[a], see[our menu].": "At nine, see our menu.",
    "At nine<ref>The menu.</ref>.": "At nine.",
    "(yes) or (no": "(yes) or (no",
    "nine (see [2])": "nine (see)",
    "At nine [menu.pdf], or ten [a-b.md, page 2].": "At nine, or ten.",
    "At nine\u3010menu.pdf\u3011 or ten\u3010a\u2020source\u3011.": "At nine or ten.",
    "At nine\u30141\u3015, ten\u27e62\u27e7 or eleven\u207d\u00b2\u207e.": "At nine, ten or eleven.",
    "At nine\u2020. Or ten [\u2460].": "At nine. Or ten.",
    "At nine [1] \u2013 [3], or ten.": "At nine, or ten.",
    "At nine (Source: menu, page 2), or ten (source of joy).": "At nine, or ten (source of joy).",
    "At nine<sources>menu</sources>, \ue203or ten\ue204.": "At nine, or ten.",
    "At 5.[1]6 Main Street": "At 5. 6 Main Street",
    "See [our menu.pdf] in [12a].": "See our menu.pdf in 12a.",
    "At nine[REF]0[/REF].": "At nine.",
    "At nine %[1]%, or ten ^[1]^ or eleven ^[2, 3].": "At nine, or ten or eleven.",
    "At nine\u3010webpage 1\u3011, or ten [1-3\u2020source].": "At nine, or ten.",
    "At nine [Quelle 1], or ten [Source 1, Source 2; source 4].": "At nine, or ten.",
    "At nine [cite:@a], or ten [1:2-3].": "At nine, or ten.",
    "At nine \u00b9\u00b2\u00b3": "At nine",
    "20%, 20% [off], 2^3, 5 % [sic]": "20%, 20% off, 2^3, 5 % sic",
    "A 5%[1] discount, 10 %[2] or 20%[3].": "A 5% discount, 10 % or 20%.",
    "5% off, a 3 [of 5]": "5% off, a 3 of 5",
}
BESIDE = {
    "3*4 is 12, 3*4*5, 10**6, 2**10": "3*4 is 12, 3*4*5, 10**6, 2**10",
    "x**2 and (a)**2": "x**2 and (a)**2",
    "x**2 + y**2, x**2**3, x*2*3, x*2": "x**2 + y**2, x**2**3, x*2*3, x*2",
    "5_000, 1_000_000, snake_case": "5_000, 1_000_000, snake_case",
    "$1,5 and **$1**,5 and **1**,000": "$1,5 and $1,5 and 1,000",
    "C#, F#, C##, #1, A#4": "C#, F#, C##, #1, A#4",
    "C++ and 1+1": "C++ and 1+1",
    "~~50~~40 euros": "50 40 euros",
    "`5`6": "5 6",
    "<b>5</b>6": "5 6",
    "5<!-- a -->6": "5 6",
    "5\U0001f3896": "5 6",
    "1\ufe0f\u20e32\ufe0f\u20e3": "1 2",
    "5\U0001f51fkm, *\ufe0f\u20e3": "5 10 km, *",
    "one\U0001f389two": "one two",
    "5\u00ad6 don\u200bt": "56 dont",
    "10<sup>6</sup>, m<sup>2</sup>, H<sub>2</sub>O": "10^6, m^2, H2O",
    "10<sup>-3</sup>, 5 m<sup>\u22121</sup>, x<sup>+2</sup>": "10^-3, 5 m^\u22121, x^+2",
    "the 9<sup>th</sup>, Na<sup>+</sup>, a<sup>-</sup>": "the 9th, Na+, a-",
    "[T]he **b**old w*o*rd": "The bold word",
    "[menu](https://hotline.example/a)2": "menu2",
    "[2](https://hotline.example/a)0": "0",
    "1~2, ~5, 5~": "1~2, ~5, 5~",
    "a<td>b</td><td>c</td>": "a b. c.",
    ">5 people": "more than 5 people",
    "x<y": "x less than y",
    "a >= 5, b <= 6, c>=7": "a at least 5, b at most 6, c at least 7",
    "costs <$5": "costs less than $5",
    "Room <12>, or 5<6>7": "Room 12, or 5 less than 6 more than 7",
    "Press [*] or [#].": "Press * or #.",
    "A -> B, 5->6, 7=>8": "A, B, 5, 6, 7, 8",
    "-5 degrees, 5-6, 5--6": "-5 degrees, 5-6, 5--6",
    "1|2": "1, 2",
    "R&D, AT&T, 5&6": "R and D, AT and T, 5 and 6",
    "50%, 5\u20ac, \u00a35, 5\u00a2, 1/2, 8:30": "50%, 5\u20ac, \u00a35, 5\u00a2, 1/2, 8:30",
    "m\u00b2, 10\u00b9\u00b2, 5\u00b9": "m\u00b2, 10\u00b9\u00b2, 5\u00b9",
    "10\u00b9\u00b9, 5 m\u00b2a, Au\u00b2\u00b9": "10\u00b9\u00b9, 5 m\u00b2a, Au\u00b2\u00b9",
    r"5\.5, 1\_000, 3\*4": "5.5, 1_000, 3*4",
}
RAW = {
    # Marks of chat templates that a server has passed on
    "]~b]ai\nHello.[e~[": "Hello.",
    "]~!b[]~b]system\nYou.[e~[\n]~b]ai\nHello.": "Hello.",
    "]<]minimax[>[<tool_call>x]<]minimax[>[</tool_call>Yes.": "Yes.",
    "One ]two] [e and [[three]]": "One two e and three",
    "<ifm|thought>hm<ifm|end>Hello.": "Hello.",
    "<think_never_used_51bce0c785ca2f680>a</think_never_used_51bce0c785ca2f680>Yes.": "Yes.",
    "<verification>a</verification><inner_voice>b</inner_voice><strategy>c</strategy>Yes.": "Yes.",
    "It is so</think>Yes.": "It is so Yes.",
    "At 2</thinking>1": "At 2 1",
    "Yes. <|citation|>1, 2<|/citation|> No.": "Yes. No.",
    "Yes <|citation|> no.": "Yes no.",
    # Calls without tags
    'result = book(day="Friday")\nYes.': "Yes.",
    'result = await book(day="Friday")\nYes.': "Yes.",
    'await functions.find(day="Friday")\nYes.': "Yes.",
    'booked=find_table(day="Friday"); Yes.': "Yes.",
    "result = 5, x = books": "result = 5, x = books",
    "awaiting a table = find (or book) one": "awaiting a table = find (or book) one",
    'book{"day": "Friday"} Yes.': "Yes.",
    'book : {"day": "Friday"} Yes.': "Yes.",
    "book : a {table}": "book : a {table}",
    'json\n{"a": 1}\nYes.': "Yes.",
    '{day: "Friday", people: 2} Yes.': "Yes.",
    "{name: of it} and {so}": "{name: of it} and {so}",
    'action: find\naction_input: {"a": 1}\nYes.': "Yes.",
    "Thought 1: a\nAction 1: find[x]\nYes.": "Yes.",
    'Arguments: {"a": 1}\nYes.': "Yes.",
    'arguments: {"a": 1}\nYes.': "Yes.",
    'PARAMETERS: {"a": 1}\nYes.': "Yes.",
    'action input: {"a": 1}\nYes.': "Yes.",
    'Tool_Call 2: {"a": 1}\nYes.': "Yes.",
    "arguments: two. Args": "arguments: two. Args",
    "Arguments: two. Action 5 is a film.": "Arguments: two. Action 5 is a film.",
    'to=functions.find json{"day": "x"}Yes.': "Yes.",
    'assistant to=functions.find<|channel|>commentary json<|message|>{"a": 1}<|call|>Yes.': "Yes.",
    "assistant to me, to=you": "assistant to me, to=you",
}
STARRED = {
    # An emphasis has a closing star on its line; a key of the phone has none
    "Your table is for *2* at *8*.": "Your table is for 2 at 8.",
    "*12:30* works, or *8*pm.": "12:30 works, or 8pm.",
    "Say *2 or 3*, *.5* or *#1*.": "Say 2 or 3, .5 or #1.",
    "At *8*, or *9*?\n*10* too": "At 8, or 9? 10 too",
    "*2 is **very** few*, *2*(two)": "2 is very few, 2(two)",
    "*2 * 3 = 6*, *5*-star": "2 * 3 = 6, 5-star",
    "| *8* | *50*% |": "8, 50%.",
    "Press *5. Or *123# now.": "Press *5. Or *123# now.",
    "Dial *67 and then *69": "Dial *67 and then *69",
    "Dial *21*555# or 2*3*4.": "Dial *21*555# or 2*3*4.",
    "Dial *#06#, then *5*.": "Dial *#06#, then 5.",
    "Use *5 or the star (*).": "Use *5 or the star (*).",
    'Use *5, "*" or `*`.': 'Use *5, "*" or *.',
    "Press *5\n*6*": "Press *5 6",
    "*8*0, *8**9*": "*8*0, *8**9",
    # A letter in front of an emphasis is no factor
    "Room A**12** is free.": "Room A12 is free.",
    "Gate B**12 or 13** now.": "Gate B12 or 13 now.",
    "Vitamin B*12* or *B*6": "Vitamin B12 or B6",
}
JOINED = {
    "<day>Friday</day><time>eight</time>": "Friday eight",
    "<result>full</result>Yes.": "full Yes.",
    "<result>Full.</result>Yes.": "Full. Yes.",
    "so<x-y a='b'>on</x-y>, <x>on</x>.": "so on, on.",
    "un<em>believ</em>able, <B>old</B>er, R<sub>1</sub>D": "unbelievable, older, R1D",
    "two<think>a</think>(three), two<think>a</think>$5": "two (three), two $5",
    "two\U0001f389(three), two\U0001f389)": "two (three), two)",
    "At nine[1](or ten)": "At nine (or ten)",
    "**five<think>a</think>**six": "five six",
}
LATEX = {
    r"It is \boxed{42}.": "It is 42.",
    r"It is $\boxed{42}$, or \(\boxed{\text{two } 2}\).": "It is 42, or two 2.",
    r"\boxed{Yes}, we open at 9.": "Yes, we open at 9.",
    r"\frac{1}{2} cup, \sqrt{16}, 3 \times 4": "1/2 cup, 16, 3 \u00d7 4",
    r"\textbf{Hello}, \emph{you}.": "Hello, you.",
    r"\[x = 5\] and $x=5$ and $$y$$": "x = 5 and x=5 and y",
    r"\begin{equation}x=1\end{equation}": "x=1",
    r"20^\circ C, 20^{\circ}C, \$42, 50\%, 10\,000": "20\u00b0 C, 20\u00b0C, $42, 50%, 10,000",
    r"a \leq 5, b \ge 6, \left(c\right)": "a at most 5, b at least 6, (c)",
    "$5 and $6, A$B, {a} and {b}{c}, 5$": "$5 and $6, A$B, {a} and {b}{c}, 5$",
    r"One.\nTwo, a\b and \unknown": "One. Two, ab and unknown",
}
COUNTED = {
    "[5] people are here.": "5 people are here.",
    "We have [5] rooms, in [12] houses.": "We have 5 rooms, in 12 houses.",
    "Room [5] is free, Tisch [4] auch.": "Room 5 is free, Tisch 4 auch.",
    "[1] We open. [2] We close.": "We open. We close.",
    "As we have [5]. It is open [6] on Friday.": "As we have. It is open on Friday.",
    "begin [1] and again [2] we": "begin and again we",
    "Sizes <S>, <M>, <L> and <XL>, gate <B>.": "Sizes S, M, L and XL, gate B.",
    "<B>old</B>, a <I>new</I> and <s>10</s> 12": "old, a new and 10 12",
    "&frac12; cup, &amp;amp; &#x1F600;5 &deg;": "\u00bd cup, and 5 \u00b0",
    "Yes :smile: no, :+1: 5:30, a:b:c, so: yes": "Yes no, 5:30, a:b:c, so: yes",
    "[menu]: https://hotline.example/a\nYes.": "Yes.",
    "[menu]: the soup\nYes.": "menu: the soup Yes.",
}
UNOPENED = {
    "hm</think> Yes.": "Yes.",
    "Hmm... </think>Yes.": "Yes.",
    "Okay, the user wants a table.</think>Yes.": "Yes.",
    "Okay, so the user is asking.\n\nYes?\n</think>\n\nYes.": "Yes.",
    "The caller's name is Anna.</thinking>Yes.": "Yes.",
    "We need to respond in English.</think >Yes.": "Yes.",
    "Thinking Process:\n\n1. **Analyze**\n</think>\nYes.": "Yes.",
    "\u7528\u6237\u60f3\u8981\u3002</think>Yes.": "Yes.",
    "Okay, the table is booked.": "Okay, the table is booked.",
    "Okay": "Okay",
    "The user": "The user",
    "The user interface is new.": "The user interface is new.",
    "The customer is right, always.": "The customer is right, always.",
    "Hm <b>yes</b>": "Hm yes",
}
PARTLY = {
    # A server has taken some of the delimiters away, or the model has broken them
    "assistant<|channel|>final<|message|>Yes.": "Yes.",
    "final<|message|>Yes.": "Yes.",
    "commentary<|message|>a<|end|>Yes.": "Yes.",
    "assistantfinalYes.": "Yes.",
    "assistantanalysisThe user.assistantfinalYes.": "Yes.",
    'to=find code<|message|>{"a": 1}': "",
    '<function=find{"day": 5}</function>Yes.': "Yes.",
    '<function(find)>{"day": "}"}</function>Yes.': "Yes.",
    '(function=find>{"day": 5}</function>Yes.': "Yes.",
    "(functions of it) (full)": "(functions of it) (full)",
    "<<SYS>>a<</SYS>>Yes.": "Yes.",
    'multi_tool_use.parallel({"tool_uses": []}) Yes.': "Yes.",
    "[Calling find]Yes.": "Yes.",
    "*calls find_table* Yes.": "Yes.",
    "[find_table] Yes, (using find_table) no.": "Yes, no.",
    "[tool: book] **calls find** Yes.": "Yes.",
    "(use a book) [run] *call me*": "(use a book) run call me",
    "end_call() Yes.": "Yes.",
    "send_sms(to='x') Yes.": "Yes.",
    "reset() or end_call it": "reset() or end_call it",
    "tool_call: find_table\nYes.": "Yes.",
    # Labels of speakers
    "Assistant: Yes.": "Yes.",
    "**Response:** Yes.": "Yes.",
    "Final answer: Yes.": "Yes.",
    "Answer it. Reply to it.": "Answer it. Reply to it.",
    "Yes.\n\nHuman: And?\n\nAssistant: Of course.": "Yes.",
    "Yes.\nUser: And?": "Yes.",
    "User friendly. Human: one": "User friendly. Human: one",
}
STAGED = {
    "*smiles* Hello.": "Hello.",
    "Sure *laughs softly* I can.": "Sure I can.",
    "*pauses, then nods* Yes.": "Yes.",
    "*checks the calendar* Yes.": "Yes.",
    "*typing sounds* One moment.": "One moment.",
    "[sighs deeply] Yes. [softly] No. (pauses)": "Yes. No.",
    "Bye. [end call]": "Bye.",
    "[END_CALL] Bye. [/TRANSFER_NOW]": "Bye.",
    "I like it :) a lot ;-) ^_^": "I like it a lot",
    "At 5:30 (checks too), a *beat*, a (typing error).": "At 5:30 (checks too), a beat, a (typing error).",
    "It *looks* good, [A] [AB] (soft drinks)": "It looks good, A AB (soft drinks)",
    "Yes\x00, \x1bno\ud83d \ude00\u202eso, caf\u00e9\ufffd.": "Yes, no so, caf\u00e9.",
    "\\ud83d\\ude00 5\\u20ac caf\\u00e9": "5\u20ac caf\u00e9",
}
LEFT = {
    "At nine fileciteturn0file1.": "At nine.",
    "At nine.fileciteturn0file1turn0file2 Or ten.": "At nine. Or ten.",
    "At nine fileciteturn0file0L1-L5 or ten turn0search0.": "At nine or ten.",
    "At nine (turn0search0, turn1news2), turn left, turn 2.": "At nine, turn left, turn 2.",
    "At nine [source], or ten [oai_citation:0\u2021menu.pdf](https://hotline.example).": "At nine, or ten.",
    "At nine [Chunk 3], or ten [passage_1] ^2^.": "At nine, or ten.",
    "At nine \u30164\u2020source\u3017 %[2]%": "At nine",
    "Hello {{name}}, {cite:1} or {no}.": "Hello, or {no}.",
    "At nine {{cite:1}}, or ten {{source: menu.pdf}} {{2}}.": "At nine, or ten.",
}
REFERRED = {
    "It costs 5 <cite>1</cite>, or 6<cite>[1, 2]</cite>.": "It costs 5, or 6.",
    "See <cite>the menu</cite>. We have <cite>5</cite> rooms.": "See the menu. We have 5 rooms.",
    "It costs <cite index='1'>12</cite> euros.": "It costs 12 euros.",
    "At 5 [*1], 6 [#2], 7 [\u00a74] or 8 [1b].": "At 5, 6, 7 or 8.",
    "At 9 [S1], [S2], or ten [S1, S2].": "At 9, or ten.",
    "At 9 [p. 12], or ten [pp. 3-4], [p3].": "At 9, or ten.",
    "At 9 [docs 1-3], or ten [passage_id: 3].": "At 9, or ten.",
    "At 9 [Quellen 1, 2], or ten [doc id=3].": "At 9, or ten.",
    "At nine[1]-[3], or ten [1]/[2].": "At nine, or ten.",
    "At nine [1]&[2], or ten [1], [2].": "At nine, or ten.",
    "At nine [1], ten [2] - so": "At nine, ten - so",
    "At nine<sup>1, 2</sup>, or 9<sup>1, 2</sup>.": "At nine, or 9.",
    "10<sup>1,5</sup>, at nine<sup>1-3</sup>": "10^1,5, at nine",
    "Room [S1] is free, take seat [C4] or [C5].": "Room S1 is free, take seat C4 or C5.",
    "Room [B1], parking [P1], [documents].": "Room B1, parking P1, documents.",
    "See [p. 12]. Press [#2]": "See p. 12. Press #2",
    "Press [1] or [2].": "Press 1 or 2.",
    "Press [1], [2] or [3] now.": "Press 1, 2 or 3 now.",
    "Press [1], [2], [3], [4] or [5] now.": "Press 1, 2, 3, 4 or 5 now.",
    "Drücken Sie [1], [2] oder [3].": "Drücken Sie 1, 2 oder 3.",
    "We open at ten [1], [2], [3].": "We open at ten.",
    "Press [1] for a table, [2] for us, or [3] to end.": "Press 1 for a table, 2 for us, or 3 to end.",
    "Press [1] for a table and [2] for the bar [3].": "Press 1 for a table and 2 for the bar.",
    "Press [1] for us, 【4:0†menu.pdf】 or [doc2].": "Press 1 for us, or.",
    "Press [1] for us, [2](https://hotline.example) now.": "Press 1 for us, now.",
    "Press [1] now. At nine, [2] or ten [3].": "Press 1 now. At nine, or ten.",
    "Pulse [1] para reservar, [2] para hablar.": "Pulse 1 para reservar, 2 para hablar.",
    "Dr\u00fccken Sie [1]-[3], [4].": "Dr\u00fccken Sie 1-3, 4.",
    "<cite>1</cite, [#": "1/cite, #",
}
LISTED = {
    # A list of sources has a line of its own at the end
    "At nine.\nSources: [1] menu.pdf, [2] hours.md": "At nine.",
    "At nine [1].\n\nSources:\n[1] a.pdf\n[2] b": "At nine.",
    "At nine.\n## Sources\n- [1] a\n- [2] b\n\nMore?": "At nine. More?",
    "At nine.\n**Quellen:** https://hotline.example/a": "At nine.",
    "At nine.\nSources: 1, 2": "At nine.",
    "At nine.\nSource: menu.pdf\nMore?": "At nine. More?",
    "At nine.\nFuentes:\n1. [a](https://hotline.example)": "At nine.",
    "At nine.\nReference: 123": "At nine. Reference: 123",
    "At nine.\nSource: our menu.": "At nine. Source: our menu.",
    "At nine.\nSources of joy: two": "At nine. Sources of joy: two",
    "At nine.\nSources:\nthe menu": "At nine. Sources: the menu",
    "Sources: two": "Sources: two",
}
TABLES = {
    "reasoning": REASONING,
    "labels": LABELS,
    "calls": CALLS,
    "named": NAMED,
    "as words": AS_WORDS,
    "blocks": BLOCKS,
    "cited": CITED,
    "beside": BESIDE,
    "raw": RAW,
    "starred": STARRED,
    "joined": JOINED,
    "LaTeX": LATEX,
    "counted": COUNTED,
    "unopened": UNOPENED,
    "partly": PARTLY,
    "staged": STAGED,
    "left": LEFT,
    "referred": REFERRED,
    "listed": LISTED,
}
SAMPLES = {text: heard for table in TABLES.values() for text, heard in table.items()}
SHORT = 25
"""Characters of a sample that is cut into any three pieces. Of a longer one the middle piece is short."""

EACH_TABLE = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


def cuts(text: str) -> Iterator[tuple[str, str, str]]:
    for first, second in combinations(range(len(text) + 1), 2):
        if len(text) < SHORT or second - first < 3 or not first:
            yield text[:first], text[first:second], text[second:]


@EACH_TABLE
def test_a_sample_is_spoken_as_the_table_says(table: Mapping[str, str]) -> None:
    assert {text: (spoken([text]), spoken(list(text))) for text in table} == {
        text: (heard, heard) for text, heard in table.items()
    }


@EACH_TABLE
@pytest.mark.slow
@pytest.mark.no_cover  # it tries each cut of each sample
def test_a_sample_is_spoken_alike_in_every_two_and_three_pieces(table: Mapping[str, str]) -> None:
    for text, heard in table.items():
        for pieces in cuts(text):
            assert spoken([*pieces]) == heard, pieces


@given(st.lists(st.sampled_from(sorted(SAMPLES)), min_size=2, max_size=4), st.integers(1, 12))
def test_samples_in_a_row_are_spoken_alike_however_they_are_cut(samples: list[str], size: int) -> None:
    text = "\n".join(samples)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert spoken(pieces) == spoken([text]) == spoken(list(text), GOOGLE.difference(GOOGLE))


@pytest.mark.parametrize("opening", ["<thinking>", "<tool_call>", "```", "<|tool_call|>", "[TOOL_CALLS]", '{"a": '])
def test_what_is_never_closed_is_never_spoken(opening: str) -> None:
    assert spoken(["Yes. ", opening, *("secret words, <b> ` | ] " * 200).split(" ")]) == "Yes."


@pytest.mark.parametrize("text", ["I think so, for a", "a < b is", "[our menu", "It {is", "Hi! [a"])
def test_words_are_not_held_back_for_what_machine_text_might_come(text: str) -> None:
    one = Speakable()
    one.feed(text + " x")
    assert one.rest() == ""


def test_calls_in_plain_text_are_found_only_of_the_agents_tools() -> None:
    assert calls_of(frozenset()) == ()
    assert calls_of(frozenset({"find"}))


def called(pieces: Iterable[str], tools: frozenset[str] = TOOLS) -> bool:
    one = Speakable(tools=tools)
    for piece in pieces:
        one.feed(piece)
    one.rest()
    return one.called


OF_TOOLS = (
    'Let me look. {"name": "find", "arguments": {"day": "Friday"}}',
    "Let me look. {'type': 'function', 'function': 'functions.find'}",
    'Let me look. {"find": {"day": "Friday"}}',
    'Let me look. find(reference="K4T9")',
    'Let me look. <tool_call>{"name": "find"}</tool_call> One moment.',
    '<tool_call>{"name": "find", "arguments": {"da',
    '<invoke name="find"><parameter name="day">Friday</parameter></invoke>',
    '<|python_tag|>book.call(day="Friday")<|eom_id|>Yes.',
    '<|channel|>commentary to=functions.book <|message|>{"day": 5}<|call|>',
    '```python\nfind(day="Friday")\n```',
    "Action: find\nAction Input: {}",
    "<think>I look.</think><find/>",
    "[Calling find] Yes.",
)
OF_NONE = (
    "Let me look. I find (or book) a table.",
    '<think>I could use find(day="Friday").</think>On Friday.',
    "Thought: I use find.\nOn Friday.",
    '{"topic": "find", "sure": true} On Friday.',
    '<tool_call>{"name": "other"}</tool_call>On Friday.',
    "end_call() Goodbye!",
    "<!-- find a table --> On Friday.",
)


@pytest.mark.parametrize(
    ("text", "is_call"), [*((one, True) for one in OF_TOOLS), *((one, False) for one in OF_NONE)]
)
def test_a_call_that_is_left_out_is_noted_however_it_is_cut(text: str, is_call: bool) -> None:
    assert called([text]) is called(text) is is_call
    assert not called([text], frozenset())
