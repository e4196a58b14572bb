"""moto loads EC2 when it is asked for, and no sooner."""

import subprocess
import sys

import pytest

from local.aws.moto_imports import LateBackends

pytestmark = pytest.mark.slow

PROGRAM = """
import sys
from local.aws.moto_imports import leave_ec2_out
leave_ec2_out()
import moto.ssm.models
print("moto.ec2.models" in sys.modules, "moto.ec2" in sys.modules)
"""


def test_parameters_need_no_ec2() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_the_first_to_ask_gets_the_service() -> None:
    backend = LateBackends("sqs")["123456789012"]["us-east-1"]
    assert (backend.account_id, type(backend).__name__) == ("123456789012", "SQSBackend")
