from shapely import Point, Polygon, STRtree, wkt
print(round(Point(0, 0).buffer(1).area, 2), Polygon([(0, 0), (1, 0), (1, 1)]).contains(Point(0.9, 0.5)), wkt.loads("POINT (1 2)").x, len(STRtree([Point(0, 0)]).query(Point(0, 0))))
