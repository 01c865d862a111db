import dask
print(dask.compute(sum([dask.delayed(pow)(number, 2) for number in range(5)])))
import dask.bag
print(dask.bag.from_sequence(range(10)).map(lambda x: x + 1).sum().compute(scheduler="threads"))
