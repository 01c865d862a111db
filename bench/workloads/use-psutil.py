import psutil
print(psutil.Process().memory_info().rss > 0, psutil.cpu_count() > 0, len(psutil.pids()) > 0)
