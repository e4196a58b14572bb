"""Where Hotline runs: the CDK stacks, and what each function ships and may do."""

from infra import node

# Before anything imports aws_cdk, since that starts a Node process at once.
node.provide()
