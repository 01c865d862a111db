from google.protobuf import json_format, struct_pb2
message = struct_pb2.Struct()
message.update({"a": [1, "x"]})
print(json_format.MessageToDict(struct_pb2.Struct.FromString(message.SerializeToString())))
