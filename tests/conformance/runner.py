"""Runs batches of random programs in both languages and compares what they do."""

import collections
import hashlib
import multiprocessing
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


# Of forty hundreds of programs one is printed as users write them: see print_cpp.py.
WRITTEN_OF = 40


@dataclass
class Config:
    include: str
    compiler: list
    flags: list
    callers: int
    work: str  # a directory for what is compiled
    form: str = 'mixed'  # or 'quick', 'written': see print_cpp.py
    can: tuple = ()  # what the headers can do

    def is_written(self, index):
        if self.form == 'mixed':
            return index // 100 % WRITTEN_OF == WRITTEN_OF - 1
        return self.form == 'written'

    def compile_command(self, written):
        defines = [f'-DSB_{word.upper()}' for word in self.can]
        # What the library wants inlined always is so in the written ones alone: without optimisation
        # that only makes more to compile.
        quick = [] if written else ['-Dalways_inline=']
        return [*self.compiler, '-std=c++17', '-w', *self.flags, *defines, *quick, '-I', self.include, '-I', HERE]

    def driver(self):
        """The object file of driver.cpp. Made once, by whoever comes first."""
        path = os.path.join(self.work, 'driver-' + hashlib.sha1(self.include.encode()).hexdigest()[:12] + '.o')
        if not os.path.exists(path):
            part = f'{path}.{os.getpid()}'
            done = run_compiler([*self.compile_command(True), '-c', os.path.join(HERE, 'driver.cpp'), '-o', part])
            if done.returncode != 0:
                raise RuntimeError('driver.cpp does not compile:\n' + done.stdout)
            os.rename(part, path)
        return path


def run_compiler(command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace')


@dataclass
class Difference:
    kind: str  # 'trace', 'crash', 'compile'
    index: int  # of the program, with the seed: what draws it again
    program: grammar.Program
    line: str = ''  # the caller
    expected: str = ''
    actual: str = ''


@dataclass
class Recorded:
    """What a caller did, and what CPython gave."""
    operations: str
    events: str

    def line(self):
        return self.operations

    def trace(self):
        return self.events


@dataclass
class Result:
    programs: int = 0
    left_out: int = 0
    broken: list = field(default_factory=list)  # numbers of programs over which CPython itself broke down
    runs: int = 0
    features: collections.Counter = field(default_factory=collections.Counter)
    differences: list = field(default_factory=list)
    seconds: float = 0

    def add(self, other):
        self.programs += other.programs
        self.left_out += other.left_out
        self.broken += other.broken
        self.runs += other.runs
        self.features += other.features
        self.differences += other.differences
        self.seconds += other.seconds


def python_source(programs):
    return '\n'.join(print_python.print_program(program, at) for at, program in enumerate(programs))


def functions_of(programs):
    return driver.functions_of(python_source(programs), len(programs))


def compile_programs(config, programs, directory, written):
    """The executable, and null; or null, and what the compiler says."""
    source, executable = os.path.join(directory, 'programs.cpp'), os.path.join(directory, 'programs')
    with open(source, 'w') as out:
        out.write(print_cpp.print_unit(programs, written))
    done = run_compiler([*config.compile_command(written), source, config.driver(), '-o', executable])
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


def check(config, numbered, callers_of, result, written):
    """Compares these (index, program) pairs, and notes the differences. A file that does not compile
    is halved until the program is found that is to blame."""
    if not numbered:
        return
    programs = [program for _, program in numbered]
    with tempfile.TemporaryDirectory(dir=config.work) as directory:
        executable, complaint = compile_programs(config, programs, directory, written)
        if executable is None:
            if len(numbered) == 1:
                index, program = numbered[0]
                result.differences.append(Difference('compile', index, program, '', '', complaint))
                return
            half = len(numbered) // 2
            check(config, numbered[:half], callers_of, result, written)
            check(config, numbered[half:], callers_of, result, written)
            return
        runs = [callers_of[index] for index, _ in numbered]
        for at, line, expected, actual, kind in compare(executable, runs):
            index, program = numbered[at]
            result.differences.append(Difference(kind, index, program, line, expected, actual))


def record(numbered, seed, callers, out):
    """Runs these programs in CPython; sends what each one's callers did."""
    functions = functions_of([program for _, program in numbered])
    recorded = {}
    driver.begin()
    for (index, _), function in zip(numbered, functions):
        called = [driver.call_at_random(function, random.Random(f'{seed}:{index}:{number}'))
                  for number in range(callers)]
        recorded[index] = [Recorded(each.line(), each.trace()) for each in called]
    driver.collect()
    out.send(recorded)


def record_apart(numbered, seed, callers):
    """The same in a process of its own: CPython 3.11 now and then breaks down over a generator that is
    closed while it runs. What it breaks down over is found by halves. Gives what was recorded, by the
    programs' numbers; those without CPython did not survive."""
    if not numbered:
        return {}
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context('fork').Process(target=record, args=(numbered, seed, callers, theirs))
    process.start()
    theirs.close()
    try:
        recorded = ours.recv()
    except EOFError:
        recorded = None
    process.join()
    if recorded is not None:
        return recorded  # (It may still have broken down over what was left: the traces are whole.)
    if process.exitcode >= 0:
        raise RuntimeError(f'the Python driver failed over the programs {numbered[0][0]}..{numbered[-1][0]}')
    if len(numbered) == 1:
        return {}
    half = len(numbered) // 2
    return {**record_apart(numbered[:half], seed, callers), **record_apart(numbered[half:], seed, callers)}


def run_batch(config, seed, first, count):
    """Programs number first, first + 1, …"""
    begun = time.monotonic()
    result = Result()
    drawn = []
    for index in range(first, first + count):
        program = grammar.draw(seed, index, config.can)
        assert grammar.legal(program), f'program {index} is not legal: the draw is wrong'
        if coverage.left_out(program):
            result.left_out += 1
        else:
            drawn.append((index, program))
    callers_of = record_apart(drawn, seed, config.callers)
    numbered = [each for each in drawn if each[0] in callers_of]
    result.broken = [index for index, _ in drawn if index not in callers_of]
    result.programs = len(numbered)
    for index, program in numbered:
        result.features.update(coverage.features(program))
        result.runs += len(callers_of[index])
    for written in (False, True):
        group = [each for each in numbered if config.is_written(each[0]) == written]
        check(config, group, callers_of, result, written)
    result.differences.sort(key=lambda each: each.index)
    result.seconds = time.monotonic() - begun
    return result
