import grpc
from concurrent import futures
server = grpc.server(futures.ThreadPoolExecutor(2))
handler = grpc.method_handlers_generic_handler("a.B", {"C": grpc.unary_unary_rpc_method_handler(lambda request, context: request + b"!")})
server.add_generic_rpc_handlers((handler,))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
    print(channel.unary_unary("/a.B/C")(b"lean"))
server.stop(None)
