import io
import pandas as pd
import seaborn
seaborn.set_theme()
plot = seaborn.histplot(pd.DataFrame({"a": [1, 2, 2, 3]}), x="a")
file = io.BytesIO()
plot.figure.savefig(file)
print(len(file.getvalue()) > 1000)
