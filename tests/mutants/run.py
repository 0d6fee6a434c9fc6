#!/usr/bin/python3
"""Puts each fault of mutants.tsv into the engine, one at a time, and expects a test that bears a rule's number to find it.

Only the changed source is compiled. Its object is linked in front of the libraries that are built already, so that it takes
the place of the right one, with the objects of a test program. Of that program the tests of the mutant's group run first,
then all others that bear a number; of the programs the conformance suite comes first. Nothing of the build directory changes.

Exit status 1: a mutant survived, or could not be made.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST = pathlib.Path(__file__).resolve().with_name("mutants.tsv")
GROUPS = ("WIRE", "OVL", "LOC", "TXC", "RXC", "LSO", "USO", "RSC", "RSS", "VMQ")
OTHER_GROUPS = ("CAP", "STATE", "KEY")
FLOORS = ("nvgre/wire/", "nvgre/offload/", "nvgre/overlay/")
PROGRAMS = ("conformance_tests", "unit_offload", "unit_overlay", "unit_wire", "property_offload", "property_overlay", "property_wire")
LEAST_OF_ALL, LEAST_OF_A_GROUP = 150, 3
NO_TEST = "ended before any test"
TIMEOUT = 300  # seconds for one run of one program: a mutant that hangs is found by the test that hung
MEMORY = 4 << 30  # bytes of address space for one program: one that cuts without end must not take the machine with it


class Mutant:
    def __init__(self, row, number):
        fields = row.split("\t")
        if len(fields) not in (4, 5):
            raise ValueError(f"line {number}: {len(fields)} columns, 4 or 5 are needed")
        self.number = number
        self.group, self.file, self.line, self.change = fields[:4]
        self.source = fields[4] if len(fields) == 5 else self.file  # what is compiled

    @property
    def place(self):
        return f"{self.group:<4} {self.file}:{self.line_number()}"

    def line_number(self):
        """Where the line stands; 0 if it does not stand there exactly once."""
        found = [n for n, line in enumerate((ROOT / self.file).read_text(encoding="utf-8").splitlines(), 1)
                 if line.strip() == self.line]
        return found[0] if len(found) == 1 else 0

    def mutated_text(self):
        lines = (ROOT / self.file).read_text(encoding="utf-8").splitlines()
        index = self.line_number() - 1
        lines[index] = lines[index].replace(self.line, self.change)
        return "\n".join(lines) + "\n"


def read_mutants(path):
    rows = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    return [Mutant(row, number) for number, row in rows if row and not row.startswith("#")]


def faults_of_list(mutants):
    """What is wrong with the list itself; it has to follow the sources."""
    changes = set()
    for mutant in mutants:
        where = f"mutants.tsv, line {mutant.number}: "
        if mutant.group not in GROUPS:
            yield where + f"{mutant.group} is no group"
        if not mutant.file.startswith(FLOORS) or not (ROOT / mutant.file).exists():
            yield where + f"{mutant.file} is no source of wire/, offload/ or overlay/"
        elif mutant.line_number() == 0:
            yield where + f'"{mutant.line}" does not stand exactly once in {mutant.file}'
        if mutant.line == mutant.change:
            yield where + "changes nothing"
        if not mutant.source.endswith(".cc") or not (ROOT / mutant.source).exists():
            yield where + f"{mutant.source} is nothing to compile"
        change = (mutant.file, mutant.source, mutant.line, mutant.change)
        if change in changes:
            yield where + "stands there twice"
        changes.add(change)


def faults_of_counts(mutants):
    if len(mutants) < LEAST_OF_ALL:
        yield f"{len(mutants)} mutants, at least {LEAST_OF_ALL} are needed"
    for group in GROUPS:
        if sum(mutant.group == group for mutant in mutants) < LEAST_OF_A_GROUP:
            yield f"{group} has fewer than {LEAST_OF_A_GROUP} mutants"


class Workshop:
    """Compiles and links as the build does, out of its objects."""

    def __init__(self, build, place):
        self.build = build.resolve()
        self.place = pathlib.Path(place)
        commands = json.loads((self.build / "compile_commands.json").read_text(encoding="utf-8"))
        self.compile_commands = {entry["file"]: shlex.split(entry["command"]) for entry in commands}
        listed = (self.build / "test-programs.txt").read_text(encoding="utf-8").splitlines()
        paths = {os.path.basename(path): path for _, path in (line.split("\t") for line in listed)}
        self.programs = [paths[name] for name in PROGRAMS]
        self.link_commands = {program: self.read_link_command(program) for program in self.programs}

    def read_link_command(self, program):
        target = os.path.relpath(program, self.build)
        commands = subprocess.run(["ninja", "-C", self.build, "-t", "commands", "-s", target], capture_output=True, text=True, check=True)
        return next(shlex.split(part) for part in commands.stdout.split(" && ") if f" -o {target}" in part)

    def programs_for(self, mutant):
        """The programs that link the floor of what is compiled; in the others it would find nothing to hold on to."""
        archive = f"libnvgre_{mutant.source.split('/')[1]}.a"
        return [program for program in self.programs if any(word.endswith(archive) for word in self.link_commands[program])]

    def compile(self, mutant):
        """The mutant's object. @return None if it does not compile."""
        directory = self.place / str(mutant.number)
        mutated = directory / mutant.file
        mutated.parent.mkdir(parents=True)
        mutated.write_text(mutant.mutated_text(), encoding="utf-8")
        source = ROOT / mutant.source
        command = list(self.compile_commands[str(source)])
        del command[command.index("-o"):command.index("-c") + 2]  # output and input
        if command[0].endswith("ccache"):
            del command[0]
        command = [word for word in command if word not in ("-O2", "-g1", "-Werror")]
        if mutant.source != mutant.file:
            command.insert(1, f"-I{directory}")  # the changed header is found before the right one
        built = directory / "mutant.o"
        chosen = source if mutant.source != mutant.file else mutated
        done = subprocess.run([*command, "-O0", "-w", "-o", built, "-c", chosen], cwd=self.build, capture_output=True, check=False)
        return built if done.returncode == 0 else None

    def link(self, program, mutant_object):
        """The program with the mutant in it."""
        command = list(self.link_commands[program])
        linked = mutant_object.parent / os.path.basename(program)
        command[command.index("-o") + 1] = str(linked)
        command.insert(next(i for i, word in enumerate(command) if word.endswith(".a")), str(mutant_object))
        done = subprocess.run(command, cwd=self.build, capture_output=True, text=True, check=False)
        if done.returncode != 0:  # the build directory's objects are not all there
            sys.exit(f"{os.path.basename(program)} does not link; scripts/build release makes what is missing:\n{done.stderr}")
        return linked


def failing_test(program, groups):
    """The first test of these groups that fails, crashes or hangs, and how; None if all pass."""
    patterns = ":".join(f"*.{group}_*" for group in groups)
    command = ["prlimit", f"--as={MEMORY}", program, f"--gtest_filter={patterns}", "--gtest_fail_fast"]
    try:
        done = subprocess.run(command, cwd=os.path.dirname(program), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True, errors="replace", check=False, timeout=TIMEOUT)
        output, how = done.stdout, "" if done.returncode in (0, 1) else " (crash)"
        if done.returncode == 0:
            return None
    except subprocess.TimeoutExpired as expired:
        output, how = (expired.stdout or b"").decode(errors="replace"), " (hang)"
    failed = re.findall(r"^\[  FAILED  \] ([^\s,]+)", output, re.MULTILINE)
    begun = re.findall(r"^\[ RUN      \] (\S+)", output, re.MULTILINE)
    return (failed[0] if failed else begun[-1] if begun else NO_TEST) + how


def judge(workshop, mutant):
    """What became of a mutant, and whether that is as it should be."""
    mutant_object = workshop.compile(mutant)
    if mutant_object is None:
        return "does not compile", False
    others = [group for group in (*GROUPS, *OTHER_GROUPS) if group != mutant.group]
    for program in workshop.programs_for(mutant):
        linked = workshop.link(program, mutant_object)
        killer = failing_test(linked, [mutant.group]) or failing_test(linked, others)
        linked.unlink()
        if killer:
            return killer, not killer.startswith(NO_TEST)
    return "SURVIVED", False


def check_unchanged(workshop):
    """Without a fault every test has to pass, else each would count as a find."""
    for program in workshop.programs:
        if killer := failing_test(program, (*GROUPS, *OTHER_GROUPS)):
            sys.exit(f"{killer} fails without any mutant")


def run(mutants, build, jobs):
    """Judges all. @return Those that were not found."""
    missed = []
    with tempfile.TemporaryDirectory() as place, concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        workshop = Workshop(build, place)
        check_unchanged(workshop)
        judged = pool.map(lambda mutant: (mutant, *judge(workshop, mutant)), mutants)
        for mutant, verdict, is_found in judged:
            print(f"{mutant.place:<55} {verdict}", flush=True)
            if not is_found:
                missed.append((mutant, verdict))
    return missed


def main():
    parser = argparse.ArgumentParser(description="Expects the tests to find each fault that is put into the engine.")
    parser.add_argument("--build", type=pathlib.Path, default=os.environ.get("NVGRE_BUILD", "build/release"),
                        help="build directory, with the tests built")
    parser.add_argument("--list", type=pathlib.Path, default=LIST, help="the mutants, one a line")
    parser.add_argument("--check", action="store_true", help="judge the list only")
    parser.add_argument("--group", choices=GROUPS, help="mutants of one group only")
    parser.add_argument("--line", type=int, action="append", help="the mutant of this line of the list only; may be repeated")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="mutants at a time")
    arguments = parser.parse_args()

    mutants = read_mutants(arguments.list)
    counts = faults_of_counts(mutants) if arguments.list == LIST else ()
    if faults := [*faults_of_list(mutants), *counts]:
        sys.exit("\n".join(faults))
    if arguments.check:
        print(f"{len(mutants)} mutants, and each has its line")
        return 0
    chosen = [mutant for mutant in mutants if arguments.group in (None, mutant.group) and
              (not arguments.line or mutant.number in arguments.line)]
    missed = run(chosen, arguments.build, arguments.jobs)
    print(f"\n{len(chosen) - len(missed)} of {len(chosen)} mutants found")
    for mutant, verdict in missed:
        print(f"{verdict}: line {mutant.number} of mutants.tsv, {mutant.place}\n  - {mutant.line}\n  + {mutant.change}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
