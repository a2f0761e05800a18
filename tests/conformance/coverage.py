"""What the programs hold, for the table at the end."""

from grammar import LIMIT, depth_of, through_finally, walk

SUSPENDS = ('yield', 'delegate')


def try_depth(program):
    return max((sum(outer.kind == 'try' for outer, _ in above) + (node.kind == 'try')
                for body in program.bodies() for node, above in walk(body)), default=0)


def features(program):
    """The names of the table's rows that this program counts for."""
    found = set()
    for body in program.bodies():
        for node, above in walk(body):
            if node.kind in SUSPENDS:
                for _, block in above:
                    if block.role in ('handler', 'finally', 'else'):
                        found.add(f'a yield in {"an else" if block.role == "else" else "a " + block.role}')
            if node.kind in ('break', 'continue', 'return') and through_finally(node, above):
                found.add('break, continue or return through a finally')
                found.add(f'{node.kind} through a finally')
            if node.kind == 'delegate':
                found.add('delegation')
            if node.kind in ('with', 'switch'):
                found.add(node.kind)
            if node.kind == 'reraise':
                found.add('a bare raise')
                if not any(block.role == 'handler' for _, block in above):
                    found.add('a bare raise in a finally alone')
    if try_depth(program) >= 3:
        found.add('try in try in try')
    return found


ROWS = [
    # the row, and the least share of the programs that the draw is to give it
    ('a yield in a handler', 20), ('a yield in a finally', 20), ('a yield in an else', 0),
    ('try in try in try', 20), ('delegation', 20),
    ('break, continue or return through a finally', 20),
    ('break through a finally', 0), ('continue through a finally', 0), ('return through a finally', 0),
    ('with', 20), ('switch', 0), ('a bare raise', 0), ('a bare raise in a finally alone', 0),
]


def left_out(program):
    return depth_of(program) > LIMIT
