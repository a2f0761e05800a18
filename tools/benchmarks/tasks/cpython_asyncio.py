"""Python's asyncio: `cpython_asyncio.py time ROW` prints the nanoseconds of one,
`cpython_asyncio.py memory sleepers N` the bytes and the nanoseconds of each."""

import asyncio
import concurrent.futures
import resource
import sys
import time

BATCH = 1000
LONGEST_NAP = 4.0


class Failure(Exception):
    pass


async def echo(value):
    return value


async def await_main(n):
    for i in range(n):
        await echo(i)


async def link(below):
    if below == 0:
        return 0
    return await link(below - 1) + 1


async def chain_main(n):
    for _ in range(n // BATCH):
        await link(BATCH)


async def spawn_main(n):
    for _ in range(n // BATCH):
        tasks = [asyncio.create_task(echo(k)) for k in range(BATCH)]
        for task in tasks:
            await task


async def yielder(n):
    for _ in range(n):
        await asyncio.sleep(0)


async def deep_yielder(below, n):
    if below == 0:
        await yielder(n)
    else:
        await deep_yielder(below - 1, n)


async def echoes(source, target, n):
    for _ in range(n):
        await target.put(await source.get())


async def queues_main(n):
    there, back = asyncio.Queue(), asyncio.Queue()
    other = asyncio.create_task(echoes(there, back, n // 2))
    for i in range(n // 2):
        await there.put(i)
        await back.get()
    await other


async def release_main(n):
    for _ in range(n // BATCH):
        tasks = [asyncio.create_task(asyncio.sleep(3600)) for _ in range(BATCH)]
        await asyncio.sleep(0)  # they fall asleep
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def failing(below):
    if below == 0:
        raise Failure
    await failing(below - 1)


async def failing_with_finally(below):
    try:
        if below == 0:
            raise Failure
        await failing_with_finally(below - 1)
    finally:
        below = 0


async def fail_often(n, fails):
    for _ in range(n // BATCH):
        try:
            await fails(BATCH)
        except Failure:
            pass


async def nap(i):
    await asyncio.sleep(LONGEST_NAP - 0.0005 * (i % 1000))


async def naps_main(n):
    await asyncio.gather(*[nap(i) for i in range(n)])


def job(value):
    return value + 1


async def offload_main(n):
    loop = asyncio.get_running_loop()
    for i in range(n):
        await loop.run_in_executor(None, job, i)


async def offload_many_main(n):
    loop = asyncio.get_running_loop()
    for _ in range(n // BATCH):
        await asyncio.gather(*[loop.run_in_executor(None, job, k) for k in range(BATCH)])


ROWS = {
    "await": await_main,
    "chain": chain_main,
    "spawn": spawn_main,
    "yield": yielder,
    "yield-deep": lambda n: deep_yielder(BATCH, n),
    "queues": queues_main,
    "release": release_main,
    "failure": lambda n: fail_often(n, failing),
    "finally": lambda n: fail_often(n, failing_with_finally),
    "sleepers": naps_main,
    "offload": offload_main,
    "offload-1000": offload_many_main,
}


def run(row, n):
    async def main():
        pool = concurrent.futures.ThreadPoolExecutor(max_workers=4)
        asyncio.get_running_loop().set_default_executor(pool)
        await ROWS[row](n)

    asyncio.run(main())


def main(what, row, n=BATCH):
    if row not in ROWS:
        return 3
    sys.setrecursionlimit(10 * BATCH)
    while what == "time":
        begin = time.perf_counter()
        run(row, n)
        taken = time.perf_counter() - begin
        if taken > 0.05:
            print(f"{taken * 1e9 / n:.2f}")
            return 0
        n *= 2

    before = resource.getrusage(resource.RUSAGE_SELF)
    run(row, n)
    after = resource.getrusage(resource.RUSAGE_SELF)
    memory = (after.ru_maxrss - before.ru_maxrss) * 1024 / n
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{memory:.0f} {processor * 1e9 / n:.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])))
