import igraph
graph = igraph.Graph.Famous("Zachary")
print(graph.vcount(), len(graph.community_multilevel()) > 1, graph.diameter())
