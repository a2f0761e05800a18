"""Python's generators: `cpython.py time ROW` prints the nanoseconds of one element."""

import sys
import time

TREE_DEPTH = 10
TREE_SIZE = 2**TREE_DEPTH - 1


class Tree:
    __slots__ = ("value", "left", "right")


def build_tree(depth, numbers):
    if depth == 0:
        return None
    tree = Tree()
    tree.left = build_tree(depth - 1, numbers)
    tree.value = next(numbers)
    tree.right = build_tree(depth - 1, numbers)
    return tree


def counting(end, i=0):
    while i != end:
        yield i
        i += 1


def odd(source):
    for value in source:
        if value & 1:
            yield value


def mapped(source):
    for value in source:
        yield value * 3 + 1


def zipped(first, second):
    for a, b in zip(first, second):
        yield a * b


def nesting(end):
    for i in range(end):
        for j in range(10):
            for k in range(10):
                yield i + j + k


def delegating(end):
    yield from counting(end)


def walk_with_stack(at):
    above = []
    while True:
        while at is not None:
            above.append(at)
            at = at.left
        if not above:
            return
        at = above.pop()
        yield at.value
        at = at.right


def recursive_walk(at):
    if at.left is not None:
        yield from recursive_walk(at.left)
    yield at.value
    if at.right is not None:
        yield from recursive_walk(at.right)


def counting_in_try(end):
    i = 0
    try:
        while i != end:
            yield i
            i += 1
    finally:
        i = 0


def next_of(values):
    return next(values, None)


def consume_by_calls(values):
    last = 0
    while (value := next_of(values)) is not None:
        last ^= value


def consume(values):
    last = 0
    for value in values:
        last ^= value


def main(row):
    tree = build_tree(TREE_DEPTH, iter(range(TREE_SIZE)))

    def walks(walk):
        def run(n):
            for _ in range(n // TREE_SIZE):
                consume(walk(tree))

        return run

    rows = {
        "count": lambda n: consume(counting(n)),
        "filter": lambda n: consume(odd(counting(2 * n))),
        "map-filter": lambda n: consume(mapped(odd(counting(2 * n)))),
        "zip": lambda n: consume(zipped(counting(n), counting(n + 7, 7))),
        "nested": lambda n: consume(nesting(n // 100)),
        "delegation": lambda n: consume(delegating(n)),
        "tree-stack": walks(walk_with_stack),
        "tree-recursive": walks(recursive_walk),
        "try": lambda n: consume(counting_in_try(n)),
        "called": lambda n: consume_by_calls(counting(n)),
        "erased": lambda n: consume(counting(n)),
    }
    if row not in rows:
        return 3
    n = 10 * TREE_SIZE
    while True:
        begin = time.perf_counter()
        rows[row](n)
        taken = time.perf_counter() - begin
        if taken > 0.05:
            print(f"{taken * 1e9 / n:.2f}")
            return 0
        n *= 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[2]))
