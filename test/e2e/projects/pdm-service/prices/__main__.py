import asyncio
from pathlib import Path

import yaml
from tornado.web import Application, RequestHandler

PRICES = yaml.safe_load((Path(__file__).parent / "prices.yaml").read_text())


class Health(RequestHandler):
    def get(self):
        self.write({"status": "ok"})


class Price(RequestHandler):
    def get(self, plan):
        self.write({"plan": plan, "price": PRICES.get(plan)})


async def main() -> None:
    Application([("/health", Health), ("/prices/([a-z]+)", Price)]).listen(8080)
    await asyncio.Event().wait()


asyncio.run(main())
