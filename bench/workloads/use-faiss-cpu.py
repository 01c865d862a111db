import faiss
import numpy as np
data = np.random.default_rng(0).normal(size=(100, 8)).astype("float32")
index = faiss.IndexFlatL2(8)
index.add(data)
print(index.search(data[:2], 1)[1].ravel())
