import orjson
import numpy as np
print(orjson.loads(orjson.dumps({"a": np.arange(3)}, option=orjson.OPT_SERIALIZE_NUMPY)))
