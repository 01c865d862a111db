import json
from pathlib import Path

import tornado.ioloop
import tornado.web
import yaml

HEIGHTS = yaml.safe_load(Path(__file__).with_name("heights.yaml").read_text())


class Health(tornado.web.RequestHandler):
    def get(self):
        self.write({"status": "ok"})


class Tide(tornado.web.RequestHandler):
    def get(self, place):
        self.set_header("content-type", "application/json")
        self.write(json.dumps({"place": place, "metres": HEIGHTS.get(place)}))


tornado.web.Application([(r"/health", Health), (r"/tides/([a-z]+)", Tide)]).listen(9000)
tornado.ioloop.IOLoop.current().start()
