"""Printing SIR: canonical, total, and the inverse of parsing."""

import hashlib
import random
import re
import time
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from skvm.grammar.block import Block, BlockKind
from skvm.grammar.diagnostic import Diagnostic, SkvmError
from skvm.grammar.sir_lexer import lex_sir
from skvm.grammar.source import Source
from skvm.skvm_ir.compare import first_difference, same_module
from skvm.skvm_ir.control_ops import Seq
from skvm.skvm_ir.module import Module, Skill, SkillSource
from skvm.skvm_ir.op import Name, Range, Region
from skvm.skvm_ir.parser import parse_module
from skvm.skvm_ir.printer import print_module, print_op
from skvm.skvm_ir.step_ops import Exec

from .strategies import modules

SLOW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=60)


def parse(text: str) -> Module:
    return parse_module(Source("t.sir", text.encode()))


def one_leaf(data: bytes) -> Module:
    skill = Skill("s", {"shape": "reference"}, [SkillSource("SKILL.md", Source("SKILL.md", data))])
    skill.blocks = [Block(0, BlockKind.RAW, 0, 0, len(data))]
    return Module([skill])


@SLOW
@given(modules())
def test_parsing_what_was_printed_gives_the_same_module(module: Module) -> None:
    text = print_module(module)
    parsed = parse(text)
    assert first_difference(module, parsed) is None
    assert print_module(parsed) == text


@SLOW
@given(modules(), st.randoms(use_true_random=False), st.integers(1, 3))
def test_a_changed_text_is_a_module_or_refused_with_a_place(module: Module, chance: random.Random, cuts: int) -> None:
    data = print_module(module).encode()
    tokens = list(lex_sir(Source("t.sir", data)))
    for one in sorted(chance.choices(tokens, k=cuts), key=lambda token: -token.start_pos):
        other = chance.choice(tokens)
        replacement = chance.choice([b"", other.value, one.value * 2, b'"', b"}", b"\xff", b" e1 ", b"\\"])
        data = data[: one.start_pos] + replacement + data[one.end_pos :]
    findings: tuple[Diagnostic, ...] = ()
    try:
        printed = print_module(parse_module(Source("t.sir", data)))
    except SkvmError as error:
        findings = error.diagnostics
    else:
        assert print_module(parse(printed)) == printed
    for found in findings:
        assert re.fullmatch(r"SKV(1\d\d|410)", found.code)
        assert found.span is not None
        assert found.render()


@pytest.mark.parametrize(
    ("data", "strings"),
    [
        (b"", []),
        (b"a\nb\n", ['"a\\n"', '"b\\n"']),
        (b"no line end", ['"no line end"']),
        (b"a\r\nb\r\n", ['"a\\r\\n"', '"b\\r\\n"']),
        (b"\n\n", ['"\\n"', '"\\n"']),
        (b'say "\\n"\n', ['"say \\"\\\\n\\"\\n"']),
        (b"\tx\x00\n", ['"\\tx\\u{0}\\n"']),
        ("\ufeff\u202eé\u200b".encode(), ['"\\u{FEFF}\\u{202E}é\\u{200B}"']),
        ("全角\u3000空\n🙂\n".encode(), ['"全角\u3000空\\n"', '"🙂\\n"']),
    ],
)
def test_bytes_are_one_string_a_source_line(data: bytes, strings: list[str]) -> None:
    text = print_module(one_leaf(data))
    found = text[text.index(f"+{len(data)}\n") :].split("\n")[1:]
    assert [line.strip() for line in found[: len(strings)]] == strings
    assert found[len(strings)] == "  }"
    source = parse(text).skills[0].sources[0].source
    assert source.data == data


def test_a_source_says_its_hash_and_size() -> None:
    expected = f'path = "SKILL.md", sha256 = "{hashlib.sha256(b"abc").hexdigest()}", bytes = 3'
    assert f"  source 0 {{{expected}}}\n" in print_module(one_leaf(b"abc"))


def test_attributes_stand_as_the_op_declares_them_and_others_behind() -> None:
    op = Exec(
        symbol="two words", attributes={"zz": 1, "aa": True, "stdout": "x", "run": ("a", Name("@f"), Range(1, 2, 3))}
    )
    expected = '{run = ["a", @f, b1:2+3], stdout = "x", aa = true, zz = 1}'
    assert print_op(op) == f'exec @"two words" {expected}'


def test_deep_nesting_prints_and_is_refused_by_the_parser() -> None:
    module = Module([Skill("s")])
    region = module.skills[0].flow
    for depth in range(500):
        inner = Seq(symbol=f"g{depth}", region=Region(), parent=region)
        region.ops.append(inner)
        assert inner.region is not None
        region = inner.region
    text = print_module(module)
    assert text.count("seq") == 500
    assert same_module(module, module)
    with pytest.raises(SkvmError) as caught:
        parse(text)
    assert [(found.code, found.span.line if found.span else 0) for found in caught.value.diagnostics] == [
        ("SKV106", 205)
    ]


def test_two_hundred_levels_parse_and_print() -> None:
    groups = "".join(f"seq @g{depth} {{\n" for depth in range(198))
    module = parse(f"sir 1 skill @s {{ flow {{ {groups} {'}' * 198} }} }}")
    assert same_module(parse(print_module(module)), module)


@pytest.mark.parametrize("unit", ['act @a{n} {{say = "b{n}"}} from [b1]\n', '"', "{{", "[", "// c\n", "by\n", "a"])
def test_time_is_linear_in_the_text(unit: str) -> None:
    def seconds(times: int) -> float:
        text = "sir 1 skill @s { flow { " + "".join(unit.format(n=n) for n in range(times)) + " } }"
        best = float("inf")
        for _ in range(3):
            began = time.process_time()
            with suppress(SkvmError):
                parse(text)
            best = min(best, time.process_time() - began)
        return best

    assert seconds(8000) < 8 * seconds(2000) + 0.05


def test_a_difference_is_said_in_words() -> None:
    text = "sir 1 skill @s { flow { %a: text = read from [b1] seq @g { stop } } }"
    module = parse(text)
    assert first_difference(module, parse(text.replace("\n", " "))) is None
    found = first_difference(module, parse(text.replace("text", "json")))
    assert found is not None
    assert found.startswith("@s op %a: results and operands: ")
    assert first_difference(module, parse(text.replace("stop", ""))) == (
        "@s op stop: its kind in the one, nothing more in the other"
    )
    assert not same_module(parse("sir 1 skill @s {a = 1} {}"), parse("sir 1 skill @s {a = true} {}"))
