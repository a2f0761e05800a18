"""Random generator programs: what they are made of, how they are drawn, and which ones are legal.

A program is a main generator and those that it runs: generators that are its members, theirs, and
such as any body makes on the spot. Each is a block: a list of nodes. A node has a kind, plain fields,
and further blocks within. Two printers, one for Python and one for C++, turn it into source.
"""

import copy
import random

LIMIT = 4  # of try, with and switch in one another: what the library allows in one body

ERRORS = ('A', 'B', 'C')  # B is A's sibling, C derives from A
WITH_POLICIES = ('none', 'pass', 'swallow', 'raise')
LOOPS = ('for', 'while', 'each')
LEVELS = ('try', 'with', 'switch')  # the kinds of node that take a level
JUMPS = ('break', 'continue', 'return', 'raise', 'reraise')


class Block:
    """A list of nodes. The role says what it is to its node: 'body', 'handler', 'finally', …"""

    def __init__(self, role, nodes=(), label=None):
        self.role = role
        self.label = label  # of a handler: what it catches; of a case: its number
        self.nodes = list(nodes)


class Node:
    def __init__(self, kind, blocks=(), **fields):
        self.kind = kind
        self.blocks = list(blocks)
        self.__dict__.update(fields)

    def block(self, role):
        return next((each for each in self.blocks if each.role == role), None)


class Body:
    """One generator function."""

    def __init__(self, kind, context, block, members=()):
        self.kind = kind  # 'main', 'member', or 'made': on the spot, by other bodies
        self.context = context  # 'plain' or 'delegating': which of the two contexts in C++
        self.block = block
        self.members = list(members)  # Bodies: the generators in its variables g0, g1


class Program:
    def __init__(self, main, made, throws_stop):
        self.main = main
        self.made = list(made)
        self.throws_stop = throws_stop  # so do its callers

    def bodies(self):
        """All of them, in an order that a copy shares: a body's number is its place in it."""
        found = []

        def visit(body):
            found.append(body)
            for each in body.members:
                visit(each)

        for each in (self.main, *self.made):
            visit(each)
        return found

    def copy(self):
        return copy.deepcopy(self)


def walk(block, above=()):
    """All nodes within, with the (node, block) pairs that enclose each, outermost first."""
    for node in block.nodes:
        yield node, above
        for inner in node.blocks:
            yield from walk(inner, above + ((node, inner),))


def depth_of(program):
    return max((sum(outer.kind in LEVELS for outer, _ in above) + (node.kind in LEVELS)
                for body in program.bodies() for node, above in walk(body.block)), default=0)


def names_in(value):
    if value[0] == 'var':
        return {value[1]}
    return set().union(*(names_in(part) for part in value[1:] if isinstance(part, tuple)))


def counters(body):
    """The loop counters that a body has or reads. (A loop that the shrinker cut away may still be read.)"""
    found = set()
    for node, _ in walk(body.block):
        found |= {getattr(node, 'counter', 'v')}
        for field in ('value', 'condition'):
            if getattr(node, field, None):
                found |= names_in(getattr(node, field))
    return sorted(name for name in found if name.startswith('i'))


def cursors(body):
    """The loops over something, by their numbers: each has a cursor of its own."""
    return [node for node, _ in walk(body.block) if node.kind == 'each']


def through_finally(node, above):
    """Whether a break, continue or return runs a finally (or a with's exit) on its way."""
    for outer, block in reversed(above):
        if outer.kind == 'try' and block.role != 'finally' and outer.block('finally'):
            return True
        if node.kind == 'continue' and outer.kind in LOOPS:
            return False
        if node.kind == 'break' and outer.kind in (*LOOPS, 'switch'):
            return False
    return False


def target_of(program, body, node):
    """The body that this node of that body runs, or null."""
    if node.kind == 'delegate' or (node.kind == 'each' and node.over in ('member', 'owned')):
        bodies = body.members if node.over == 'member' else program.made
        return bodies[node.which]
    if node.kind in ('advance', 'drain'):
        return body.members[node.which]
    return None


def is_handling(above):
    """Whether an exception may be handled in these blocks."""
    return any(block.role in ('handler', 'finally') for _, block in above)


def sites(program):
    """Wherever a body runs another: (body, node, whether it may be handling an exception, the other)."""
    for body in program.bodies():
        for node, above in walk(body.block):
            target = target_of(program, body, node)
            if target is not None:
                yield body, node, is_handling(above), target


def delegates_while_handling(program):
    return any(node.kind == 'delegate' and handling for _, node, handling, _ in sites(program))


def run_while_handled(program):
    """Bodies that are run while an exception may be handled outside of them. In Python they see that
    exception (sys.exc_info goes up the call stack) and it becomes the context of theirs; a body of ours
    knows nothing of whoever runs it."""
    found = set()
    before = -1
    while len(found) != before:
        before = len(found)
        found |= {id(target) for body, _, handling, target in sites(program) if handling or id(body) in found}
    return found


def may_ask_context(program):
    """Whether what __context__ is can be asked in the bodies that run_while_handled does not name. An
    exception that comes out of one of the others has the right context for those outside if it was raised
    as it came out: so not where such a body is run at several places, or by a loop."""
    blind = run_while_handled(program)
    runs = [(id(target), node.kind) for body, node, _, target in sites(program) if id(target) in blind]
    names = [name for name, _ in runs]
    return not any(kind == 'each' or (kind == 'delegate' and names.count(name) > 1) for name, kind in runs)


def legal(program):
    """Whether both languages take it. (What the random draw makes always is; what the shrinker cuts
    out of it may not be.)"""
    blind = run_while_handled(program)
    ask_context = may_ask_context(program)
    for body in program.bodies():
        for node, above in walk(body.block):
            if node.kind == 'continue' and not any(o.kind in LOOPS for o, _ in above):
                return False
            if node.kind == 'break' and not any(o.kind in (*LOOPS, 'switch') for o, _ in above):
                return False
            roles = [b.role for _, b in above]
            if node.kind in ('reraise', 'handled', 'context') and not may_ask(body.kind, roles):
                return False
            if node.kind == 'context' and (not ask_context or id(body) in blind):
                return False
            if not legal_target(program, body, node):
                return False
            if node.kind == 'try' and not legal_try(node):
                return False
            if node.kind == 'switch' and not node.blocks:
                return False
    return True


def legal_target(program, body, node):
    if node.kind == 'delegate' and node.over != 'member':
        # Only a body that delegates to what it makes may do so, and a frame must be one as well.
        return body.context == 'delegating' and (
            node.over == 'owned' or program.made[node.which].context == 'delegating')
    return True


def may_ask(kind, roles):
    """Whether a bare raise may stand here. In a finally it means the exception that led there or, in
    Python, whatever the *caller* handles; a body of ours knows nothing of its caller, so a generator
    that another one runs has them in handlers only, where it has an exception of its own."""
    return 'handler' in roles or (kind == 'main' and 'finally' in roles)


def legal_try(node):
    handlers = [b for b in node.blocks if b.role == 'handler']
    if not handlers and not node.block('finally'):
        return False
    if node.block('else') and not handlers:
        return False
    return all(b.label != 'all' for b in handlers[:-1])


class Draw:
    """Draws one program. Everything follows from the seed."""

    def __init__(self, seed, can):
        self.random = random.Random(seed)
        self.can = can  # words of conformance.py's --without that were not given
        self.chance = lambda p: self.random.random() < p
        self.errors = ERRORS + (('S',) if 'stop' in can else ())
        self.catches = {'A': 0.4, 'B': 0.2, 'C': 0.15, 'errors': 0.2, 'all': 0.25}
        if 'stop' in can:
            self.catches = {'S': 0.1, **self.catches}

    def program(self):
        # A few go beyond the library's limit: they are counted, not run.
        self.deepest = LIMIT if not self.chance(0.04) else LIMIT + 2
        self.mood = {kind: self.random.choice((0.5, 1, 1, 2)) for kind in self.WEIGHTS}
        self.events = 0
        program = Program(Body('main', self.context(), None), [], 'stop' in self.can)
        if 'delegation' in self.can:
            self.add_members(program.main, 0.42)
            if 'made' in self.can and self.chance(0.32):
                for _ in range(self.random.choice((1, 1, 2))):
                    program.made.append(Body('made', 'delegating' if self.chance(0.8) else 'plain', None))
                    self.add_members(program.made[-1], 0.15)
                if self.chance(0.85):
                    program.main.context = 'delegating'
        for body in program.bodies():
            self.fill(program, body, self.random.randint(6, 18) if body.kind == 'main' else self.random.randint(3, 8))
        self.settle_contexts(program)
        return program

    def context(self):
        return 'delegating' if 'delegation' in self.can and self.chance(0.2) else 'plain'

    def add_members(self, body, likely, depth=1):
        if self.chance(likely) and depth <= 3:
            for _ in range(self.random.choice((1, 1, 2) if depth == 1 else (1,))):
                body.members.append(Body('member', self.context(), None))
                self.add_members(body.members[-1], 0.35, depth + 1)

    def settle_contexts(self, program):
        """Takes the questions for __context__ out where there is no answer."""
        blind = run_while_handled(program)
        ask = may_ask_context(program)
        for body in program.bodies():
            for node, _ in walk(body.block):
                if node.kind == 'context' and (not ask or id(body) in blind):
                    node.kind = 'handled'

    def fill(self, program, body, size):
        self.made = program.made
        self.body = body
        self.left = size
        self.counters = self.cursors = 0
        nodes = []
        while self.left > 0:
            nodes += self.block('body', [], []).nodes
        body.block = Block('body', nodes)

    WEIGHTS = {
        'yield': 30, 'receive': 12, 'assign': 8, 'event': 8, 'handled': 8, 'raise': 7, 'reraise': 9,
        'break': 12, 'continue': 12, 'return': 6, 'delegate': 11, 'advance': 3, 'drain': 1, 'reenter': 2,
        'context': 6, 'if': 7, 'for': 7, 'while': 3, 'each': 6, 'try': 26, 'with': 9, 'switch': 7,
    }

    def block(self, role, roles, outer, label=None):
        """`roles` and `outer`: the roles of the blocks around it, and the kinds of their nodes."""
        nodes = []
        roles = roles + [role]
        for _ in range(self.random.randint(1, 3)):
            nodes += self.statement(roles, outer)
            if nodes[-1].kind in JUMPS:
                break  # what follows would never be run
        return Block(role, nodes, label)

    def statement(self, roles, outer):
        self.left -= 1
        kinds = dict(self.WEIGHTS)
        levels = sum(kind in LEVELS for kind in outer)
        loops = [kind for kind in outer if kind in LOOPS]
        if not loops:
            del kinds['continue']
            if 'switch' not in outer:
                del kinds['break']
        if not may_ask(self.body.kind, roles):
            del kinds['reraise'], kinds['handled'], kinds['context']
        elif 'context' not in self.can:
            del kinds['context']
        if not self.targets('delegate'):
            del kinds['delegate']
        if not self.body.members:
            del kinds['advance'], kinds['drain']
        if self.left <= 0 or len(loops) >= 3:
            del kinds['for'], kinds['while'], kinds['each']
        elif self.cursors >= 3:
            del kinds['each']
        if self.left <= 0 or levels >= self.deepest:
            del kinds['try'], kinds['with'], kinds['switch']
        if self.left <= 0 or len(outer) > 9:
            del kinds['if']
        if roles[-1] == 'finally':
            # What takes the place of a pending exit, and what is run while one is pending.
            for kind in ('break', 'continue', 'return', 'try', 'with'):
                if kind in kinds:
                    kinds[kind] *= 2
        kind = self.random.choices(list(kinds),
                                   [weight * self.mood[kind] for kind, weight in kinds.items()])[0]
        nodes = getattr(self, 'draw_' + kind)(roles, outer + [kind])
        # A jump at the end of a block always happens; most are made to depend on something.
        if kind in JUMPS and self.chance(0.6):
            return [Node('if', [Block('then', nodes)], condition=self.condition())]
        return nodes

    def targets(self, kind):
        """What this body may delegate to, or loop over: (in what way, which)."""
        found = [('member', which) for which in range(len(self.body.members))] * 2
        for which, made in enumerate(self.made):
            if kind == 'each':
                found.append(('owned', which))
            elif self.body.context == 'delegating':
                if made.context == 'delegating':
                    found += [('made', which)] * 3
                if made.context == 'plain' or self.chance(0.3):
                    found.append(('owned', which))
        return found

    # ---- Expressions. All values lie between 0 and 9, so that one digit of the trace shows each.

    def value(self, deeper=True):
        choices = ['const', 'var', 'sent'] + (['counter'] if self.counters else [])
        if deeper:
            choices += ['sum', 'product']
        kind = self.random.choice(choices)
        if kind == 'const':
            return ('const', self.random.randint(0, 9))
        if kind == 'var':
            return ('var', f'v{self.random.randint(0, 2)}')
        if kind == 'sent':
            return ('sent', f's{self.random.randint(0, 1)}')
        if kind == 'counter':
            return ('var', f'i{self.random.randrange(self.counters)}')
        return (kind, self.value(False), self.value(False))

    def condition(self):
        kind = self.random.choice(('less', 'less', 'even', 'none'))
        if kind == 'less':
            return (kind, self.value(False), self.value(False))
        if kind == 'even':
            return (kind, self.value())
        return (kind, f's{self.random.randint(0, 1)}')

    # ---- One method for each kind of node

    def event(self):
        self.events += 1
        return self.events

    def draw_yield(self, roles, outer):
        # The operand may raise before the body is suspended.
        fails = self.random.choice(ERRORS) if self.chance(0.03) else None
        return [Node('yield', value=self.value(), fails=fails, into=None)]

    def draw_receive(self, roles, outer):
        return [Node('yield', value=self.value(), fails=None, into=f's{self.random.randint(0, 1)}'),
                Node('event', number=self.event())]

    def draw_assign(self, roles, outer):
        return [Node('assign', target=f'v{self.random.randint(0, 2)}', value=self.value())]

    def draw_event(self, roles, outer):
        return [Node('event', number=self.event())]

    def draw_handled(self, roles, outer):
        return [Node('handled', number=self.event())]

    def draw_context(self, roles, outer):
        return [Node('context', number=self.event())]

    def draw_raise(self, roles, outer):
        return [Node('raise', error=self.random.choice(self.errors))]

    def draw_reraise(self, roles, outer):
        return [Node('reraise')]

    def draw_break(self, roles, outer):
        return [Node('break')]

    def draw_continue(self, roles, outer):
        return [Node('continue')]

    def draw_return(self, roles, outer):
        return [Node('return', value=self.value() if self.chance(0.8) else None)]

    def draw_delegate(self, roles, outer):
        into = f's{self.random.randint(0, 1)}' if self.chance(0.6) else None
        over, which = self.random.choice(self.targets('delegate'))
        nodes = [Node('delegate', over=over, which=which, into=into)]
        return nodes + ([Node('event', number=self.event())] if into else [])

    def draw_advance(self, roles, outer):
        operation = self.random.choices(('n', 's5', 'A', 'X', 'c', 'S'),
                                        (12, 3, 2, 1, 1, 1 if 'stop' in self.can else 0))[0]
        return [Node('advance', which=self.random.randrange(len(self.body.members)),
                     operation=operation, number=self.event())]

    def draw_drain(self, roles, outer):
        return [Node('drain', which=self.random.randrange(len(self.body.members)), number=self.event())]

    def draw_reenter(self, roles, outer):
        up = self.random.randint(0, 2)
        # (CPython 3.11 breaks down over throw() into a generator that delegates and runs.)
        throws = up == 0 and self.body.kind != 'made'
        operation = self.random.choices(('n', 's5', 'c', 'A', 'X'), (4, 2, 2, 2 * throws, throws))[0]
        return [Node('reenter', up=up, operation=operation, number=self.event())]

    def draw_if(self, roles, outer):
        blocks = [self.block('then', roles, outer)]
        if self.chance(0.4):
            blocks.append(self.block('otherwise', roles, outer))
        return [Node('if', blocks, condition=self.condition())]

    def counter(self):
        self.counters += 1
        return f'i{self.counters - 1}'

    def draw_for(self, roles, outer):
        return [Node('for', counter=self.counter(), times=self.random.randint(1, 3),
                     blocks=[self.block('body', roles, outer)])]

    def draw_while(self, roles, outer):
        return [Node('while', counter=self.counter(), times=self.random.randint(1, 3),
                     condition=self.condition(), blocks=[self.block('body', roles, outer)])]

    def draw_each(self, roles, outer):
        self.cursors += 1
        over, which = self.random.choice(self.targets('each') * 2 + [('list', 0), ('own list', 0)])
        return [Node('each', over=over, which=which, target=f'v{self.random.randint(0, 2)}', value=self.value(),
                     blocks=[self.block('body', roles, outer)])]

    def draw_try(self, roles, outer):
        if not any(kind in LOOPS for kind in outer) and self.chance(0.4):
            # In a loop, so that there is something to break and to continue.
            return [Node('for', counter=self.counter(), times=self.random.randint(1, 3), blocks=[
                Block('body', self.draw_try(roles + ['body'], outer[:-1] + ['for', 'try']))])]
        blocks = [self.block('body', roles, outer)]
        labels = [label for label, likely in self.catches.items() if self.chance(likely)]
        if labels and labels[-1] == 'all':
            typed = labels[:-1]
            self.random.shuffle(typed)
            labels = typed + ['all']
        else:
            self.random.shuffle(labels)
        for label in labels:
            blocks.append(self.block('handler', roles, outer, label))
        if labels and self.chance(0.3):
            blocks.append(self.block('else', roles, outer))
        if not labels or self.chance(0.55):
            blocks.append(self.block('finally', roles, outer))
        self.crowd(blocks, outer)
        for block in blocks:
            if block.role in ('handler', 'finally') and self.chance(0.5):
                asks = 'event'
                if may_ask(self.body.kind, roles + [block.role]):
                    asks = 'context' if 'context' in self.can and self.chance(0.5) else 'handled'
                block.nodes.insert(0, Node(asks, number=self.event()))
        return [Node('try', blocks, number=self.event())]

    def crowd(self, blocks, outer):
        """Makes what is rare by chance: an exit that is pending while the finally runs a block of its
        own, or is left by another exit."""
        last = blocks[-1]
        if last.role != 'finally':
            return
        if self.chance(0.25):
            blocks[0].nodes.append(self.jump(outer))
            if self.chance(0.5):
                last.nodes.append(self.jump(outer))
        if sum(kind in LEVELS for kind in outer) >= self.deepest:
            return
        if self.chance(0.3):
            last.nodes.insert(0, Node('try', [
                Block('body', [Node('event', number=self.event())]),
                Block('finally', [Node('event', number=self.event())])], number=self.event()))
        elif self.chance(0.15):
            last.nodes.insert(0, self.return_taken_back())

    def return_taken_back(self):
        """A return that the finally on its way does not let through: what was pending before is again."""
        return Node('for', counter=self.counter(), times=self.random.randint(1, 2), blocks=[Block('body', [
            Node('try', [
                Block('body', [Node('event', number=self.event()), Node('return', value=self.value())]),
                Block('finally', [Node('event', number=self.event()),
                                  Node(self.random.choice(('break', 'continue')))])], number=self.event())])])

    def jump(self, outer):
        kinds = ['return']
        if any(kind in LOOPS for kind in outer):
            kinds += ['break', 'continue']
        kind = self.random.choice(kinds)
        if kind == 'return':
            return Node(kind, value=self.value())
        return Node(kind)

    def draw_with(self, roles, outer):
        return [Node('with', policy=self.random.choice(WITH_POLICIES), number=self.event(),
                     fails=self.chance(0.05), blocks=[self.block('body', roles, outer)])]

    def draw_switch(self, roles, outer):
        count = self.random.randint(1, 3)
        default = self.random.randrange(count) if self.chance(0.7) else None
        cases = self.random.sample(range(4), count)
        blocks = []
        for index in range(count):
            label = 'default' if index == default else cases[index]
            block = self.block('case', roles, outer, label)
            # Without a break at its end a case goes on into the next one.
            if block.nodes[-1].kind not in JUMPS and self.chance(0.75):
                block.nodes.append(Node('break'))
            blocks.append(block)
        return [Node('switch', blocks, value=self.value())]


def draw(seed, index, can):
    return Draw(f'{seed}:{index}', can).program()
