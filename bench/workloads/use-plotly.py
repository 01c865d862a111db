import plotly.express as px
import plotly.io as pio
figure = px.scatter(x=[1, 2], y=[3, 4], template="plotly_dark")
print(len(figure.to_json()) > 100, len(pio.to_html(figure, include_plotlyjs=True)) > 1_000_000)
