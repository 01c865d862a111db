import msgpack
print(msgpack.unpackb(msgpack.packb({"a": [1, 2.5, b"x"]})))
