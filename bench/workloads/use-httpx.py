import httpx
print(httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, json={"path": request.url.path}))).get("http://a/b").json())
