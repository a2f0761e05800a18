"""Runs the Python side: what a caller does with a generator, and the trace of all that happens.

What a caller does is a line of words: three digits (what v0, v1 and v2 begin with), then one word for
each operation:

    n   next            A B C  throw one of these     c  close
    s5  send(5)         X      throw GeneratorExit    d  drop the last reference to it (always the last)
"""

import gc
import inspect
import sys

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


def name_of(error):
    """An exception in the trace: its type, and a number where the program made it."""
    if error is None:
        return '-'
    if isinstance(error, (A, B)):
        return f'{type(error).__name__}{error.number}'
    if isinstance(error, GeneratorExit):
        return 'exit'
    known = {
        'No active exception to reraise': 'nothing_to_raise',
        'generator ignored GeneratorExit': 'ignored_exit',
        "can't send non-None value to a just-started generator": 'not_started',
    }
    return known.get(str(error)) or f'{type(error).__name__}({error})'


def shown(value):
    return '-' if value is None else str(value)


class Run:
    """The trace of one program under one caller, and the numbers of its exceptions."""

    def __init__(self, start):
        self.start = start
        self.trace = []
        self.made = 0
        self.dying_unclosed = False
        self.muted = False

    def add(self, what):
        # What lies in a frame that dies without having been closed (it ignored that) is let go of in
        # C++, and in Python too, but not with the same calls.
        if self.dying_unclosed and what.startswith('left'):
            return
        self.dying_unclosed = what == 'unraisable:ignored_exit'
        if not self.muted:
            self.trace.append(what)

    def fresh(self):
        self.made += 1
        return self.made

    def fail(self, error):
        raise error(self.fresh())

    def event(self, number, v0, v1, v2, s0, s1):
        self.add(f'{number}:{v0}{v1}{v2}{shown(s0)}{shown(s1)}')

    def handled(self, number, error):
        self.add(f'{number}:{name_of(error)}')

    def caught(self, number, error):
        self.add(f'{number}:caught:{name_of(error)}')

    def advance(self, number, generator):
        try:
            self.add(f'{number}:next:{next(generator)}')
        except StopIteration as stop:
            self.add(f'{number}:end:{shown(stop.value)}')

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
    if generator.gi_frame is None or state_of(generator) == 'created':
        generator.close()
        return None
    try:
        generator.throw(GeneratorExit())
    except StopIteration as stop:
        return stop.value
    except GeneratorExit:
        return None
    raise RuntimeError('generator ignored GeneratorExit')


def state_of(generator):
    return {'GEN_CREATED': 'created', 'GEN_SUSPENDED': 'suspended',
            'GEN_CLOSED': 'closed'}[inspect.getgeneratorstate(generator)]


def release_frame(error, code):
    """Lets go of the frame of a generator that an exception has left: the traceback holds it."""
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code is code:
            traceback.tb_frame.clear()
        traceback = traceback.tb_next


class Caller:
    """Performs operations on one generator of one function, and traces what they give."""

    def __init__(self, function, start):
        self.run = Run(start)
        self.code = function.__code__
        self.generator = function(self.run)
        self.performed = []

    def perform(self, operation):
        self.performed.append(operation)
        if operation == 'd':
            return self.drop()
        run, generator = self.run, self.generator
        frame = generator.gi_frame
        try:
            if operation == 'n':
                result = 'yield:' + str(next(generator))
            elif operation[0] == 's':
                result = 'yield:' + str(generator.send(int(operation[1])))
            elif operation == 'X':
                result = 'yield:' + str(generator.throw(GeneratorExit()))
            elif operation == 'c':
                result = 'closed:' + shown(close(generator))
            else:
                result = 'yield:' + str(generator.throw(THROWN[operation](run.fresh())))
        except StopIteration as stop:
            result = 'end:' + shown(stop.value)
        except BaseException as error:
            result = 'raised:' + name_of(error)
        if frame is not None and state_of(generator) == 'closed':
            # Tracebacks, and cycles through them, may hold the frame and so all that lies in it. In
            # C++ it is gone before the caller hears of the end.
            frame.clear()
        run.add(f'{operation}={result}/{state_of(generator)}')

    def drop(self):
        run = self.run

        def hook(what):
            # (A generator that ignored its close is not in the traceback: it has not been left.)
            release_frame(what.exc_value, self.code)
            run.unraisable(what.exc_value)
            # A frame that dies suspended: the order in which its variables go differs.
            run.muted = run.muted or run.dying_unclosed

        sys.unraisablehook = hook
        frame = self.generator.gi_frame
        self.generator = None
        if frame is not None:
            frame.clear()
        run.muted = False
        run.add('dropped')
        run.muted = True  # such a frame may be held by a cycle and die later

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
            ('n', 's', 'A', 'B', 'C', 'X', 'c'),
            (0.7, 0.25, throws, throws / 2, throws / 2, throws / 4, throws / 3))[0]
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
    caller.run.muted = True  # what a shortened caller leaves behind is not traced
    caller.generator = None
    return caller


def functions_of(source, count):
    """Compiles the printed programs, and gives their main functions."""
    names = {'A': A, 'B': B, 'C': C, 'resource': resource, 'sys': sys, 'ONCE': ONCE}
    exec(compile(source, 'programs.py', 'exec'), names)
    return [names[f'p{number}'] for number in range(count)]


def begin():
    """Cycles through tracebacks are to be freed by collect(), not in the middle of a trace."""
    gc.disable()


def collect():
    sys.unraisablehook = lambda what: None
    gc.collect()
    gc.enable()
    sys.unraisablehook = sys.__unraisablehook__
