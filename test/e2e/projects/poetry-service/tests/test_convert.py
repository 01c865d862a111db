from tornado.testing import AsyncHTTPTestCase

from units.__main__ import application


class ConvertTest(AsyncHTTPTestCase):
    def get_app(self):
        return application()

    def test_a_mile_in_metres(self):
        self.assertIn(b"1609.344", self.fetch("/convert").body)
