from flask import Flask, jsonify, render_template_string
app = Flask(__name__)
app.add_url_rule("/", view_func=lambda: render_template_string("{{ 1 + 1 }}"))
app.add_url_rule("/json", "json", lambda: jsonify(a=1))
client = app.test_client()
print(client.get("/").data, client.get("/json").json, client.get("/none").status_code)
