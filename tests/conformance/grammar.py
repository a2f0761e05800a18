"""Random generator programs: what they are made of, how they are drawn, and which ones are legal.

A program is a main generator and the generators that it may delegate to. Each is a block: a list of
nodes. A node has a kind, plain fields, and further blocks within. Two printers, one for Python and one
for C++, turn it into source.
"""

import copy
import random

LIMIT = 4  # of try, with and switch in one another: what the library allows in one body

ERRORS = ('A', 'B', 'C')  # B is A's sibling, C derives from A
CATCHES = ('A', 'B', 'C', 'errors', 'all')
WITH_POLICIES = ('none', 'pass', 'swallow', 'raise')
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


class Program:
    def __init__(self, main, subs):
        self.main = main  # a Block
        self.subs = subs  # Blocks: the generators in the frame's members g0, g1, …

    def bodies(self):
        return [self.main, *self.subs]

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
                for body in program.bodies() for node, above in walk(body)), default=0)


def names_in(value):
    if value[0] == 'var':
        return {value[1]}
    return set().union(*(names_in(part) for part in value[1:] if isinstance(part, tuple)))


def counters(body):
    """The loop counters that a body has or reads. (A loop that the shrinker cut away may still be read.)"""
    found = set()
    for node, _ in walk(body):
        found |= {getattr(node, 'counter', 'v')}
        for field in ('value', 'condition'):
            if getattr(node, field, None):
                found |= names_in(getattr(node, field))
    return sorted(name for name in found if name.startswith('i'))


def through_finally(node, above):
    """Whether a break, continue or return runs a finally (or a with's exit) on its way."""
    for outer, block in reversed(above):
        if outer.kind == 'try' and block.role != 'finally' and outer.block('finally'):
            return True
        if node.kind == 'continue' and outer.kind in ('for', 'while'):
            return False
        if node.kind == 'break' and outer.kind in ('for', 'while', 'switch'):
            return False
    return False


def legal(program):
    """Whether both languages take it. (What the random draw makes always is; what the shrinker cuts
    out of it may not be.)"""
    for number, body in enumerate(program.bodies()):
        for node, above in walk(body):
            loops = [o for o, _ in above if o.kind in ('for', 'while')]
            if node.kind == 'continue' and not loops:
                return False
            if node.kind == 'break' and not any(o.kind in ('for', 'while', 'switch') for o, _ in above):
                return False
            roles = [b.role for _, b in above]
            if node.kind in ('reraise', 'handled') and not may_ask(number == 0, roles):
                return False
            if node.kind in ('delegate', 'advance') and (number != 0 or node.sub >= len(program.subs)):
                return False
            if node.kind == 'try' and not legal_try(node):
                return False
            if node.kind == 'switch' and not node.blocks:
                return False
    return True


def may_ask(is_main, roles):
    """Whether a bare raise may stand here. In a finally it means the exception that led there or, in
    Python, whatever the *caller* handles; a body of ours knows nothing of its caller, so a generator
    that is delegated to has them in handlers only, where it has an exception of its own."""
    return 'handler' in roles or (is_main and 'finally' in roles)


def legal_try(node):
    handlers = [b for b in node.blocks if b.role == 'handler']
    if not handlers and not node.block('finally'):
        return False
    if node.block('else') and not handlers:
        return False
    return all(b.label != 'all' for b in handlers[:-1])


class Draw:
    """Draws one program. Everything follows from the seed."""

    def __init__(self, seed, delegation):
        self.random = random.Random(seed)
        self.delegation = delegation
        self.chance = lambda p: self.random.random() < p

    def program(self):
        # A few go beyond the library's limit: they are counted, not run.
        self.deepest = LIMIT if not self.chance(0.04) else LIMIT + 2
        self.sub_count = 0
        if self.delegation and self.chance(0.5):
            self.sub_count = self.random.randint(1, 2)
        self.mood = {kind: self.random.choice((0.5, 1, 1, 2)) for kind in self.WEIGHTS}
        self.events = 0
        main = self.body(self.random.randint(8, 22), is_main=True)
        subs = [self.body(self.random.randint(3, 8), is_main=False) for _ in range(self.sub_count)]
        return Program(main, subs)

    def body(self, size, is_main):
        self.left = size
        self.is_main = is_main
        self.counters = 0
        nodes = []
        while self.left > 0:
            nodes += self.block('body', [], []).nodes
        return Block('body', nodes)

    WEIGHTS = {
        'yield': 30, 'receive': 12, 'assign': 8, 'event': 8, 'handled': 8, 'raise': 7, 'reraise': 9,
        'break': 12, 'continue': 12, 'return': 6, 'delegate': 16, 'advance': 3,
        'if': 7, 'for': 7, 'while': 3, 'try': 26, 'with': 9, 'switch': 7,
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
        loops = [kind for kind in outer if kind in ('for', 'while')]
        if not loops:
            del kinds['continue']
            if 'switch' not in outer:
                del kinds['break']
        if not may_ask(self.is_main, roles):
            del kinds['reraise'], kinds['handled']
        if not self.is_main or not self.sub_count:
            del kinds['delegate'], kinds['advance']
        if self.left <= 0 or len(loops) >= 3:
            del kinds['for'], kinds['while']
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

    def draw_raise(self, roles, outer):
        return [Node('raise', error=self.random.choice(ERRORS))]

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
        nodes = [Node('delegate', sub=self.random.randrange(self.sub_count), into=into)]
        return nodes + ([Node('event', number=self.event())] if into else [])

    def draw_advance(self, roles, outer):
        return [Node('advance', sub=self.random.randrange(self.sub_count), number=self.event())]

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

    def draw_try(self, roles, outer):
        if 'for' not in outer and 'while' not in outer and self.chance(0.4):
            # In a loop, so that there is something to break and to continue.
            return [Node('for', counter=self.counter(), times=self.random.randint(1, 3), blocks=[
                Block('body', self.draw_try(roles + ['body'], outer[:-1] + ['for', 'try']))])]
        blocks = [self.block('body', roles, outer)]
        labels = []
        for label in CATCHES:
            if self.chance({'A': 0.4, 'B': 0.2, 'C': 0.15, 'errors': 0.2, 'all': 0.25}[label]):
                labels.append(label)
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
                block.nodes.insert(0, Node('handled' if may_ask(self.is_main, roles + [block.role])
                                           else 'event', number=self.event()))
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
        if sum(kind in LEVELS for kind in outer) < self.deepest and self.chance(0.3):
            last.nodes.insert(0, Node('try', [
                Block('body', [Node('event', number=self.event())]),
                Block('finally', [Node('event', number=self.event())])], number=self.event()))

    def jump(self, outer):
        kinds = ['return']
        if 'for' in outer or 'while' in outer:
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


def draw(seed, index, delegation):
    return Draw(f'{seed}:{index}', delegation).program()
