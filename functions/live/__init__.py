"""The live call: what runs the core, with parts that go on at the same time, over the outside."""
