"""Runs the Python side: what a caller does with a generator, and the trace of all that happens.

What a caller does is a line of words: three digits (what v0, v1 and v2 begin with), then one word for
each operation:

    n   next            A B C  throw one of these     c  close
    s5  send(5)         X      throw GeneratorExit    d  drop the last reference to it (always the last)
                        S      throw StopIteration

A "!" behind one of them tells the C++ side what only Python's generator knows: see Caller.perform.
"""

import gc
import inspect
import sys
import weakref

ONCE = (None,)


class A(Exception):
    def __init__(self, number):
        self.number = number


class B(Exception):
    def __init__(self, number):
        self.number = number


class C(A):
    pass


THROWN = {'A': A, 'B': B, 'C': C}
THROWS = 'ABCSXc'


def name_of(error):
    """An exception in the trace: its type, and a number where the program made it."""
    if error is None:
        return '-'
    if isinstance(error, (A, B)):
        return f'{type(error).__name__}{error.number}'
    if isinstance(error, GeneratorExit):
        return 'exit'
    if isinstance(error, StopIteration):
        return 'stop'
    known = {
        'No active exception to reraise': 'nothing_to_raise',
        'generator ignored GeneratorExit': 'ignored_exit',
        "can't send non-None value to a just-started generator": 'not_started',
        'generator already executing': 'already_running',
        'generator raised StopIteration': 'escaped_stop',
    }
    return known.get(str(error)) or f'{type(error).__name__}({error})'


def shown(value):
    return '-' if value is None else str(value)


def thrown_for(operation, run):
    if operation == 'X':
        return GeneratorExit()
    if operation == 'S':
        return StopIteration()
    return THROWN[operation](run.fresh())


def operate(run, generator, operation):
    """What the generator gives; what it throws goes on."""
    thrown = None
    try:
        if operation == 'n':
            return f'yield:{next(generator)}'
        if operation[0] == 's':
            return f'yield:{generator.send(int(operation[1]))}'
        if operation == 'c':
            return 'closed:' + shown(close(generator))
        thrown = thrown_for(operation, run)
        return f'yield:{generator.throw(thrown)}'
    except StopIteration as stop:
        if stop is thrown:
            raise
        return 'end:' + shown(stop.value)
    finally:
        del generator, thrown  # which the exception's traceback would keep alive


def three(first):
    return [first, (first + 1) % 10, (first + 2) % 10]


class place:
    """The generator that a body belongs to, and the place of the body that has it as a member."""

    def __init__(self, above):
        self.above = above

    def be(self, generator):
        self.generator = weakref.ref(generator)


class Run:
    """The trace of one program under one caller, and the numbers of its exceptions."""

    def __init__(self, start):
        self.start = start
        self.trace = []
        self.made = 0
        self.frames = 0
        self.dying = 0  # members are being destroyed
        self.blind = False  # what an exception's context is cannot be said any more
        self.over = False

    def add(self, what):
        if self.over:
            return
        self.trace.append(what)
        # A frame dies without having been closed: it ignored that. What lies in it is let go of in
        # C++, and in Python too, but in another order, or by the collector. So the trace ends here.
        self.over = what == 'unraisable:ignored_exit'

    def may_make(self, level):
        """A frame on the spot: there is a limit."""
        return level < 3 and self.frames < 40

    def make(self, function, level, here):
        self.frames += 1
        return function(self, level + 1, here)

    def fresh(self):
        self.made += 1
        return self.made

    def fail(self, error):
        raise error(self.fresh())

    def event(self, number, v0, v1, v2, s0, s1):
        self.add(f'{number}:{v0}{v1}{v2}{shown(s0)}{shown(s1)}')

    def handled(self, number, error):
        self.add(f'{number}:{name_of(error)}')

    def context(self, number, error):
        # (All GeneratorExits of ours are one object, which is not its own context.)
        if self.blind or self.dying or isinstance(error, GeneratorExit):
            self.add(f'{number}:while:?')
        else:
            self.add(f'{number}:while:{name_of(error and error.__context__)}')

    def caught(self, number, error):
        self.add(f'{number}:caught:{name_of(error)}')

    def advance(self, number, generator, operation, handling):
        """A body uses another generator as plain code does."""
        try:
            self.add(f'{number}:{operation}:{operate(self, generator, operation)}')
        except BaseException:
            self.blind = self.blind or handling
            raise
        finally:
            del generator

    def drain(self, number, generator, handling):
        try:
            for value in generator:
                self.add(f'{number}:each:{value}')
        except BaseException:
            self.blind = self.blind or handling
            raise
        finally:
            del generator

    def reenter(self, number, at, up, operation):
        """A body uses its own generator, or one that is waiting for it."""
        if self.dying:
            return
        while up > 0 and at.above is not None:
            at = at.above
            up -= 1
        self.add(f'{number}:reentered')
        self.add(operate(self, at.generator(), operation))  # raises

    def unraisable(self, error):
        self.add(f'unraisable:{name_of(error)}')


class resource:
    def __init__(self, t, number, policy, fails):
        if fails:
            raise A(t.fresh())
        self.t, self.number, self.policy = t, number, policy
        t.add(f'entered:{number}')

    def __enter__(self):
        return None

    def __exit__(self, kind, error, traceback):
        t = self.t
        try:
            if self.policy != 'none':
                t.add(f'exit:{self.number}:{name_of(error)}')
            if self.policy == 'raise':
                raise B(t.fresh())
            return self.policy == 'swallow'
        finally:
            t.add(f'left:{self.number}')


def close(generator):
    """generator.close() of Python 3.13, which gives what the generator returns. 3.11's gives None; so
    this is written out: what close() does is to throw GeneratorExit."""
    try:
        if generator.gi_frame is None or generator.gi_running or state_of(generator) == 'created':
            generator.close()
            return None
        generator.throw(GeneratorExit())
    except StopIteration as stop:
        return stop.value
    except GeneratorExit:
        return None
    finally:
        del generator  # which an exception's traceback would keep alive
    raise RuntimeError('generator ignored GeneratorExit')


def state_of(generator):
    return {'GEN_CREATED': 'created', 'GEN_SUSPENDED': 'suspended',
            'GEN_CLOSED': 'closed'}[inspect.getgeneratorstate(generator)]


class Caller:
    """Performs operations on one generator of one function, and traces what they give."""

    def __init__(self, function, start):
        self.run = Run(start)
        self.watches_throws = function.delegates_while_handling
        here = place(None)
        self.generator = function(self.run, 0, here)
        here.be(self.generator)
        self.performed = []

    def perform(self, operation):
        operation = operation.rstrip('!')
        if operation == 'd':
            self.performed.append(operation)
            return self.drop()
        run, generator = self.run, self.generator
        told = operation
        if self.watches_throws and operation[0] in THROWS and generator.gi_yieldfrom is not None:
            # CPython 3.11 throws into a delegation without what the delegating generator handles, and
            # sets that as the context afterwards, in the place of another.
            told += '!'
            run.blind = True
        self.performed.append(told)
        try:
            result = operate(run, generator, operation)
        except BaseException as error:
            result = 'raised:' + name_of(error)
        run.add(f'{told}={result}/{state_of(generator)}')

    def drop(self):
        run = self.run
        run.dying += 1
        self.generator = None  # nothing else holds it
        run.add('dropped')
        run.over = True  # what a cycle holds may die later

    def line(self):
        return ' '.join([''.join(map(str, self.run.start)), *self.performed])

    def trace(self):
        return ' '.join(self.run.trace)


def watch_unraisable(caller):
    sys.unraisablehook = lambda what: caller.run.unraisable(what.exc_value)


def call_at_random(function, random):
    """One caller that decides as it goes on. Returns it: the line that repeats it, and the trace."""
    caller = Caller(function, [random.choice((0, 0, 1, 2, 5)) for _ in range(3)])
    watch_unraisable(caller)
    eager = random.random() ** 2  # some callers throw seldom, so that bodies get far
    count, after_end = random.randint(4, 25), random.randint(0, 2)
    for _ in range(count):
        throws = 0.02 + 0.3 * eager
        operation = random.choices(
            ('n', 's', 'A', 'B', 'C', 'X', 'c', 'S'),
            (0.7, 0.25, throws, throws / 2, throws / 2, throws / 4, throws / 3,
             throws / 4 if function.throws_stop else 0))[0]
        caller.perform(operation + (str(random.randint(0, 9)) if operation == 's' else ''))
        if caller.generator.gi_frame is None:
            if after_end == 0:
                break
            after_end -= 1
    caller.perform('d')
    return caller


def call_again(function, line):
    """The caller that a line describes."""
    start, *operations = line.split()
    caller = Caller(function, [int(digit) for digit in start])
    watch_unraisable(caller)
    for operation in operations:
        caller.perform(operation)
    caller.run.over = True  # what a shortened caller leaves behind is not traced
    caller.generator = None
    return caller


def functions_of(source, count):
    """Compiles the printed programs, and gives their main functions."""
    names = {'A': A, 'B': B, 'C': C, 'S': StopIteration, 'resource': resource, 'place': place,
             'three': three, 'sys': sys, 'ONCE': ONCE}
    exec(compile(source, 'programs.py', 'exec'), names)
    return [names[f'p{number}'] for number in range(count)]


def begin():
    """Cycles through tracebacks are to be freed by collect(), not in the middle of a trace."""
    gc.disable()


def collect():
    sys.unraisablehook = lambda what: None  # and so it stays: some die in a later collection
    gc.collect()
    gc.enable()
