import numpy as np
import torch
from einops import rearrange, reduce
print(rearrange(np.zeros((2, 3, 4)), "a b c -> (a b) c").shape, reduce(torch.ones(2, 4), "a (b c) -> a b", "sum", c=2).tolist())
