#!/usr/bin/python3
"""Holds the tests against the rules: which test proves which rule, and does every rule have one that passes?

The rules come from rules.tsv; what a test proves comes from its name, as the test programs themselves list it
(--gtest_list_tests), and how it ended from what they write (--gtest_output=json). A name begins with what it proves:

    WIRE_11_refuses...        one rule              LSO_8_9_writes...     several of a group; "and" may stand between
    KEY_2_to_KEY_6_switch...  a range               LSO_13_D_2_keeps...   D_n: a decision, which docs/conformance.md explains

Exit status 1: a rule has no test, a test failed or did not run, or a test bears a number that no rule has.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
NOT_RULES = ("D", "RFC")  # decisions and standards, which names may bear too
LABELS = ("conformance", "simulation", "property", "unit")  # what runs without privileges; the most telling first
NONE_YET = "none yet"  # what the page says of a rule without a test
TIMEOUT = 3600  # seconds for one program; the machines are shared, and a sanitizer is slow


class Rule:
    """One rule, and how its tests ended."""

    def __init__(self, identifier, text):
        self.identifier = identifier
        self.text = text
        self.results = {}  # by the test's full name: "pass", "fail", "not run"
        self.labels = set()  # of the programs that these tests are in

    @property
    def group(self):
        return self.identifier.partition("-")[0]

    @property
    def verdict(self):
        """The worst that happened: a skipped test must not hide behind one that passed."""
        return next((result for result in ("fail", "not run", "pass") if result in self.results.values()), "NO TEST")

    @property
    def place(self):
        """The label of its most telling test."""
        return next((label for label in LABELS if label in self.labels), NONE_YET)

    @property
    def is_held(self):
        return self.verdict == "pass"


def read_rules(path):
    """Rules by identifier, in the order of the file."""
    rules = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            identifier, text = line.split("\t")
            if identifier in rules:
                raise ValueError(f"{path}: {identifier} stands there twice")
            rules[identifier] = Rule(identifier, text)
    return rules


def identifiers_of(test):
    """What the beginning of a test's name says that it proves: ["LSO-8", "LSO-9"] for Suite.LSO_8_9_writes_numbers/3."""
    words = re.sub(r"^DISABLED_", "", test.partition(".")[2].partition("/")[0]).split("_")
    identifiers, group, is_range = [], None, False
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if word.isdecimal() and group:
            number = int(word)
            first = int(identifiers[-1].partition("-")[2]) + 1 if is_range else number
            identifiers += [f"{group}-{n}" for n in range(first, number + 1)]
            is_range = False
        elif re.fullmatch("[A-Z]+", word) and following.isdecimal():
            group = word
        elif identifiers and word in ("and", "to"):
            is_range = word == "to"
        else:
            break
    return [identifier for identifier in identifiers if identifier.partition("-")[0] not in NOT_RULES]


def tests_of(program):
    """Full names of all tests of a program, as it lists them."""
    listing = subprocess.run([program, "--gtest_list_tests"], capture_output=True, text=True, check=True, timeout=TIMEOUT).stdout
    suite = ""
    for line in listing.splitlines():
        name = line.partition("#")[0].rstrip()
        if line.startswith("  "):
            yield suite + name.strip()
        elif name.endswith("."):
            suite = name


def results_of(program, groups):
    """How the tests of these groups ended, by full name; a test that the program did not get to is absent."""
    with tempfile.TemporaryDirectory() as place:
        report = os.path.join(place, "report.json")
        patterns = ":".join(f"*.{group}_*" for group in groups)
        subprocess.run([program, f"--gtest_filter={patterns}", f"--gtest_output=json:{report}"], cwd=place,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=TIMEOUT)
        if not os.path.exists(report):  # it crashed
            return {}
        suites = json.loads(pathlib.Path(report).read_text(encoding="utf-8"))["testsuites"]
    return {f"{suite['name']}.{test['name']}": "fail" if "failures" in test else
            "pass" if test["result"] == "COMPLETED" else "not run" for suite in suites for test in suite["testsuite"]}


def programs_of(build):
    """(label, path) of the test programs that CMake wrote down, one a line."""
    lines = (build / "test-programs.txt").read_text(encoding="utf-8").splitlines()
    return [(label, path) for label, path in (line.split("\t") for line in lines) if label in LABELS]


def judge_program(program, groups, is_run):
    """(test, identifiers, result) of each test of one program that bears a rule's number."""
    proofs = [(test, identifiers) for test in tests_of(program) if (identifiers := identifiers_of(test))]
    if not proofs:
        return []
    results = results_of(program, groups) if is_run else {}
    return [(test, identifiers, results.get(test, "fail") if is_run else "pass") for test, identifiers in proofs]


def judge(rules, programs, is_run):
    """Enters into the rules how their tests ended. @return Tests that bear a number of no rule, programs that are absent."""
    groups = sorted({rule.group for rule in rules.values()})
    faults = [f"{path} is not built: its tests do not count" for _, path in programs if not os.path.exists(path)]
    programs = [(label, path) for label, path in programs if os.path.exists(path)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        judged = pool.map(lambda program: (program[0], judge_program(program[1], groups, is_run)), programs)
    for label, (test, identifiers, result) in ((label, proof) for label, proofs in judged for proof in proofs):
        for identifier in identifiers:
            if identifier in rules:
                rules[identifier].results[test] = result
                rules[identifier].labels.add(label)
            else:
                faults.append(f"{test} bears {identifier}, which is no rule")
    return faults


def print_table(rules, is_run):
    width = max(len(rule.text) for rule in rules)
    for rule in rules:
        verdict = rule.verdict if is_run or rule.verdict != "pass" else "listed"
        print(f"{rule.identifier:<9} {rule.text:<{width}} {len(rule.results):>5}  {verdict}")


def print_markdown(rules):
    """The table of docs/conformance.md. How the tests end is for `make conformance` to say."""
    print("| Rule | In a few words | Tests |\n|---|---|---|")
    for rule in rules:
        print(f"| {rule.identifier} | {rule.text} | {rule.place} |")


def faults_of_page(page, rules):
    """The page has each rule in its words, and promises no more than there is."""
    rows = dict(re.findall(r"^\| ([A-Z]+-\d+ \| .*?) \| (.*?) \|$", page.read_text(encoding="utf-8"), re.MULTILINE))
    for rule in rules:
        promised = rows.get(f"{rule.identifier} | {rule.text}")
        if promised is None:
            yield f"{page} lacks {rule.identifier} ({rule.text}): scripts/conformance --markdown prints the table"
        elif (*LABELS, NONE_YET).index(promised) < (*LABELS, NONE_YET).index(rule.place):
            yield f"{page} promises a {promised} test of {rule.identifier}; there is {rule.place}"


def faults_of_rules(rules):
    for rule in rules:
        if rule.verdict == "NO TEST":
            yield f"{rule.identifier} ({rule.text}) has no test"
        for test, result in rule.results.items():
            if result != "pass":
                yield f"{rule.identifier}: {test}: {result}"


def main():
    parser = argparse.ArgumentParser(description="Holds the tests against the rules.")
    parser.add_argument("--build", type=pathlib.Path, default=os.environ.get("NVGRE_BUILD", "build/release"),
                        help="build directory whose test programs are asked")
    parser.add_argument("--rules", type=pathlib.Path, default=HERE / "rules.tsv", help="the rules, one a line")
    parser.add_argument("--list", action="store_true", help="judge the names only, run nothing")
    parser.add_argument("--markdown", action="store_true", help="print the table of docs/conformance.md; runs nothing")
    parser.add_argument("--page", type=pathlib.Path, help="judge the table of this page too")
    arguments = parser.parse_args()

    is_run = not (arguments.list or arguments.markdown)
    by_identifier = read_rules(arguments.rules)
    faults = judge(by_identifier, programs_of(arguments.build), is_run)
    rules = by_identifier.values()
    if arguments.markdown:
        print_markdown(rules)
    else:
        print_table(rules, is_run)
    faults += faults_of_rules(rules)
    if arguments.page and not arguments.markdown:
        faults += faults_of_page(arguments.page, rules)
    held = sum(rule.verdict == "pass" for rule in rules)
    tests = len({test for rule in rules for test in rule.results})
    sys.stdout.flush()
    print("\n".join(["", *faults, f"{held} of {len(rules)} rules {'hold' if is_run else 'have a test'}, by {tests} tests"]),
          file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
