import jax
import jax.numpy as jnp
print(jax.jit(jax.grad(lambda x: jnp.sum(x**2)))(jnp.arange(3.0)), jax.random.normal(jax.random.key(0), (2,)).shape)
