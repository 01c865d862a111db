import openpyxl
import pandas as pd
book = openpyxl.Workbook()
book.active.append([1, "x"])
book.save("/tmp/a.xlsx")
print(pd.read_excel("/tmp/a.xlsx", header=None).values.tolist())
