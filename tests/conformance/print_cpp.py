"""A program as C++ frames, in the macros of the library."""

from grammar import counters, walk


def expression(value):
    kind = value[0]
    if kind == 'const':
        return str(value[1])
    if kind == 'var':
        return value[1]
    if kind == 'sent':
        return f'{value[1]}.value_or(9)'
    sign = {'sum': '+', 'product': '*'}[kind]
    return f'({expression(value[1])} {sign} {expression(value[2])}) % 10'


def condition(value):
    kind = value[0]
    if kind == 'less':
        return f'{expression(value[1])} < {expression(value[2])}'
    if kind == 'even':
        return f'({expression(value[1])}) % 2 == 0'
    return f'!{value[1]}'


HANDLER = {'A': 'SB_CATCH(A const& e)', 'B': 'SB_CATCH(B const& e)', 'C': 'SB_CATCH(C const& e)',
           'errors': 'SB_CATCH_ERRORS', 'all': 'SB_CATCH_ALL'}


class Printer:
    def __init__(self):
        self.lines = []

    def add(self, indent, text):
        self.lines.append('    ' * indent + text)

    def frame(self, name, body, subs):
        nodes = [node for node, _ in walk(body)]
        self.resources = {}  # each `with` fills a member of its own
        self.add(0, f'struct {name} {{')
        self.add(1, 'run& t;')
        self.add(1, 'int v0 = t.start[0], v1 = t.start[1], v2 = t.start[2];')
        self.add(1, 'std::optional<int> s0{}, s1{};')
        for counter in counters(body):
            self.add(1, f'int {counter} = 0;')
        # Members die in reverse order, Python's variables in theirs.
        for number, sub in reversed(list(enumerate(subs))):
            self.add(1, f'sb::generator<{sub}> g{number}{{std::in_place, t}};')
        for node in reversed([node for node in nodes if node.kind == 'with']):
            self.resources[id(node)] = f'r{len(self.resources)}'
            type_name = 'resource' if node.policy == 'none' else 'resource_with_exit'
            self.add(1, f'std::optional<{type_name}> {self.resources[id(node)]}{{}};')
        # A constructor, although an aggregate would do: GCC 12 breaks down ("in replace_placeholders_r")
        # over a generator member that is made from another member of its aggregate.
        self.add(1, f'explicit {name}(run& its) : t(its) {{}}')
        self.add(1, 'sb::step operator()(sb::yields<int, int, int>& co) {')
        self.add(2, 'SB_BEGIN(co);')
        self.block(2, body)
        self.add(2, 'SB_END();')
        self.add(1, '}')
        self.add(0, '};')

    def block(self, indent, block):
        for node in block.nodes:
            getattr(self, 'print_' + node.kind)(indent, node)

    def print_yield(self, indent, node):
        value = f't.fail<{node.fails}>()' if node.fails else expression(node.value)
        self.add(indent, f'SB_YIELD_INTO({node.into}, {value});' if node.into else f'SB_YIELD({value});')

    def print_assign(self, indent, node):
        self.add(indent, f'{node.target} = {expression(node.value)};')

    def print_event(self, indent, node):
        self.add(indent, f't.event({node.number}, v0, v1, v2, s0, s1);')

    def print_handled(self, indent, node):
        self.add(indent, f't.handled({node.number}, sb::handled_exception(co));')

    def print_raise(self, indent, node):
        self.add(indent, f'throw {node.error}{{t.fresh()}};')

    def print_reraise(self, indent, node):
        self.add(indent, 'SB_RAISE();')

    def print_break(self, indent, node):
        self.add(indent, 'break;')

    def print_continue(self, indent, node):
        self.add(indent, 'continue;')

    def print_return(self, indent, node):
        self.add(indent, f'SB_RETURN({"" if node.value is None else expression(node.value)});')

    def print_delegate(self, indent, node):
        if node.into:
            self.add(indent, f'SB_YIELD_FROM_INTO({node.into}, g{node.sub});')
        else:
            self.add(indent, f'SB_YIELD_FROM(g{node.sub});')

    def print_advance(self, indent, node):
        self.add(indent, f't.advance({node.number}, g{node.sub});')

    def print_if(self, indent, node):
        self.add(indent, f'if ({condition(node.condition)}) {{')
        self.block(indent + 1, node.blocks[0])
        for other in node.blocks[1:]:
            self.add(indent, '} else {')
            self.block(indent + 1, other)
        self.add(indent, '}')

    def print_for(self, indent, node):
        i = node.counter
        self.add(indent, f'for ({i} = 0; {i} < {node.times}; ++{i}) {{')
        self.block(indent + 1, node.blocks[0])
        self.add(indent, '}')

    def print_while(self, indent, node):
        i = node.counter
        self.add(indent, f'{i} = 0;')
        self.add(indent, f'while ({i} < {node.times} && {condition(node.condition)}) {{')
        self.add(indent + 1, f'++{i};')
        self.block(indent + 1, node.blocks[0])
        self.add(indent, '}')

    def print_try(self, indent, node):
        self.add(indent, 'SB_TRY {')
        for block in node.blocks:
            if block.role == 'handler':
                self.add(indent, f'}} {HANDLER[block.label]} {{')
                caught = 'e' if block.label in ('A', 'B', 'C') else 'sb::handled_exception(co)'
                self.add(indent + 1, f't.caught({node.number}, {caught});')
            elif block.role != 'body':
                self.add(indent, '} SB_ELSE {' if block.role == 'else' else '} SB_FINALLY {')
            self.block(indent + 1, block)
        self.add(indent, '} SB_END_TRY')

    def print_with(self, indent, node):
        fails = 'true' if node.fails else 'false'
        member = self.resources[id(node)]
        self.add(indent, f'SB_WITH({member}, t, {node.number}, policy::{node.policy}_, {fails}) {{')
        self.block(indent + 1, node.blocks[0])
        self.add(indent, '} SB_END_WITH')

    def print_switch(self, indent, node):
        self.add(indent, f'SB_SWITCH({expression(node.value)}) {{')
        for block in node.blocks:
            self.add(indent, 'SB_DEFAULT:' if block.label == 'default' else f'SB_CASE({block.label}):')
            self.block(indent + 1, block)
            self.add(indent + 1, ';')
        self.add(indent, '}')


def print_program(program, number):
    printer = Printer()
    subs = [f'p{number}_sub{at}' for at in range(len(program.subs))]
    for name, body in zip(subs, program.subs):
        printer.frame(name, body, [])
    printer.frame(f'p{number}', program.main, subs)
    return '\n'.join(printer.lines)


def print_unit(programs, delegation):
    """A whole source file, for any number of programs."""
    parts = ['#define SB_DELEGATION 1' if delegation else '', '#include "driver.hpp"', 'namespace {']
    parts += [print_program(program, number) for number, program in enumerate(programs)]
    parts += ['}', 'maker const makers[] = {']
    parts += [f'    make<p{number}>,' for number in range(len(programs))]
    parts += ['};', 'int main() { return perform_all(makers); }', '']
    return '\n'.join(parts)
