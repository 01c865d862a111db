import os
os.environ["KERAS_BACKEND"] = "jax"
import keras
import numpy as np
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
print(model.evaluate(np.zeros((4, 3)), np.zeros((4, 1)), verbose=0))
