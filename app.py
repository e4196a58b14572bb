"""Runs the CDK app, which describes Hotline in an AWS account. It makes no AWS call and needs no credentials."""

import sys

from functions.relay.agent.needs import NeedsError
from infra import needs
from infra.bundle import bundle
from infra.checks import hold_to_aws_solutions
from infra.deployment import Deployment, new_app
from infra.packages import PackagesError
from infra.service import Service
from infra.state import DoNotCall, State

app = new_app()
try:
    deployment, wanted = Deployment.chosen(app), needs.read()
    state = State(app, deployment, DoNotCall(app, deployment))
    service = Service(app, deployment, state.tables, bundle, wanted)
except (ValueError, NeedsError, PackagesError) as error:
    sys.exit(f"Nothing was synthesized: {error}")
hold_to_aws_solutions(app, state, service)
app.synth()
