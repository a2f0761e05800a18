"""Runs batches of random programs in both languages and compares what they do."""

import collections
import os
import random
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

import coverage
import driver
import grammar
import print_cpp
import print_python

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass
class Config:
    include: str
    compiler: list
    flags: list
    callers: int
    delegation: bool
    work: str  # a directory for what is compiled

    def compile_command(self, source, program):
        return [*self.compiler, '-std=c++17', '-w', *self.flags, '-I', self.include, '-I', HERE,
                source, '-o', program, '-pthread']


@dataclass
class Difference:
    kind: str  # 'trace', 'crash', 'compile'
    index: int  # of the program, with the seed: what draws it again
    program: grammar.Program
    line: str = ''  # the caller
    expected: str = ''
    actual: str = ''


@dataclass
class Result:
    programs: int = 0
    left_out: int = 0
    runs: int = 0
    features: collections.Counter = field(default_factory=collections.Counter)
    differences: list = field(default_factory=list)
    seconds: float = 0

    def add(self, other):
        self.programs += other.programs
        self.left_out += other.left_out
        self.runs += other.runs
        self.features += other.features
        self.differences += other.differences
        self.seconds += other.seconds


def python_source(programs):
    return '\n'.join(print_python.print_program(program, at) for at, program in enumerate(programs))


def functions_of(programs):
    return driver.functions_of(python_source(programs), len(programs))


def compile_programs(config, programs, directory):
    """The executable, and null; or null, and what the compiler says."""
    source, executable = os.path.join(directory, 'programs.cpp'), os.path.join(directory, 'programs')
    with open(source, 'w') as out:
        out.write(print_cpp.print_unit(programs, config.delegation))
    done = subprocess.run(config.compile_command(source, executable), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors='replace')
    return (executable, None) if done.returncode == 0 else (None, done.stdout)


def run_lines(executable, lines):
    """The traces of these runs; and, if the executable crashed, what it said."""
    done = subprocess.run([executable], input='\n'.join(lines) + '\n', stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors='replace')
    if done.returncode == 0:
        return done.stdout.splitlines(), None
    words = [line for line in done.stderr.splitlines() if line.strip()]
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        words.insert(0, 'killed by ' + name + (': it did not come back' if name == 'SIGVTALRM' else ''))
    return done.stdout.splitlines(), ' / '.join(words[:14]) or f'exit status {done.returncode}'


def compare(executable, runs):
    """`runs`: for each program a list of callers. Yields (program, line, expected, actual, kind) for
    the first difference of each program."""
    todo = [(at, caller.line(), caller.trace()) for at, callers in enumerate(runs) for caller in callers]
    found = set()
    while todo:
        traces, crash = run_lines(executable, [f'{at} {line}' for at, line, _ in todo])
        for (at, line, expected), actual in zip(todo, traces):
            if actual != expected and at not in found:
                found.add(at)
                yield at, line, expected, actual, 'trace'
        if crash is None:
            return
        if len(traces) >= len(todo):  # at its end: a leak. Whose?
            for at, callers in enumerate(runs):
                _, alone = run_lines(executable, [f'{at} {caller.line()}' for caller in callers])
                if alone and at not in found:
                    found.add(at)
                    yield at, callers[0].line(), '', alone, 'crash'
            return
        at, line, expected = todo[len(traces)]
        if at not in found:
            found.add(at)
            yield at, line, expected, crash, 'crash'
        todo = [each for each in todo[len(traces):] if each[0] != at]


def check(config, numbered, callers_of, result):
    """Compares these (index, program) pairs, and notes the differences. A file that does not compile
    is halved until the program is found that is to blame."""
    if not numbered:
        return
    programs = [program for _, program in numbered]
    with tempfile.TemporaryDirectory(dir=config.work) as directory:
        executable, complaint = compile_programs(config, programs, directory)
        if executable is None:
            if len(numbered) == 1:
                index, program = numbered[0]
                result.differences.append(Difference('compile', index, program, '', '', complaint))
                return
            half = len(numbered) // 2
            check(config, numbered[:half], callers_of, result)
            check(config, numbered[half:], callers_of, result)
            return
        runs = [callers_of[index] for index, _ in numbered]
        for at, line, expected, actual, kind in compare(executable, runs):
            index, program = numbered[at]
            result.differences.append(Difference(kind, index, program, line, expected, actual))


def run_batch(config, seed, first, count):
    """Programs number first, first + 1, …"""
    begun = time.monotonic()
    result = Result()
    numbered = []
    for index in range(first, first + count):
        program = grammar.draw(seed, index, config.delegation)
        assert grammar.legal(program), f'program {index} is not legal: the draw is wrong'
        if coverage.left_out(program):
            result.left_out += 1
            continue
        numbered.append((index, program))
        result.features.update(coverage.features(program))
    result.programs = len(numbered)
    functions = functions_of([program for _, program in numbered])
    callers_of = {}
    driver.begin()
    for (index, _), function in zip(numbered, functions):
        callers_of[index] = [driver.call_at_random(function, random.Random(f'{seed}:{index}:{number}'))
                             for number in range(config.callers)]
        result.runs += config.callers
    driver.collect()
    check(config, numbered, callers_of, result)
    result.differences.sort(key=lambda each: each.index)
    result.seconds = time.monotonic() - begun
    return result
