import io
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.plot([1, 2, 3], label=r"$\alpha$")
axes.legend()
for kind in ("png", "svg", "pdf"):
    file = io.BytesIO()
    figure.savefig(file, format=kind)
    print(kind, len(file.getvalue()) > 1000)
