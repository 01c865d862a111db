import numpy as np
import tensorflow as tf
tf.random.set_seed(0)
model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(8, activation="relu"), tf.keras.layers.Dense(1)])
model.compile("adam", "mse")
data = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
model.fit(data, data[:, :1], epochs=2, verbose=0)
print(model.predict(data, verbose=0).shape, tf.function(lambda x: x * 2)(tf.constant(3)).numpy(), tf.test.is_built_with_cuda())
