import asyncio
from importlib.metadata import version
from pathlib import Path

import yaml
from tornado.web import Application, RequestHandler

FACTORS = yaml.safe_load((Path(__file__).parent / "factors.yaml").read_text())


class Health(RequestHandler):
    def get(self):
        self.write({"status": "ok", "version": version("units")})


class Convert(RequestHandler):
    def get(self):
        amount = float(self.get_argument("amount", "1"))
        source, target = self.get_argument("from", "mi"), self.get_argument("to", "m")
        self.write({"value": round(amount * FACTORS[source] / FACTORS[target], 6), "unit": target})


def application() -> Application:
    return Application([("/health", Health), ("/convert", Convert)])


async def main() -> None:
    application().listen(8888)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
