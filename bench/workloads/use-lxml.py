from lxml import etree, html, objectify
tree = etree.fromstring("<a><b n='1'>x</b></a>")
print(tree.xpath("//b/@n"), html.fromstring("<p>x<p>y").xpath("count(//p)"), objectify.fromstring("<a><b>3</b></a>").b + 1)
style = etree.XSLT(etree.XML('<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><o/></xsl:template></xsl:stylesheet>'))
print(str(style(tree)).strip())
