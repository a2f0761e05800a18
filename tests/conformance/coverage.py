"""What the programs hold, for the table at the end."""

from grammar import LIMIT, depth_of, sites, through_finally, walk

SUSPENDS = ('yield', 'delegate')


def try_depth(program):
    return max((sum(outer.kind == 'try' for outer, _ in above) + (node.kind == 'try')
                for body in program.bodies() for node, above in walk(body.block)), default=0)


def features(program):
    """The names of the table's rows that this program counts for."""
    found = set()
    for body in program.bodies():
        for node, above in walk(body.block):
            if node.kind in SUSPENDS:
                for _, block in above:
                    if block.role in ('handler', 'finally', 'else'):
                        found.add(f'a yield in {"an else" if block.role == "else" else "a " + block.role}')
            if node.kind in ('break', 'continue', 'return') and through_finally(node, above):
                found.add('break, continue or return through a finally')
                found.add(f'{node.kind} through a finally')
            if node.kind in ('with', 'switch', 'delegate', 'reenter', 'context', 'each'):
                found.add(NAMES.get(node.kind, node.kind))
            if node.kind == 'each':
                found.add('SB_FOR over ' + ('a generator' if node.over in ('member', 'owned') else 'a list'))
            if node.kind in ('raise', 'advance') and 'S' in vars(node).values():
                found.add('sb::stop_iteration')
            if node.kind == 'reraise':
                found.add('a bare raise')
                if not any(block.role == 'handler' for _, block in above):
                    found.add('a bare raise in a finally alone')
    if try_depth(program) >= 3:
        found.add('try in try in try')
    found |= of_delegation(program)
    return found


def of_delegation(program):
    found = set()
    edges = {}
    for body, node, handling, target in sites(program):
        if node.kind != 'delegate':
            continue
        edges.setdefault(id(body), set()).add(id(target))
        found.add({'member': 'delegation to a member', 'made': 'delegation to a frame made on the spot',
                   'owned': 'delegation to a generator made on the spot'}[node.over])
        if body.kind != 'main':
            found.add('delegation in what is delegated to')
        if handling:
            found.add('delegation in a handler or finally')
    ways = {word for word in found if word.startswith('delegation to')}
    if 'delegation to a member' in ways and len(ways) > 1:
        found.add('members and such as are made, mixed')
    if any(reaches(edges, to, at) for at in edges for to in edges[at]):
        found.add('recursion')
    return found


def reaches(edges, start, goal):
    seen, todo = set(), [start]
    while todo:
        at = todo.pop()
        if at == goal:
            return True
        if at not in seen:
            seen.add(at)
            todo += edges.get(at, ())
    return False


NAMES = {'delegate': 'delegation', 'reenter': 're-entrancy', 'context': 'context_of', 'each': 'SB_FOR'}

ROWS = [
    # the row, the least share of the programs that the draw is to give it, what the headers must have
    ('a yield in a handler', 20, None), ('a yield in a finally', 20, None), ('a yield in an else', 0, None),
    ('try in try in try', 20, None),
    ('delegation', 20, 'delegation'),
    ('delegation to a member', 20, 'delegation'),
    ('delegation to a frame made on the spot', 15, 'made'),
    ('delegation to a generator made on the spot', 5, 'made'),
    ('members and such as are made, mixed', 5, 'made'),
    ('recursion', 5, 'made'),
    ('delegation in what is delegated to', 10, 'delegation'),
    ('delegation in a handler or finally', 10, 'delegation'),
    ('break, continue or return through a finally', 20, None),
    ('break through a finally', 0, None), ('continue through a finally', 0, None),
    ('return through a finally', 0, None),
    ('with', 20, None), ('switch', 0, None),
    ('SB_FOR', 15, None), ('SB_FOR over a generator', 10, 'delegation'), ('SB_FOR over a list', 5, None),
    ('re-entrancy', 5, None),
    ('a bare raise', 0, None), ('a bare raise in a finally alone', 0, None),
    ('sb::stop_iteration', 10, 'stop'), ('context_of', 10, 'context'),
]


def left_out(program):
    return depth_of(program) > LIMIT
