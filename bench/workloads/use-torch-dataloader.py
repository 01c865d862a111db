import torch
from torch.utils.data import DataLoader, TensorDataset

if __name__ == "__main__":
    data = TensorDataset(torch.arange(40.0).reshape(20, 2), torch.arange(20))
    loader = DataLoader(data, batch_size=5, num_workers=1)
    print(sum(float(batch.sum()) + int(target.sum()) for batch, target in loader))
