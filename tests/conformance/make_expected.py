#!/usr/bin/env python3
"""Writes expected.inc: what CPython does with the bodies of conformance_test.cpp.

    python3 make_expected.py > expected.inc

Each body is steered by a plan: at its points it asks what to do next (raise A or B, break,
continue, return, a bare raise, or nothing), and the caller's operations (next, throw, close) are
drawn while it runs. Of many seeded random runs those are kept that show something which none
before them did.
Checked in with CPython 3.11, whose rules for generators are the ones that we follow.
"""

import random
import re
import sys


class A(Exception):
    pass


class B(Exception):
    pass


# POINT(n) asks the plan; RAISING(n) may be told to `raise` as well. The C++ bodies are the same,
# line for line.
BODIES = {
    # Tries in every block of a try, four deep.
    'nested': '''
def body(run):
    for i in range(2):
        try:
            yield 0
            POINT(0)
            try:
                POINT(1)
                for j in range(2):
                    try:
                        yield 1
                        POINT(2)
                    except A:
                        yield 2
                        RAISING(3)
                        try:
                            RAISING(4)
                            yield 3
                        except B:
                            yield 4
                            RAISING(5)
                        else:
                            yield 5
                            RAISING(6)
                        finally:
                            RAISING(7)
                            yield 6
                            RAISING(8)
                        RAISING(9)
                    else:
                        POINT(10)
                        yield 7
                        POINT(11)
                    finally:
                        yield 8
                        RAISING(12)
                POINT(13)
            except B:
                yield 9
                RAISING(14)
            except Exception:
                RAISING(15)
                yield 10
                RAISING(16)
            finally:
                RAISING(17)
                try:
                    yield 11
                    RAISING(18)
                except A:
                    RAISING(19)
                    yield 12
                finally:
                    for j in range(2):
                        try:
                            yield 13
                            RAISING(20)
                        except:
                            RAISING(21)
                    RAISING(22)
                RAISING(23)
        except:
            yield 14
            RAISING(24)
        finally:
            RAISING(25)
            yield 15
            RAISING(26)
    yield 16
    return 99
''',
    # Finally blocks around finally blocks, with loops between them: what one exit leaves behind
    # when another takes its place.
    'unwinding': '''
def body(run):
    for i in range(2):
        try:
            for j in range(2):
                try:
                    for k in range(2):
                        try:
                            try:
                                yield 0
                                POINT(0)
                            finally:
                                RAISING(1)
                                yield 1
                                RAISING(2)
                            POINT(3)
                        except A:
                            RAISING(4)
                        else:
                            POINT(5)
                        finally:
                            yield 2
                            RAISING(6)
                    POINT(7)
                finally:
                    RAISING(8)
                    try:
                        yield 3
                        RAISING(9)
                    finally:
                        RAISING(10)
                        yield 4
                        RAISING(11)
                    RAISING(12)
                POINT(13)
        finally:
            yield 5
            RAISING(14)
        POINT(15)
    return 99
''',
    # A switch in a try, a try in a switch. (A loop of one turn stands for the switch; the caller's
    # `continue` has to be carried out of it.)
    'choosing': '''
def body(run):
    for i in range(4):
        try:
            run.go_on = False
            for once in range(1):
                if i == 0:
                    yield 0
                    INSIDE(0)
                elif i == 1:
                    try:
                        yield 1
                        INSIDE(1)
                    except A:
                        yield 2
                        RAISING_INSIDE(2)
                    else:
                        INSIDE(3)
                        yield 3
                    finally:
                        RAISING_INSIDE(4)
                        yield 4
                        RAISING_INSIDE(5)
                    INSIDE(6)
                else:
                    INSIDE(7)
                    for j in range(2):
                        try:
                            yield 5
                            POINT(8)
                        except B:
                            RAISING(9)
                        finally:
                            yield 6
                            RAISING(10)
                    INSIDE(11)
            if run.go_on:
                continue
            POINT(12)
        except Exception:
            yield 7
            RAISING(13)
        finally:
            RAISING(14)
            yield 8
            RAISING(15)
    return 99
''',
}

ACTIONS = {
    'A': 'raise A',
    'B': 'raise B',
    'b': 'break',
    'c': 'continue',
    'r': 'return {0}',
    'R': 'raise',
}


def expand(match):
    indent, kind, point = match.groups()
    lines = [f'what = run.reach({point})']
    for action, statement in ACTIONS.items():
        if action == 'R' and not kind.startswith('RAISING'):
            continue
        if kind.endswith('INSIDE') and action in 'bc':
            lines.append(f"if what == '{action}': run.go_on = {action == 'c'}; break")
        else:
            lines.append(f"if what == '{action}': " + statement.format(point))
    return ''.join(indent + line + '\n' for line in lines)


def function_of(source):
    names = {'A': A, 'B': B}
    exec(re.sub(r'( +)((?:RAISING_|)INSIDE|POINT|RAISING)\((\d+)\)\n', expand, source), names)
    return names['body']


def letter(kind):
    if kind is RuntimeError:
        return 'N'  # a bare raise, and nothing to raise
    return {None: '-', A: 'A', B: 'B', GeneratorExit: 'X'}[kind]


class Run:
    def __init__(self, plan):
        self.plan = plan
        self.visits = {}
        self.log = []

    def reach(self, point):
        self.log.append(f'{point}{letter(sys.exc_info()[0])}')
        visit = self.visits.get(point, 0)
        self.visits[point] = visit + 1
        actions = self.plan.get(point, '')
        return actions[visit] if visit < len(actions) else '.'

    def perform(self, generator, operation):
        try:
            if operation == 'n':
                self.log.append(f'y{next(generator)}')
            elif operation == 'c':
                generator.close()
                self.log.append('closed')
            else:
                self.log.append(f'y{generator.throw(A() if operation == "a" else B())}')
        except StopIteration as end:
            self.log.append('end' if end.value is None else f'ret{end.value}')
        except RuntimeError as error:
            self.log.append('ignored' if 'ignored' in str(error) else 'N')
        except BaseException as error:
            self.log.append(letter(type(error)))


def random_plan(chance, source):
    plan = {}
    density = chance.choice([0.05, 0.12, 0.25])
    for kind, point in re.findall(r'((?:RAISING_|)INSIDE|POINT|RAISING)\((\d+)\)', source):
        choices = 'AABbcr' + ('R' if kind.startswith('RAISING') else '')
        actions = ''.join(
            chance.choice(choices) if chance.random() < density else '.' for _ in range(4))
        if actions.strip('.'):
            plan[int(point)] = actions.rstrip('.')
    return plan


def random_run(chance, body, source):
    run = Run(random_plan(chance, source))
    generator = body(run)
    rate = chance.choice([0.02, 0.1, 0.2])
    operations = 'n'
    run.perform(generator, 'n')
    while generator.gi_frame is not None:
        if len(operations) > 30:
            operation = 'c'
        elif chance.random() < rate:
            operation = chance.choice('aabc')
        else:
            operation = 'n'
        operations += operation
        run.perform(generator, operation)
    operations += 'n'
    run.perform(generator, 'n')
    plan = ' '.join(f'{point}={actions}' for point, actions in sorted(run.plan.items()))
    return plan, operations, ' '.join(run.log)


def shown_by(case):
    tokens = case[2].split()
    return {tuple(tokens[i:i + 3]) for i in range(len(tokens) - 2)}


def interesting(cases, count):
    seen = set()
    for _ in range(count):
        best = max(cases, key=lambda case: len(shown_by(case) - seen) / (8 + len(case[1])))
        seen |= shown_by(best)
        yield best


def quoted(text):
    words, lines, line = text.split(' '), [], ''
    for word in words:
        if len(line) + len(word) > 86:
            lines.append(line)
            line = ''
        line += word + ' '
    lines.append(line.rstrip(' '))
    return '\n        '.join(f'"{line}"' for line in lines)


def main():
    print('// Made by make_expected.py with CPython %d.%d: a plan, what the caller does, and what '
          'happens.' % sys.version_info[:2])
    for name, source in BODIES.items():
        chance = random.Random(name)
        body = function_of(source)
        cases = [random_run(chance, body, source) for _ in range(1500)]
        print(f'\nconst conformance_case {name}_cases[] = {{')
        for plan, operations, trace in interesting(cases, 60):
            print(f'    {{{quoted(plan)},\n        "{operations}",\n        {quoted(trace)}}},')
        print('};')


main()
