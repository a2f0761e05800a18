"""A program as C++ bodies, in the macros of the library.

Compilation is what takes the time, so most programs are printed in a form that compiles quickly. Each
body is a function that works on a `body` of driver.hpp, and the lines of its blocks are given by #line:
the templates behind the macros are made for the lines where a block and those around it begin, so that
programs whose blocks begin in the same lines share them. A few are `written` as users write them.
"""

import grammar

HANDLER = {'A': 'SB_CATCH(A const& e)', 'B': 'SB_CATCH(B const& e)', 'C': 'SB_CATCH(C const& e)',
           'S': 'SB_CATCH(S const& e)', 'errors': 'SB_CATCH_ERRORS', 'all': 'SB_CATCH_ALL'}


class Lines:
    """The lines where the blocks of a body begin: the same ones for the first block, the second, and so
    on, at each depth. All other resume points get lines behind them. None is used twice."""

    STEPS = (1000, 200, 50, 12)
    OTHERS = 800

    def __init__(self):
        self.opened = []  # the lines of the blocks around
        self.inner = [0]  # how many blocks each of them holds so far, and the body itself
        self.others = {}

    def open(self):
        at = len(self.opened)
        self.inner[at] += 1
        room = self.STEPS[at - 1] if at else 15000
        line = self.STEPS[at] * self.inner[at]
        if line + self.STEPS[at] > (room if at != 1 else self.OTHERS):
            raise OverflowError
        self.opened.append(line + (self.opened[-1] if self.opened else 0))
        self.inner.append(0)
        return self.opened[-1]

    def close(self):
        self.opened.pop()
        self.inner.pop()

    def other(self):
        top = self.opened[0] if self.opened else 0
        number = self.others[top] = self.others.get(top, 0) + 1
        if number >= 190:
            raise OverflowError
        return top + (self.OTHERS if top else 2) + number


class Printer:
    def __init__(self, program, number, written, same_lines):
        self.program = program
        self.written = written
        self.same_lines = same_lines
        self.of = '' if written else 'f.'
        self.bodies = program.bodies()
        self.names = {id(body): f'p{number}_{at}' if at else f'p{number}' for at, body in enumerate(self.bodies)}
        self.blind = grammar.run_while_handled(program)
        self.watches_throws = grammar.delegates_while_handling(program)
        self.lines = []

    def add(self, indent, text):
        self.lines.append('    ' * indent + text)

    # ---- Where things stand

    def opens(self):
        """The next macro begins a block."""
        if self.same_lines:
            self.lines.append(f'#line {self.at.open()}')

    def closes(self):
        if self.same_lines:
            self.at.close()

    def resumes(self):
        """The next macro needs a line of its own."""
        if self.same_lines:
            self.lines.append(f'#line {self.at.other()}')

    # ---- Bodies

    def begin(self, body):
        self.body = body
        self.at = Lines()
        self.cursors = {id(node): at for at, node in enumerate(grammar.cursors(body))}
        withs = [node for node, _ in grammar.walk(body.block) if node.kind == 'with']
        self.resources = {}
        for node in withs:
            kind = 'bare' if node.policy == 'none' else 'r'
            number = sum(name.startswith(kind) for name in self.resources.values())
            self.resources[id(node)] = f'{kind}[{number}]'

    def function(self, body):
        self.begin(body)
        name, context = self.names[id(body)], body.context
        self.add(0, '#line 1')
        self.add(0, f'sb::step run_{name}(body& f, {context}& co) {{')
        self.add(0, '#line 1')
        self.add(1, 'SB_BEGIN(co);')
        self.block(1, body.block)
        self.add(1, 'SB_END();')
        self.add(0, '}')
        members = ''.join(f'&{self.names[id(each)]}, ' for each in body.members)
        which = f'run_{name}, nullptr' if context == 'plain' else f'nullptr, run_{name}'
        self.add(0, f'function const {name}{{{which}, {{{members}}}}};')

    def struct(self, body):
        self.begin(body)
        name = self.names[id(body)]
        self.add(0, f'struct {name} : variables {{')
        for number, member in enumerate(body.members):
            self.add(1, f'member<{self.names[id(member)]}> g{number}{{t, level, here}};')
        for node in grammar.cursors(body):
            at = self.cursors[id(node)]
            kind = {'list': 'std::array<int, 3>&', 'own list': 'std::array<int, 3>'}.get(node.over)
            if node.over == 'member':
                kind = f'sb::generator<{self.names[id(body.members[node.which])]}>&'
            elif node.over == 'owned':
                kind = f'sb::generator<{self.names[id(self.program.made[node.which])]}>'
            self.add(1, f'sb::cursor<{kind}> c{at}{{}};')
            self.add(1, f'std::array<int, 3> l{at}{{}};')
        for kind, type_name in (('bare', 'resource'), ('r', 'resource_with_exit')):
            count = sum(each.startswith(kind) for each in self.resources.values())
            if count:
                self.add(1, f'std::optional<{type_name}> {kind}[{count}]{{}};')
        self.add(1, 'dying_begins last{t};')
        # A constructor, although an aggregate would do: GCC 12 breaks down ("in replace_placeholders_r")
        # over a generator member that is made from another member of its aggregate.
        self.add(1, f'{name}(run& its, int at_level, place const* at) : variables(its, at_level, at) {{}}')
        self.add(1, f'sb::step operator()({body.context}& co);')
        self.add(0, '};')

    def definition(self, body):
        self.begin(body)
        self.add(0, f'sb::step {self.names[id(body)]}::operator()({body.context}& co) {{')
        self.add(1, 'SB_BEGIN(co);')
        self.block(1, body.block)
        self.add(1, 'SB_END();')
        self.add(0, '}')

    def print(self):
        if self.written:
            for body in self.bodies:
                self.add(0, f'struct {self.names[id(body)]};')
            for body in in_order_of_need(self.program):
                self.struct(body)
            for body in self.bodies:
                self.definition(body)
        else:
            for body in self.bodies:
                self.add(0, f'extern function const {self.names[id(body)]};')
            for body in self.bodies:
                self.function(body)

    def block(self, indent, block):
        for node in block.nodes:
            getattr(self, 'print_' + node.kind)(indent, node)

    # ---- Expressions

    def expression(self, value):
        kind = value[0]
        if kind == 'const':
            return str(value[1])
        if kind == 'var':
            return self.of + value[1]
        if kind == 'sent':
            return f'or_nine({self.of}{value[1]})'
        sign = {'sum': '+', 'product': '*'}[kind]
        return f'({self.expression(value[1])} {sign} {self.expression(value[2])}) % 10'

    def condition(self, value):
        kind = value[0]
        if kind == 'less':
            return f'{self.expression(value[1])} < {self.expression(value[2])}'
        if kind == 'even':
            return f'({self.expression(value[1])}) % 2 == 0'
        return f'!{self.of}{value[1]}'

    def member(self, number):
        if self.written:
            return f'g{number}.g'
        return f'f.{self.body.members[number].context}_member({number})'

    def any_member(self, number):
        return f'g{number}.is' if self.written else f'f.any_member({number})'

    def made(self, which, owned):
        body = self.program.made[which]
        name = self.names[id(body)]
        if self.written:
            if owned:
                return f'sb::generator<{name}>{{std::in_place, t.making(), level + 1, here}}'
            return f'{name}{{t.making(), level + 1, here}}'
        return f'f.make_{body.context}({name})' if owned else f'f.make({name})'

    def may_make(self):
        return f'{self.of}t.may_make({self.of}level)'

    def looks_away(self, node):
        return 'true' if id(self.body.members[node.which]) in self.blind else 'false'

    # ---- One method for each kind of node

    def print_yield(self, indent, node):
        self.resumes()
        value = f'{self.of}t.fail<{node.fails}>()' if node.fails else self.expression(node.value)
        self.add(indent, f'SB_YIELD_INTO({self.of}{node.into}, {value});' if node.into else f'SB_YIELD({value});')

    def print_assign(self, indent, node):
        self.add(indent, f'{self.of}{node.target} = {self.expression(node.value)};')

    def print_event(self, indent, node):
        self.add(indent, f'{self.of}t.event({node.number}, {"*this" if self.written else "f"});')

    def print_handled(self, indent, node):
        self.add(indent, f'{self.of}t.handled({node.number}, co);')

    def print_context(self, indent, node):
        self.add(indent, f'{self.of}t.context({node.number}, co);')

    def print_raise(self, indent, node):
        self.add(indent, 'throw S{};' if node.error == 'S' else f'throw {node.error}{{{self.of}t.fresh()}};')

    def print_reraise(self, indent, node):
        self.add(indent, 'SB_RAISE();')

    def print_break(self, indent, node):
        self.add(indent, 'break;')

    def print_continue(self, indent, node):
        self.add(indent, 'continue;')

    def print_return(self, indent, node):
        self.add(indent, f'SB_RETURN({"" if node.value is None else self.expression(node.value)});')

    def print_delegate(self, indent, node):
        self.resumes()
        if node.over == 'member':
            to = self.member(node.which)
        else:
            to = self.made(node.which, node.over == 'owned')
        text = f'SB_YIELD_FROM_INTO({self.of}{node.into}, {to});' if node.into else f'SB_YIELD_FROM({to});'
        self.add(indent, text if node.over == 'member' else f'if ({self.may_make()}) {text}')

    def print_advance(self, indent, node):
        if self.watches_throws and node.operation in 'ABCSXc':
            self.add(indent, f'{self.of}t.blind = true;')
        self.add(indent, f'{self.of}t.advance({node.number}, {self.any_member(node.which)}, '
                         f'"{node.operation}", {self.looks_away(node)});')

    def print_drain(self, indent, node):
        self.add(indent, f'{self.of}t.drain({node.number}, {self.any_member(node.which)}, '
                         f'{self.looks_away(node)});')

    def print_reenter(self, indent, node):
        self.add(indent, f'{self.of}t.reenter({node.number}, {self.of}here, {node.up}, "{node.operation}");')

    def print_if(self, indent, node):
        self.add(indent, f'if ({self.condition(node.condition)}) {{')
        self.block(indent + 1, node.blocks[0])
        for other in node.blocks[1:]:
            self.add(indent, '} else {')
            self.block(indent + 1, other)
        self.add(indent, '}')

    def print_for(self, indent, node):
        i = self.of + node.counter
        self.add(indent, f'for ({i} = 0; {i} < {node.times}; ++{i}) {{')
        self.block(indent + 1, node.blocks[0])
        self.add(indent, '}')

    def print_while(self, indent, node):
        i = self.of + node.counter
        self.add(indent, f'{i} = 0;')
        self.add(indent, f'while ({i} < {node.times} && {self.condition(node.condition)}) {{')
        self.add(indent + 1, f'++{i};')
        self.block(indent + 1, node.blocks[0])
        self.add(indent, '}')

    def print_each(self, indent, node):
        at = self.cursors[id(node)]
        condition = ''
        if node.over == 'member':
            cursor = f'c{at}' if self.written else f'f.of_{self.body.members[node.which].context}[{at}]'
            of = self.member(node.which)
        elif node.over == 'owned':
            cursor = f'c{at}' if self.written else f'f.own_{self.program.made[node.which].context}[{at}]'
            of = self.made(node.which, owned=True)
            condition = f'if ({self.may_make()}) '
        elif node.over == 'list':
            cursor, of = (f'c{at}', f'l{at}') if self.written else (f'f.of_list[{at}]', f'f.list[{at}]')
            self.add(indent, f'{of} = three({self.expression(node.value)});')
        else:
            cursor = f'c{at}' if self.written else f'f.own_list[{at}]'
            of = f'three({self.expression(node.value)})'
        self.add(indent, f'{condition}SB_FOR({cursor}, {of}) {{')
        self.add(indent + 1, f'{self.of}{node.target} = *{cursor};')
        self.block(indent + 1, node.blocks[0])
        self.add(indent, '}')

    def print_try(self, indent, node):
        self.opens()
        self.add(indent, 'SB_TRY {')
        for block in node.blocks:
            if block.role == 'handler':
                self.resumes()
                self.add(indent, f'}} {HANDLER[block.label]} {{')
                typed = block.label not in ('errors', 'all')
                self.add(indent + 1, f'{self.of}t.caught({node.number}, e);' if typed
                         else f'{self.of}t.caught_untyped({node.number}, co);')
            elif block.role != 'body':
                self.add(indent, '} SB_ELSE {' if block.role == 'else' else '} SB_FINALLY {')
            self.block(indent + 1, block)
        self.add(indent, '} SB_END_TRY')
        self.closes()

    def print_with(self, indent, node):
        fails = 'true' if node.fails else 'false'
        self.opens()
        self.add(indent, f'SB_WITH({self.of}{self.resources[id(node)]}, {self.of}t, {node.number}, '
                         f'policy::{node.policy}_, {fails}) {{')
        self.block(indent + 1, node.blocks[0])
        self.add(indent, '} SB_END_WITH')
        self.closes()

    def print_switch(self, indent, node):
        self.opens()
        self.add(indent, f'SB_SWITCH({self.expression(node.value)}) {{')
        for block in node.blocks:
            self.add(indent, 'SB_DEFAULT:' if block.label == 'default' else f'SB_CASE({block.label}):')
            self.block(indent + 1, block)
            self.add(indent + 1, ';')
        self.add(indent, '}')
        self.closes()


def parts(program, body):
    """The bodies whose frames are part of this one's: its members, and what its cursors own."""
    return [*body.members, *(program.made[node.which] for node in grammar.cursors(body) if node.over == 'owned')]


def in_order_of_need(program):
    """The bodies, those first that are part of others; null if one is part of itself."""
    found, being_visited = [], []

    def visit(body):
        if any(each is body for each in being_visited):
            return False
        being_visited.append(body)
        fine = all([visit(each) for each in parts(program, body)])
        being_visited.pop()
        if not any(each is body for each in found):
            found.append(body)
        return fine

    return found if all([visit(each) for each in (*program.made, program.main)]) else None


def can_be_written(program):
    """A frame whose members point at one another is not moved into a cursor, nor is a frame part of
    itself."""
    moved = any(node.kind == 'each' and node.over == 'owned' and target.members
                for _, node, _, target in grammar.sites(program))
    return not moved and in_order_of_need(program) is not None


def print_program(program, number, written):
    """The text, and how it is entered in the table of programs."""
    if written and can_be_written(program):
        printer = Printer(program, number, True, False)
        printer.print()
        return '\n'.join(printer.lines), f'{{nullptr, make_written<p{number}>}}'
    try:
        printer = Printer(program, number, False, True)
        printer.print()
    except OverflowError:
        printer = Printer(program, number, False, False)
        printer.print()
    return '\n'.join(printer.lines), f'{{&p{number}, nullptr}}'


def print_unit(programs, written):
    """A whole source file, for any number of programs."""
    printed = [print_program(program, number, written) for number, program in enumerate(programs)]
    parts = ['#include "driver.hpp"', 'namespace {', *(text for text, _ in printed), '}', '#line 1',
             'program const programs[] = {', *(f'    {entry},' for _, entry in printed), '};', '']
    return '\n'.join(parts)
