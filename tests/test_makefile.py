"""The Makefile passes the user's variables to the commands, and never to a shell."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)
EVIL = "a`id`b;id"

VARIABLES = re.findall(r"[A-Z_]+", MAKEFILE.partition("export ")[2].partition("\n#")[0])
OF_THE_SDKS = ("AWS_REGION", "AWS_PROFILE", "OPENAI_API_KEY", "HOTLINE_TWILIO_URL")
FIXED = re.findall(r"^override (\w+)", MAKEFILE, re.MULTILINE)


def shown(*targets: str, **variables: str) -> str:
    """Return what make would let the shell run."""
    given = [f"{name}={value}" for name, value in variables.items()]
    command = ["make", "--dry-run", "--always-make", *targets, *given]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", [*VARIABLES, "LANGUAGE"])
def test_no_variable_reaches_a_shell_as_text(name: str) -> None:
    assert "id`" not in shown(*TARGETS, **{name: EVIL})


def test_make_runs_nothing_that_a_variable_of_the_environment_says(tmp_path: Path) -> None:
    """Make expands a value that it mentions, and with it what the value calls: `$(shell …)`."""
    environment = {**os.environ, **dict.fromkeys(VARIABLES, f"$(shell touch {tmp_path}/ran)")}
    subprocess.run(["make", "--dry-run", *TARGETS], cwd=ROOT, env=environment, capture_output=True, check=True)
    assert not (tmp_path / "ran").exists()


def test_make_runs_nothing_that_a_command_line_says(tmp_path: Path) -> None:
    """A recipe must run to see it: only then make expands what it exports."""
    names = sorted({*re.findall(r"\$\$\{?([A-Z_]+)", MAKEFILE), *VARIABLES, "LANGUAGE", "OTHER"})
    given = [f"{name}=$(shell touch {tmp_path}/{name})" for name in names]
    subprocess.run(["make", "help", *given], cwd=ROOT, env=outside_make(), capture_output=True, check=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", ["a b", "$(shell id)", "$$HOME `id` $(HOME)", "'\"; id", "-n", "#a\\", "", "a\nb"])
def test_a_recipe_gets_a_value_as_it_was_given(tmp_path: Path, value: str) -> None:
    probe = tmp_path / "probe.mk"
    probe.write_text(f"include {ROOT}/Makefile\nprobe:\n\t@printf '%s' \"$$LOG\"\n")
    for given in ([f"LOG={value}"], []):
        command = ["make", "--no-print-directory", "-f", str(probe), "probe", *given]
        environment = outside_make() if given else {**outside_make(), "LOG": value}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        assert done.stdout == value


def outside_make() -> dict[str, str]:
    """Return this environment without the variables that one make passes to another, if make runs the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}


def test_the_variables_of_make_itself_cannot_be_set() -> None:
    assert "id`" not in shown(*TARGETS, **dict.fromkeys(FIXED, EVIL))


def test_every_variable_in_a_recipe_is_exported_or_fixed() -> None:
    used = set(re.findall(r"\$\(([A-Z_]+)\)", MAKEFILE)) | set(re.findall(r"\$\(value (\w+)\)", MAKEFILE))
    assert used <= {*VARIABLES, *FIXED, "LANGUAGE", "MAKEFILE_LIST"}


def test_a_command_line_reaches_every_recipe(tmp_path: Path) -> None:
    """Make does not export what `override` sets, so a recipe would see nothing of it: STOP= stopped no campaign."""
    recipes = "".join(re.findall(r"^\t.*\n", MAKEFILE, re.MULTILINE))
    names = sorted({*re.findall(r"\$\$\{?([A-Z_]+)", recipes), *OF_THE_SDKS} - {"HOME", "XDG_CACHE_HOME"})
    assert "STOP" in names
    probe = tmp_path / "probe.mk"
    probe.write_text(f"include {ROOT}/Makefile\nprobe:\n\t@env\n")
    command = ["make", "--no-print-directory", "-f", str(probe), "probe", *(f"{name}=given" for name in names)]
    done = subprocess.run(command, cwd=ROOT, env=outside_make(), capture_output=True, text=True, check=True)
    assert {f"{name}=given" for name in names} - set(done.stdout.splitlines()) - {"CALL_LANGUAGE=given"} == set()


def test_a_language_of_the_system_is_not_the_callers(tmp_path: Path) -> None:
    probe = tmp_path / "probe.mk"
    probe.write_text(f'include {ROOT}/Makefile\nprobe:\n\t@echo "spoken: $$CALL_LANGUAGE"\n')
    command = ["make", "--no-print-directory", "-f", str(probe), "probe"]
    environment = {**outside_make(), "LANGUAGE": "en_US:en"}

    def said(*more: str) -> str:
        done = subprocess.run(
            [*command, *more], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    assert said() == "spoken:"
    assert said("LANGUAGE=es") == "spoken: es"
