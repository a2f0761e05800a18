#!/usr/bin/env python3
"""Random programs of limits, groups and clean-up in one another: what asyncio does with them.

    scopes.py > scopes.inc             writes what scopes_test.cpp compares with
    scopes.py --first 1 --count 9999   prints so many programs and their traces, two lines each

A program is a tree of statements (see Programs.statement), the times of the requests to its task, and what
each of its tasks does, with the milliseconds. Both sides interpret it: `run` here, `program` there.

The interpreter is CPython 3.11, on virtual time. Its scopes are those of CPython 3.13, written anew here,
because they were mended since: a limit in the clean-up of a cancelled task, and a request that comes
together with a group's errors. Three rules differ from it, and are Switchback's own: a request that comes
while a group waits for its tasks is passed on to them, every time and at once; one that was delivered
before a group began is not made again behind its errors; and a limit does not take one that was made, but
not delivered, before it began.
"""

import argparse
import asyncio
import heapq
import random
from asyncio import events, tasks


class Timer(events.TimerHandle):
    """Equal deadlines first in, first out."""

    __slots__ = ['number']
    made = 0

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        Timer.made += 1
        self.number = Timer.made

    def __lt__(self, other):
        return (self._when, self.number) < (other._when, other.number)


events.TimerHandle = Timer


class Loop(asyncio.SelectorEventLoop):
    """Where nothing is ready, time jumps to the next timer."""

    moment = 0.0

    def time(self):
        return self.moment

    def _run_once(self):
        while self._scheduled and self._scheduled[0]._cancelled:
            gone = heapq.heappop(self._scheduled)
            gone._scheduled = False
            self._timer_cancelled_count -= 1
        if not self._ready and self._scheduled:
            self.moment = max(self.moment, self._scheduled[0]._when)
        super()._run_once()


class Task(tasks._PyTask):
    waits_in = None  # a group at its end

    def cancel(self, msg=None):
        if self.waits_in is not None:
            self.waits_in.abort()
        return super().cancel(msg)

    def uncancel(self):
        if self._num_cancels_requested > 0:
            self._num_cancels_requested -= 1
            if self._num_cancels_requested == 0:
                self._must_cancel = False
        return self._num_cancels_requested


class Limit:
    def __init__(self, deadline, fails):
        self.deadline = deadline
        self.fails = fails
        self.expired = False

    async def __aenter__(self):
        loop = asyncio.get_running_loop()
        self.task = tasks.current_task()
        self.before = self.task.cancelling() - self.task._must_cancel
        if self.deadline <= loop.time():
            self.timer = loop.call_soon(self.expire)
        else:
            self.timer = loop.call_at(self.deadline, self.expire)

    def expire(self):
        self.task.cancel()
        self.expired = True

    async def __aexit__(self, kind, error, _):
        self.timer.cancel()
        if self.expired and self.task.uncancel() <= self.before and kind is asyncio.CancelledError:
            if self.fails:
                raise TimeoutError
            return True
        return None


class Group:
    def __init__(self):
        self.leaving = self.aborting = self.has_cancelled_parent = False
        self.all_ended = None
        self.tasks = []
        self.errors = []
        self.started = 0

    async def __aenter__(self):
        self.parent = tasks.current_task()
        self.before = self.parent.cancelling()
        return self

    async def __aexit__(self, kind, error, _):
        self.leaving = True
        cancelled = error if kind is asyncio.CancelledError else None
        if self.has_cancelled_parent and self.parent.uncancel() == 0:
            cancelled = None
        if kind is not None and not self.aborting:
            self.abort()
        while self.tasks:
            self.all_ended = asyncio.get_running_loop().create_future()
            self.parent.waits_in = self
            try:
                await self.all_ended
            except asyncio.CancelledError as request:
                cancelled = cancelled or request
            finally:
                self.parent.waits_in = None
        if kind is not None and kind is not asyncio.CancelledError:
            self.errors.append((-1, error))
        if self.errors:
            if self.parent.cancelling() > self.before:
                self.parent.uncancel()
                self.parent.cancel()
            raise ExceptionGroup('', [each for _, each in sorted(self.errors, key=lambda entry: entry[0])])
        if cancelled is not None:
            raise cancelled
        return kind is not None

    def start(self, coroutine):
        if self.leaving and not self.tasks:
            coroutine.close()
            return
        task = asyncio.get_running_loop().create_task(coroutine)
        task.number = self.started
        self.started += 1
        self.tasks.append(task)
        task.add_done_callback(self.ended)
        if self.aborting:
            task.cancel()

    def abort(self):
        self.aborting = True
        for task in list(self.tasks):
            task.cancel()

    def ended(self, task):
        self.tasks.remove(task)
        if not self.tasks and self.all_ended is not None and not self.all_ended.done():
            self.all_ended.set_result(True)
        if task.cancelled() or task.exception() is None:
            return
        self.errors.append((task.number, task.exception()))
        if not self.aborting:
            self.abort()
            if not self.leaving:
                self.has_cancelled_parent = True
                self.parent.cancel()


class Error(Exception):
    pass


def name_of(error):
    if isinstance(error, asyncio.CancelledError):
        return 'C'
    if isinstance(error, TimeoutError):
        return 'T'
    if isinstance(error, ExceptionGroup):
        return 'G(' + ','.join(map(name_of, error.exceptions)) + ')'
    return f'E{error}'


class Run:
    """One run of a program."""

    def __init__(self):
        self.traces = {}

    def note(self, task, what):
        moment = round(asyncio.get_running_loop().time() * 1000)
        self.traces.setdefault(task, []).append(f'{moment}:{what}')

    async def task(self, block, task):
        self.note(task, 'begin')
        try:
            await self.block(block, task, None)
        except BaseException as error:
            self.note(task, 'out_' + name_of(error))
            raise
        self.note(task, 'end')

    async def block(self, block, task, group):
        for statement in block:
            await self.statement(task, group, *statement)

    async def statement(self, task, group, kind, number, *of):
        if kind == 's':
            await asyncio.sleep(of[0] / 1000)
            self.note(task, f's{number}')
        elif kind in 'fm':
            async with Limit(of[0] / 1000, kind == 'f'):
                await self.block(of[1], task, group)
            self.note(task, f'{kind}{number}')
        elif kind == 'g':
            async with Group() as inner:
                await self.block(of[0], task, inner)
            self.note(task, f'g{number}')
        elif kind == '+':
            if group is not None:
                group.start(self.task(of[0], number))
        elif kind == 'x':
            self.note(task, f'x{number}')
            raise Error(number)
        elif kind == 'c':
            await self.block(of[0], task, group)
        else:
            try:
                await self.guarded(task, group, kind, number, *of)
            finally:
                self.note(task, f'y{number}')
                await self.block(of[2], task, group)

    async def guarded(self, task, group, kind, number, body, handler, _):
        try:
            await self.block(body, task, group)
        except asyncio.CancelledError as error:
            if kind == 'r':
                self.note(task, f'r{number}{name_of(error)}')
                await self.block(handler, task, group)
            raise
        except Exception as error:
            if kind != 'e':
                raise
            self.note(task, f'e{number}{name_of(error)}')
            await self.block(handler, task, group)


class Programs:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.number = 0
        self.used = set()
        self.moments = {}

    def time(self):
        """No two alike: which of two tasks runs first in one moment is not promised."""
        while True:
            found = self.random.randrange(1, 4000)
            if found not in self.used:
                self.used.add(found)
                return found

    def block(self, depth, task, size=None):
        size = size or self.random.choice((1, 1, 2, 2, 3))
        return [self.statement(depth, task) for _ in range(size)]

    def statement(self, depth, task):
        """(kind, number, …): s, a sleep; f and m, fail_after and move_on_after; g, a group; +, a task in it;
        r, e and t, a try: with a handler that raises on, one for errors, none; x, a throw; c, a call."""
        kind = self.random.choice('sssssssfmfgggg++++rrettxc' if depth < 4 else 'ssssssx')
        self.number += 1
        number = self.number
        if kind == 's':
            return kind, number, self.time()
        if kind in 'fm':  # of few moments, so that several limits of a task run out in one
            return kind, number, self.random.choice(self.moments[task]), self.block(depth + 1, task)
        if kind in 'gc':
            return kind, number, self.block(depth + 1, task)
        if kind == '+':
            self.moments[number] = [self.time() for _ in range(3)]
            return kind, number, self.block(depth + 1, number)
        if kind in 'ret':
            return (kind, number, self.block(depth + 1, task), self.block(depth + 2, task, 1),
                    self.block(depth + 2, task, 1) if self.random.random() < 0.6 else [])
        return kind, number

    def program(self):
        self.moments[0] = [self.time() for _ in range(3)]
        body = self.block(0, 0, 3)
        count = self.random.choice((0, 1, 1, 2))
        return body, sorted(self.random.sample([*self.moments[0], self.time()], count))


def words_of(block):
    yield str(len(block))
    for statement in block:
        for part in statement:
            if isinstance(part, list):
                yield from words_of(part)
            else:
                yield str(part)


def trace_of(body, requests):
    run = Run()
    loop = Loop()
    loop.set_task_factory(lambda of, coroutine, context=None: Task(coroutine, loop=of))
    loop.set_exception_handler(lambda *_: None)

    async def main():
        task = loop.create_task(run.task(body, 0))
        for moment in requests:
            loop.call_at(moment / 1000, task.cancel)
        await asyncio.wait([task])
        return task.cancelled() or task.exception()

    loop.run_until_complete(main())
    loop.close()
    return '; '.join(f'{task}| ' + ' '.join(trace) for task, trace in sorted(run.traces.items()))


def programs(first, count):
    for seed in range(first, first + count):
        body, requests = Programs(seed).program()
        yield ' '.join([str(len(requests)), *map(str, requests), *words_of(body)]), trace_of(body, requests)


def write_table():
    """Of many programs the shortest that show something: how things follow one another in their traces."""
    seen = set()
    print('// Written by scopes.py.')
    for program, trace in sorted(programs(1, 4000), key=lambda entry: len(entry[0])):
        kinds = [''.join(letter for letter in word.split(':')[-1] if not letter.isdigit()) for word in trace.split()]
        shown = set(zip(kinds, kinds[1:], kinds[2:]))
        if len(program) > 400 or shown <= seen or 'C' not in ''.join(kinds):
            continue
        seen |= shown
        print(f'{{"{program}",\n    "{trace}"}},')


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--first', type=int, default=1)
    parser.add_argument('--count', type=int, default=0)
    arguments = parser.parse_args()
    if arguments.count:
        for program, trace in programs(arguments.first, arguments.count):
            print(program, trace, sep='\n')
    else:
        write_table()
