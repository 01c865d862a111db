import tables
with tables.open_file("/tmp/tables.h5", "w") as file:
    file.create_carray("/", "x", obj=__import__("numpy").arange(10), filters=tables.Filters(complevel=5, complib="blosc"))
with tables.open_file("/tmp/tables.h5") as file:
    print(file.root.x[:3])
