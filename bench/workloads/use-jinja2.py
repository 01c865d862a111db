from jinja2 import Environment
print(Environment(autoescape=True).from_string("{% for x in xs %}{{ x }},{% endfor %}").render(xs=["<", 2]))
