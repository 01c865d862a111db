from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
iris = load_iris(as_frame=True)
assert "Fisher" in iris.DESCR
for model in (LogisticRegression(), RandomForestClassifier(20, random_state=0, n_jobs=2), HistGradientBoostingClassifier(max_iter=10)):
    print(type(model).__name__, round(cross_val_score(make_pipeline(StandardScaler(), model), iris.data, iris.target, cv=3).mean(), 1))
