const plainBackends =
  /^(hatchling|poetry\.core|poetry\.masonry|pdm\.backend|pdm\.pep517|flit_core|uv_build|setuptools)(\.|$)/;

/** Whether a build backend puts nothing but what the environment holds into the source tree, when it installs it in editable form. */
export function isPlainBackend(backend: string): boolean {
  return plainBackends.test(backend);
}
