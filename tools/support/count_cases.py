"""Adds up the test cases of all test programs of a run.

    count_cases.py testlog.json STATUS

Meson counts programs; a program that failed without doctest's summary (it crashed, or was ended)
counts as one failed case. The last line printed is "N passed, N failed". STATUS is what `meson test`
returned: whatever the counts say, it is not lost.
"""

import json
import re
import sys

SUMMARY = re.compile(r"\[doctest\] test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed")


def count(log_lines):
    passed = failed = 0
    for line in log_lines:
        test = json.loads(line)
        found = SUMMARY.search(re.sub(r"\x1b\[[0-9;]*m", "", test.get("stdout") or ""))
        went_well = test["result"] in ("OK", "EXPECTEDFAIL")
        if found:
            passed += int(found.group(1))
            failed += int(found.group(2))
        if not went_well and not (found and int(found.group(2))):
            failed += 1
    return passed, failed


def main():
    with open(sys.argv[1], encoding="utf-8") as log:
        passed, failed = count(log)
    print(f"{passed} passed, {failed} failed")
    no_test_ran = passed + failed == 0
    sys.exit(1 if failed or no_test_ran or int(sys.argv[2]) else 0)


main()
