import numpy as np
import soundfile
for kind in ("wav", "flac", "ogg"):
    soundfile.write(f"/tmp/a.{kind}", np.sin(np.arange(8000) / 10), 8000)
    print(kind, soundfile.read(f"/tmp/a.{kind}")[0].shape)
