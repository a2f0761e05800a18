"""Makes a program and its caller smaller, for as long as the two languages still differ over them."""

import random
import sys
import tempfile

import driver
import grammar
import runner

AT_ONCE = 12  # candidates that are compiled together
CALLERS = 8  # that each candidate is tried with, besides the one that showed the difference


def blocks_of(program):
    """Every block, in an order that a copy of the program shares."""
    found = []

    def visit(block):
        found.append(block)
        for node in block.nodes:
            for inner in node.blocks:
                visit(inner)

    for body in program.bodies():
        visit(body.block)
    return found


def visited(program, line):
    """The program without the nodes that Python does not come to under this caller."""
    candidate = program.copy()
    function, = runner.functions_of([candidate])  # tells each node its line
    lines = set()

    def trace(frame, event, _):
        lines.add(frame.f_lineno)
        return trace

    sys.settrace(trace)
    try:
        driver.call_again(function, line)
    finally:
        sys.settrace(None)
    for block in blocks_of(candidate):
        block.nodes = [node for node in block.nodes if node.line in lines]
    return candidate


def smaller(program):
    """Programs with one thing less, the greatest cuts first."""
    for at, body in enumerate(program.bodies()):
        if body.kind != 'main' and body.block.nodes:
            candidate = program.copy()
            candidate.bodies()[at].block.nodes = []
            yield candidate
    blocks = blocks_of(program)
    cuts = [(number, at) for number, block in enumerate(blocks) for at in range(len(block.nodes))]
    cuts.sort(key=lambda cut: -weight(blocks[cut[0]].nodes[cut[1]]))
    for number, at in cuts:
        node = blocks[number].nodes[at]
        candidate = program.copy()
        del blocks_of(candidate)[number].nodes[at]
        yield candidate
        for inner in range(len(node.blocks)):
            candidate = program.copy()  # what stands in one of its blocks takes its place
            block = blocks_of(candidate)[number]
            block.nodes[at:at + 1] = block.nodes[at].blocks[inner].nodes
            yield candidate
            candidate = program.copy()  # one of its blocks goes
            del blocks_of(candidate)[number].nodes[at].blocks[inner]
            if node.blocks[inner].role not in ('body', 'then'):
                yield candidate
    for number, at in cuts:
        node = blocks[number].nodes[at]
        for name, simple in (('value', ('const', 1)), ('fails', None), ('into', None), ('times', 1),
                             ('condition', ('less', ('const', 0), ('const', 1))), ('error', 'A')):
            if getattr(node, name, simple) not in (simple, False, None):
                candidate = program.copy()
                setattr(blocks_of(candidate)[number].nodes[at], name, simple)
                yield candidate


def weight(node):
    return 1 + sum(weight(each) for block in node.blocks for each in block.nodes)


def size(program):
    return sum(weight(node) for body in program.bodies() for node in body.block.nodes)


def differences_of(config, programs, lines, seed):
    """For each program a difference, or null. A program is tried with the given callers and others."""
    functions = runner.functions_of(programs)
    driver.begin()
    callers = [[driver.call_again(function, line) for line in lines]
               + [driver.call_at_random(function, random.Random(f'{seed}:{number}'))
                  for number in range(CALLERS)] for function in functions]
    driver.collect()
    result = runner.Result()
    runner.check(config, list(enumerate(programs)), dict(enumerate(callers)), result,
                 config.is_written(seed))
    found = {difference.index: difference for difference in result.differences}
    return [found.get(at) for at in range(len(programs))]


def shorter_lines(line):
    start, *operations = line.split()
    for at in reversed(range(len(operations))):
        yield ' '.join([start, *operations[:at], *operations[at + 1:]])
    for at, operation in enumerate(operations):
        if operation[0] in 'sBC':
            simple = 'n' if operation[0] == 's' else 'A'
            yield ' '.join([start, *operations[:at], simple, *operations[at + 1:]])
    if start != '000':
        yield ' '.join(['000', *operations])


def first_shorter(config, difference, seed):
    """The same program with a shorter caller."""
    lines = list(shorter_lines(difference.line))
    function, = runner.functions_of([difference.program])
    driver.begin()
    callers = [driver.call_again(function, line) for line in lines]
    driver.collect()
    with tempfile.TemporaryDirectory(dir=config.work) as directory:
        executable, _ = runner.compile_programs(config, [difference.program], directory,
                                                config.is_written(difference.index))
        if executable is None:
            return None
        # Each alone, so that all of them are compared, not only the first that differs.
        for caller in callers:
            for _, line, expected, actual, kind in runner.compare(executable, [[caller]]):
                return runner.Difference(kind, difference.index, difference.program, line, expected, actual)
    return None


def portions(candidates, alone):
    """The first ones by themselves, the others by the dozen."""
    for at in range(alone):
        yield candidates[at:at + 1]
    for at in range(alone, len(candidates), AT_ONCE):
        yield candidates[at:at + AT_ONCE]


def shrink(config, difference, say=lambda text: None, rounds=200):
    seed = difference.index
    for _ in range(rounds):
        before = difference
        if difference.line:
            shorter = first_shorter(config, difference, seed)
            if shorter is not None:
                difference = shorter
                continue
        first = [visited(difference.program, difference.line)] if difference.line else []
        if first and size(first[0]) == size(difference.program):
            first = []
        candidates = [each for each in first + list(smaller(difference.program)) if grammar.legal(each)]
        for some in portions(candidates, alone=len(first)):
            found = differences_of(config, some, [difference.line] if difference.line else [], seed)
            # A cut that brings a crash, or a file that does not compile, is another story.
            better = next((each for each in found if each and each.kind == before.kind), None)
            if better is not None:
                better.index = seed
                difference = better
                say(f'  {size(better.program)} nodes')
                break
        if difference is before:
            return difference
    return difference
