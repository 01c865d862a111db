import librosa
import numpy as np
sound = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050).astype("float32")
print(librosa.feature.mfcc(y=sound, sr=22050).shape, librosa.resample(sound, orig_sr=22050, target_sr=16000).shape)
