from bs4 import BeautifulSoup
for parser in ("html.parser", "lxml"):
    print(BeautifulSoup("<p class=a>x<p>y", parser).select_one("p.a").get_text())
