"""Does the comparison see faults? Each patch in mutants/ puts one into a copy of the headers; the
programs are run against it until one of them differs."""

import concurrent.futures
import glob
import os
import shutil
import sys

import runner

HERE = os.path.dirname(os.path.abspath(__file__))
AT_MOST = 10000  # programs; a fault that is not found by then is a fault of this test
SIZES = (50, 100, 200, 400)  # of the batches: most faults show at once


def names():
    return sorted(os.path.basename(path)[:-len('.patch')]
                  for path in glob.glob(os.path.join(HERE, 'mutants', '*.patch')))


def hunks(patch):
    """(path, old text, new text) for each place that the patch changes."""
    path, old, new = None, [], []
    with open(patch) as lines:
        for line in [*lines, '@@']:
            if line.startswith(('@@', '---')):
                if old:
                    yield path, ''.join(old), ''.join(new)
                old, new = [], []
            elif line.startswith('+++'):
                path = line.split()[1].split('/', 1)[1]
            else:
                if line[0] != '+':
                    old.append(line[1:])
                if line[0] != '-':
                    new.append(line[1:])


def mutated(name, include, work):
    """A copy of the headers with that fault in them."""
    patch = os.path.join(HERE, 'mutants', name + '.patch')
    if not os.path.exists(patch):
        sys.exit(f'there is no mutant {name}; there are: {" ".join(names())}')
    copy = os.path.join(work, name, 'include')
    shutil.copytree(include, copy)
    for path, old, new in hunks(patch):
        path = os.path.join(os.path.dirname(copy), path)
        with open(path) as lines:
            text = lines.read()
        if text.count(old) != 1:
            raise RuntimeError(f'mutants/{name}.patch does not apply to the headers any more: its lines are '
                               f'{"nowhere" if old not in text else "in more than one place"} in {path}')
        with open(path, 'w') as out:
            out.write(text.replace(old, new))
    return copy


def find(config, sound, seed, first, count):
    """How many programs it takes until one differs that does not with the sound headers, and how; null
    if none does."""
    at, sizes = first, list(SIZES)
    while at < first + count:
        size = min(sizes.pop(0) if len(sizes) > 1 else sizes[0], first + count - at)
        result = runner.run_batch(config, seed, at, size)
        for found in result.differences:
            if not runner.run_batch(sound, seed, found.index, 1).differences:
                return found.index - first + 1, found.kind
        at += size
    return None


def run_all(options, config_for, work):
    chosen = options.mutant.split(',') if options.mutant else names()
    missed = 0
    sound = config_for(options.include)
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        running = {}
        for name in chosen:
            try:
                config = config_for(mutated(name, options.include, work))
                search = pool.submit(find, config, sound, options.seed, options.first, AT_MOST)
                running[search] = name
            except RuntimeError as complaint:
                print(complaint)
                missed += 1
        print(f'{"mutant":44}found after so many programs')
        for search in concurrent.futures.as_completed(running):
            name = running[search]
            try:
                found = search.result()
                words = f'{found[0]} ({found[1]})' if found else f'NOT within {AT_MOST}'
            except RuntimeError as complaint:  # as when the patched headers do not compile at all
                found, words = None, f'NOT TESTED: {complaint}'
            missed += found is None
            print(f'{name:44}{words}', flush=True)
    print(f'{len(chosen) - missed} of {len(chosen)} mutants found')
    return 1 if missed else 0
