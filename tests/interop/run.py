"""Runs one file of tests with pytest; exit status 77 when it could only be skipped.

The file says what it needs: NEEDS, a list of programs that have to be there (in the path or as a path), and NEEDS_ROOT.
"""

import ast
import importlib.util
import os
import shutil
import sys
from pathlib import Path


def declared(file):
    """The constants at the top of a test file, read without running it."""
    values = {"NEEDS": [], "NEEDS_ROOT": False}
    for node in ast.parse(Path(file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in values:
            values[node.targets[0].id] = ast.literal_eval(node.value)
    return values


def why_not(file):
    for module in ("pytest", "scapy"):
        if importlib.util.find_spec(module) is None:
            return f"needs python3-{module}: scripts/setup installs it"
    needs = declared(file)
    if needs["NEEDS_ROOT"] and os.geteuid() != 0:
        return "needs root: network namespaces"
    build = os.environ.get("NVGRE_BUILD", "build/release")
    missing = [name for name in needs["NEEDS"] if not shutil.which(name.replace("BUILD", build))]
    return f"needs {', '.join(missing)}: scripts/setup installs what it takes" if missing else None


if __name__ == "__main__":
    if reason := why_not(sys.argv[1]):
        print(f"SKIPPED: {reason}")
        sys.exit(77)
    import pytest
    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]]))
