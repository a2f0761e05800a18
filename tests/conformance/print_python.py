"""A program as Python generator functions."""

import grammar


def expression(value):
    kind = value[0]
    if kind == 'const':
        return str(value[1])
    if kind == 'var':
        return value[1]
    if kind == 'sent':
        return f'(9 if {value[1]} is None else {value[1]})'
    sign = {'sum': '+', 'product': '*'}[kind]
    return f'({expression(value[1])} {sign} {expression(value[2])}) % 10'


def condition(value):
    kind = value[0]
    if kind == 'less':
        return f'{expression(value[1])} < {expression(value[2])}'
    if kind == 'even':
        return f'({expression(value[1])}) % 2 == 0'
    return f'{value[1]} is None'


CATCH = {'S': 'except S as e:', 'A': 'except A as e:', 'B': 'except B as e:', 'C': 'except C as e:',
         'errors': 'except Exception as e:', 'all': 'except:'}


class Printer:
    def __init__(self, program, number):
        self.program = program
        self.bodies = program.bodies()
        self.names = {id(body): f'p{number}_{at}' if at else f'p{number}' for at, body in enumerate(self.bodies)}
        self.blind = grammar.run_while_handled(program)
        self.watches_throws = grammar.delegates_while_handling(program)
        self.lines = []

    def add(self, indent, text):
        self.lines.append('    ' * indent + text)

    def function(self, body):
        self.body = body
        self.switches = 0
        cursors = [at for at, node in enumerate(grammar.cursors(body)) if node.over == 'owned']
        self.add(0, f'def {self.names[id(body)]}(t, level, here):')
        self.add(1, 'v0, v1, v2 = t.start')
        self.add(1, 's0 = s1 = None')
        for counter in grammar.counters(body):
            self.add(1, f'{counter} = 0')
        for number, member in enumerate(body.members):
            self.add(1, f'h{number} = place(here)')
            self.add(1, f'g{number} = {self.names[id(member)]}(t, level, h{number})')
            self.add(1, f'h{number}.be(g{number})')
        if cursors:
            self.add(1, ' = '.join(f'c{at}' for at in cursors) + ' = None')
        self.add(1, 'if False: yield')  # a generator, even where no yield is left
        if not body.members and not cursors:
            return self.block(1, body.block, in_loop=False)
        # What C++ destroys with the frame, when the body has ended and before its caller hears of that.
        self.add(1, 'try:')
        self.block(2, body.block, in_loop=False)
        self.add(1, 'finally:')
        self.add(2, 't.dying += 1')
        for at in reversed(cursors):
            self.add(2, f'del c{at}')
        for number in reversed(range(len(body.members))):
            self.add(2, f'del g{number}')
        self.add(2, 't.dying -= 1')

    def block(self, indent, block, in_loop):
        for node in block.nodes:
            node.line = len(self.lines) + 1
            getattr(self, 'print_' + node.kind)(indent, node, in_loop)
        if not block.nodes:
            self.add(indent, 'pass')

    def print_yield(self, indent, node, in_loop):
        value = f't.fail({node.fails})' if node.fails else expression(node.value)
        self.add(indent, f'{node.into} = yield {value}' if node.into else f'yield {value}')

    def print_assign(self, indent, node, in_loop):
        self.add(indent, f'{node.target} = {expression(node.value)}')

    def print_event(self, indent, node, in_loop):
        self.add(indent, f't.event({node.number}, v0, v1, v2, s0, s1)')

    def print_handled(self, indent, node, in_loop):
        self.add(indent, f't.handled({node.number}, sys.exc_info()[1])')

    def print_raise(self, indent, node, in_loop):
        self.add(indent, 'raise S()' if node.error == 'S' else f'raise {node.error}(t.fresh())')

    def print_reraise(self, indent, node, in_loop):
        self.add(indent, 'raise')

    def print_break(self, indent, node, in_loop):
        self.add(indent, 'break')

    def print_continue(self, indent, node, in_loop):
        self.add(indent, 'continue')

    def print_return(self, indent, node, in_loop):
        self.add(indent, 'return' if node.value is None else f'return {expression(node.value)}')

    def print_context(self, indent, node, in_loop):
        self.add(indent, f't.context({node.number}, sys.exc_info()[1])')

    def made(self, which):
        return f't.make({self.names[id(self.program.made[which])]}, level, here)'

    def print_delegate(self, indent, node, in_loop):
        into = f'{node.into} = ' if node.into else ''
        if node.over == 'member':
            self.add(indent, f'{into}yield from g{node.which}')
        else:
            self.add(indent, f'if t.may_make(level): {into}yield from {self.made(node.which)}')

    def looks_away(self, node):
        return id(self.body.members[node.which]) in self.blind

    def print_advance(self, indent, node, in_loop):
        away = self.looks_away(node)
        if self.watches_throws and node.operation in 'ABCSXc':
            self.add(indent, 't.blind = True')
        self.add(indent, f't.advance({node.number}, g{node.which}, "{node.operation}", {away})')

    def print_drain(self, indent, node, in_loop):
        self.add(indent, f't.drain({node.number}, g{node.which}, {self.looks_away(node)})')

    def print_reenter(self, indent, node, in_loop):
        self.add(indent, f't.reenter({node.number}, here, {node.up}, "{node.operation}")')

    def print_each(self, indent, node, in_loop):
        head = f'for {node.target} in '
        if node.over == 'member':
            self.add(indent, f'{head}g{node.which}:')
        elif node.over == 'owned':
            # Held by a variable, as C++ holds it: until the next loop, or the body's end.
            at = grammar.cursors(self.body).index(node)
            self.add(indent, 'if t.may_make(level):')
            indent += 1
            self.add(indent, f'c{at} = {self.made(node.which)}')
            self.add(indent, f'{head}c{at}:')
        else:
            self.add(indent, f'{head}three({expression(node.value)}):')
        self.block(indent + 1, node.blocks[0], True)

    def print_if(self, indent, node, in_loop):
        self.add(indent, f'if {condition(node.condition)}:')
        self.block(indent + 1, node.blocks[0], in_loop)
        for other in node.blocks[1:]:
            self.add(indent, 'else:')
            self.block(indent + 1, other, in_loop)

    def print_for(self, indent, node, in_loop):
        self.add(indent, f'for {node.counter} in range({node.times}):')
        self.block(indent + 1, node.blocks[0], True)
        self.add(indent, 'else:')
        self.add(indent + 1, f'{node.counter} = {node.times}')  # as C++ leaves it

    def print_while(self, indent, node, in_loop):
        self.add(indent, f'{node.counter} = 0')
        self.add(indent, f'while {node.counter} < {node.times} and {condition(node.condition)}:')
        self.add(indent + 1, f'{node.counter} += 1')
        self.block(indent + 1, node.blocks[0], True)

    def print_try(self, indent, node, in_loop):
        for block in node.blocks:
            head = {'body': 'try:', 'else': 'else:', 'finally': 'finally:'}.get(block.role)
            self.add(indent, head or CATCH[block.label])
            if block.role == 'handler':
                caught = 'sys.exc_info()[1]' if block.label == 'all' else 'e'
                self.add(indent + 1, f't.caught({node.number}, {caught})')
            self.block(indent + 1, block, in_loop)

    def print_with(self, indent, node, in_loop):
        # Nothing but the with may hold the resource: a generator that dies must let go of it.
        self.add(indent, f'with resource(t, {node.number}, "{node.policy}", {node.fails}):')
        self.block(indent + 1, node.blocks[0], in_loop)

    def print_switch(self, indent, node, in_loop):
        # A loop of one turn, so that break leaves it. Its else is run where the turn was continued:
        # that continue means the loop outside.
        chosen = f'w{self.switches}'
        self.switches += 1
        labels = [block.label for block in node.blocks]
        default = labels.index('default') if 'default' in labels else None
        table = {label: at for at, label in enumerate(labels) if label != 'default'}
        self.add(indent, f'{chosen} = {table}.get({expression(node.value)}, {default})')
        self.add(indent, 'for _ in ONCE:')
        for at, block in enumerate(node.blocks):
            self.add(indent + 1, f'if {chosen} == {at}:')
            self.block(indent + 2, block, in_loop)
            if not block.nodes or block.nodes[-1].kind != 'break':
                self.add(indent + 2, f'{chosen} = {at + 1}')  # falls through
        self.add(indent + 1, 'break')
        if in_loop:
            self.add(indent, 'else:')
            self.add(indent + 1, 'continue')


def print_program(program, number):
    printer = Printer(program, number)
    for body in printer.bodies:
        printer.function(body)
        printer.add(0, '')
    name = printer.names[id(program.main)]
    printer.add(0, f'{name}.delegates_while_handling = {printer.watches_throws}')
    printer.add(0, f'{name}.throws_stop = {program.throws_stop}')
    return '\n'.join(printer.lines)
