import asyncio
from aiohttp import ClientSession, web

async def main():
    app = web.Application()
    app.router.add_get("/", lambda request: text())
    async def text():
        return web.json_response({"a": 1})
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 8099)
    await site.start()
    async with ClientSession() as session, session.get("http://127.0.0.1:8099/") as response:
        print(response.status, await response.json())
    await runner.cleanup()

asyncio.run(main())
