import http.server
import threading
import requests
server = http.server.HTTPServer(("127.0.0.1", 0), type("H", (http.server.BaseHTTPRequestHandler,), {
    "do_GET": lambda self: (self.send_response(200), self.end_headers(), self.wfile.write(b"lean")), "log_message": lambda *_: None}))
threading.Thread(target=server.serve_forever, daemon=True).start()
print(requests.get(f"http://127.0.0.1:{server.server_port}/").text)
import certifi
print(certifi.where().endswith("cacert.pem"))
