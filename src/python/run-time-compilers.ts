// These compile while the program runs, against headers of others too: with one of them, nothing for compilers goes.
const compileAgainstOthers: ReadonlySet<string> = new Set([
  'aesara',
  'cppyy',
  'deepspeed',
  'httpstan',
  'pystan',
  'pytensor',
  'pythran',
  'theano',
  'theano-pymc',
  'torch-tensorrt',
]);

// These compile while the program runs, with headers of their own.
const ownCompilers: ReadonlySet<string> = new Set([
  'cuda',
  'cupy',
  'cupyx',
  'deep_gemm',
  'flashinfer',
  'nvidia',
  'numba_cuda',
  'pycuda',
  'pyopencl',
  'taichi',
  'tilelang',
  'transformer_engine',
  'triton',
  'tvm',
  'warp',
  'xformers',
]);

/** True for a distribution (normalised name) that compiles while the program runs, against headers of other distributions. */
export function isRunTimeCompiler(distribution: string): boolean {
  return compileAgainstOthers.has(distribution);
}

/** True for a top-level module that compiles while the program runs, with headers and libraries of its own. */
export function hasOwnCompiler(module: string): boolean {
  return ownCompilers.has(module);
}
