"""Defines where Hotline runs: the CDK stacks, what each function ships, and what it may do."""

from infra import node

# Before any import of aws_cdk, which starts a Node process at once.
node.provide()
