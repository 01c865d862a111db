import networkx as nx
graph = nx.path_graph(5)
print(nx.shortest_path(graph, 0, 4), round(nx.pagerank(graph)[2], 2), nx.is_connected(graph))
