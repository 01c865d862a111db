"""Calls CUDA's runtime library itself, as CuPy or a kernel of one's own would."""
import asyncio
import ctypes

from tornado.web import Application, RequestHandler

cudart = ctypes.CDLL("libcudart.so.12")


class Health(RequestHandler):
    def get(self):
        self.write({"status": "ok"})


class Cuda(RequestHandler):
    def get(self):
        version = ctypes.c_int(0)
        code = cudart.cudaRuntimeGetVersion(ctypes.byref(version))
        self.write({"code": code, "version": version.value})


async def main() -> None:
    Application([("/health", Health), ("/cuda", Cuda)]).listen(8080)
    await asyncio.Event().wait()


asyncio.run(main())
