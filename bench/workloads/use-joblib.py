from math import sqrt
from joblib import Memory, Parallel, delayed, dump, load

if __name__ == "__main__":
    print(Parallel(n_jobs=2)(delayed(sqrt)(i) for i in range(4)))
    dump({"a": [1]}, "/tmp/a.joblib", compress=3)
    print(load("/tmp/a.joblib"), Memory("/tmp/joblib", verbose=0).cache(sqrt)(4))
