#!/usr/bin/env python3
"""Random generator programs, run by CPython 3.11 and by Switchback: do they do the same?

    conformance.py --seed 1 --count 1000          compare a thousand programs
    conformance.py --count 100000 --first 5000    go on where an interrupted run has stopped
    conformance.py --compiler clang++ --sanitize  with another compiler, under ASan and UBSan
    conformance.py --mutants                      is every fault in mutants/ found?
    conformance.py --mutant finally-skipped       only this one

A program is drawn from the seed and its number, so that any of them can be had again alone:
`--seed 1 --first 4711 --count 1 --keep DIR`. Exit status: 0, no difference; 1, differences, or not
all of them were run; 2, wrong use; 3, no Python 3.11.
"""

import argparse
import os
import shutil
import sys
import tempfile

REFERENCE = (3, 11)


def other_python():
    """Another interpreter on this machine that is the reference."""
    for name in ('python3.11', '/usr/bin/python3.11', '/usr/bin/python3', '/usr/local/bin/python3.11'):
        path = shutil.which(name)
        if path is None:
            continue
        told = os.popen(f'"{path}" -c "import sys; print(sys.version_info[:2] == {REFERENCE})" 2>&1').read()
        if told.strip() == 'True':
            return path
    return None


def insist_on_reference(arguments):
    """Restarts under Python 3.11, or says that there is none. Later versions differ in the rules."""
    if sys.version_info[:2] == REFERENCE:
        return
    here = '.'.join(map(str, sys.version_info[:3]))
    path = other_python()
    if path is not None:
        os.execv(path, [path, os.path.abspath(__file__), *arguments])
    words = (f'This is Python {here}, and there is no python3.11 in PATH: the rules that Switchback '
             'keeps are those of CPython 3.11. Install python3.11')
    if '--any-python' in arguments:
        for out in (sys.stderr, sys.stdout):
            print(f'{words}. Compared all the same: differences may be Python\'s own.', file=out)
        return
    print(words + ', or say --any-python.', file=sys.stderr)
    print(words + ', or say --any-python.', flush=True)
    sys.exit(3)


if __name__ == '__main__':
    insist_on_reference(sys.argv[1:])

sys.dont_write_bytecode = True  # the source tree stays as it is

import concurrent.futures
import signal
import time

import coverage
import mutants
import print_cpp
import print_python
import runner
import shrink

HERE = os.path.dirname(os.path.abspath(__file__))
INCLUDE = os.path.normpath(os.path.join(HERE, '..', '..', 'include'))
SANITIZERS = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all']


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add('--seed', type=int, default=1)
    add('--first', type=int, default=0, metavar='N', help='the number of the first program')
    add('--count', type=int, default=200, metavar='N', help='how many programs (200)')
    add('--callers', type=int, default=20, metavar='N', help='how many callers each program gets (20)')
    add('--batch', type=int, default=400, metavar='N', help='programs in one source file (400)')
    add('--jobs', type=int, default=2, metavar='N', help='files compiled at the same time (2)')
    add('--compiler', default='g++', help='may have arguments of its own')
    add('--flags', default='-O0', help='given to the compiler (-O0)')
    add('--include', default=INCLUDE, metavar='DIR', help='the headers to test')
    add('--sanitize', action='store_true', help='with AddressSanitizer and UBSan')
    add('--form', choices=('mixed', 'quick', 'written'), default='mixed',
        help='how the programs are printed in C++ (mixed: some as users write them)')
    add('--without', default='', metavar='WORDS',
        help='draw none of these: delegation, made (generators made on the spot), stop (stop_iteration),\n'
        'context (context_of); what the headers do not have is left out anyway')
    add('--shrink', action='store_true', help='make what differs smaller, and print that')
    add('--differences', type=int, default=5, metavar='N', help='stop after so many (5)')
    add('--keep', metavar='DIR', help='write the programs in both languages there')
    add('--mutant', metavar='NAME', help='test the headers with this fault in them (with --mutants: until it is\n'
        'found; names with commas between them)')
    add('--mutants', action='store_true', help='test with each fault, until it is found')
    add('--any-python', action='store_true', help='take another Python than 3.11 for the reference')
    return parser.parse_args(arguments)


def abilities(options):
    """What the headers can do: so that older ones can be tested as well."""
    def has(header, text):
        with open(os.path.join(options.include, 'switchback', header)) as lines:
            return text in lines.read()

    can = ['delegation', 'made'] + ['stop'] * has('generator_errors.hpp', 'struct stop_iteration') + \
        ['context'] * has('handled.hpp', 'context_of')
    return tuple(word for word in can if word not in options.without.split(','))


def config_for(options, work, include):
    flags = options.flags.split() + (SANITIZERS if options.sanitize else [])
    return runner.Config(include, options.compiler.split(), flags, options.callers, work, options.form,
                         abilities(options))


def batches(options):
    end = options.first + options.count
    return [(at, min(options.batch, end - at)) for at in range(options.first, end, options.batch)]


def show_source(difference):
    print('--- Python')
    print(print_python.print_program(difference.program, 0))
    print('--- C++')
    print(print_cpp.print_program(difference.program, 0, True)[0])


def show(difference, seed):
    """Where the two languages part, and the program in both."""
    print(f'\nDIFFERENCE in program {difference.index} of seed {seed} ({difference.kind})')
    print(f'caller: {difference.line}')
    if difference.kind == 'trace':
        expected, actual = difference.expected.split(), difference.actual.split()
        same = 0
        while same < min(len(expected), len(actual)) and expected[same] == actual[same]:
            same += 1
        print(f'event {same + 1}; before it: {" ".join(expected[:same]) or "nothing"}')
        print(f'  Python goes on: {" ".join(expected[same:]) or "(end)"}')
        print(f'  C++ goes on:    {" ".join(actual[same:]) or "(end)"}')
    else:
        print(f'  Python: {difference.expected}')
        print(f'  C++:    {difference.actual[:3000]}')
    show_source(difference)


def show_table(result, can):
    total = max(result.programs, 1)
    print('\nshare of the programs that were run with')
    short = []
    for row, least, needs in coverage.ROWS:
        share = 100 * result.features[row] / total
        mark = ''
        if share < least and result.programs >= 100 and needs in (None, *can):
            mark = f'  (too few: the draw is to give {least} %)'
            short.append(row)
        print(f'  {row:48}{share:6.1f} %{mark}')
    print(f'left out, more than four blocks deep: {result.left_out} programs')
    if result.broken:
        print(f'not compared, for CPython itself breaks down over them: {len(result.broken)} programs '
              f'({" ".join(map(str, result.broken))})')
    return not short


def keep(options, config):
    """The programs in both languages, for a look."""
    os.makedirs(options.keep, exist_ok=True)
    import grammar
    for index in range(options.first, options.first + options.count):
        program = grammar.draw(options.seed, index, config.can)
        for suffix, text in (('py', print_python.print_program(program, 0)),
                             ('cpp', print_cpp.print_unit([program], config.is_written(index)))):
            with open(os.path.join(options.keep, f'program{index}.{suffix}'), 'w') as out:
                out.write(text)


def ignore_interrupts():
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def run_all(options, config):
    """Runs the batches; says so if it is interrupted, and how to go on."""
    total, begun, next_first = runner.Result(), time.monotonic(), options.first
    todo = iter(batches(options))
    complete = True
    with concurrent.futures.ProcessPoolExecutor(options.jobs, initializer=ignore_interrupts) as pool:
        running = []
        try:
            while True:
                while len(running) < options.jobs and len(total.differences) < options.differences:
                    batch = next(todo, None)
                    if batch is None:
                        break
                    running.append((batch, pool.submit(runner.run_batch, config, options.seed, *batch)))
                if not running:
                    complete = next(todo, None) is None
                    break
                (first, count), batch = running.pop(0)
                total.add(batch.result())
                next_first = first + count
                found = ''.join(f' (program {each.index})' for each in total.differences)
                print(f'programs {first}..{next_first - 1}: {len(total.differences)} differences so far{found}, '
                      f'{time.monotonic() - begun:.0f} s', flush=True)
        except KeyboardInterrupt:
            complete = False
            print('\nINTERRUPTED: waiting for what is being compiled', flush=True)
    if not complete:
        print(f'NOT ALL WAS RUN: go on with --first {next_first} '
              f'--count {options.first + options.count - next_first}')
    return total, complete


def compare(options, config):
    result, complete = run_all(options, config)
    for difference in result.differences[:options.differences]:
        if options.shrink:
            print(f'\nshrinking program {difference.index}', flush=True)
            difference = shrink.shrink(config, difference, print)
        show(difference, options.seed)
    enough = show_table(result, config.can)
    agreed = result.programs - len({each.index for each in result.differences})
    print(f'{agreed} of {result.programs} programs agree with CPython '
          f'{".".join(map(str, sys.version_info[:3]))}, each with {config.callers} callers '
          f'({result.runs} traces); seed {options.seed}, {" ".join(config.compiler + config.flags)}'
          f'; drawn with {", ".join(config.can) or "nothing more"}')
    if result.programs == 0:
        print('NOTHING WAS COMPARED')
        return 1
    return 0 if agreed == result.programs and enough and complete else 1


def main():
    options = parse(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix='conformance-') as work:
        # A copy, so that nobody changes the headers while programs are compiled.
        options.include = shutil.copytree(options.include, os.path.join(work, 'include'))
        if options.mutants:
            return mutants.run_all(options, lambda include: config_for(options, work, include), work)
        include = options.include
        if options.mutant:
            include = mutants.mutated(options.mutant, options.include, work)
        config = config_for(options, work, include)
        if options.keep:
            keep(options, config)
        return compare(options, config)


if __name__ == '__main__':
    sys.exit(main())
