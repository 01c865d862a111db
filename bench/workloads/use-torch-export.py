import torch
model = torch.nn.Linear(4, 2).eval()
program = torch.export.export(model, (torch.ones(1, 4),))
assert torch.allclose(program.module()(torch.ones(1, 4)), model(torch.ones(1, 4)))
print(len(list(program.graph.nodes)))
