import torch
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
data, wanted = torch.randn(64, 8), torch.randn(64, 1)
first = None
for _ in range(20):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(data), wanted)
    first = first or loss.item()
    loss.backward()
    optimizer.step()
assert loss.item() < first
scripted = torch.jit.trace(model, data)
assert torch.allclose(scripted(data), model(data))
print(round(loss.item(), 3))
