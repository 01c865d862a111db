import { posix } from 'node:path';
import { cudaWants, hasOwnCompiler } from '../../python/index.ts';
import { compilation } from '../compilation.ts';
import { loadedFiles } from '../loaded-files.ts';
import { removePackages } from '../package-removal.ts';
import type { LeftAlone, PassResult, ShrinkEdit, ShrinkPass, ShrinkSubject } from '../pass.ts';
import { numbersOfModules } from '../python-uses.ts';
import { siteOf } from '../site-packages.ts';

/** What CUDA brings and nothing in the image reaches. Libraries of `nvidia/` that torch loads are never touched. */
export const cudaPass: ShrinkPass = {
  name: 'cuda',
  title: 'CUDA files that nothing reaches: of compilers, of profilers, of the system',
  risk: 'opt-in',
  needsLoadedLibraries: true,
  find(subject) {
    const parts = [
      staticLibraries(subject),
      alternateLibraries(subject),
      profilerLibraries(subject),
      headers(subject),
      systemCuda(subject),
    ];
    return {
      edits: parts.flatMap(({ edits }) => edits),
      leftAlone: parts.flatMap(({ leftAlone }) => leftAlone),
    };
  },
};

/** Files of NVIDIA's and triton's distributions, by their path in site-packages. */
function* cudaFiles({
  distributions,
}: ShrinkSubject): Generator<{ readonly path: string; readonly inside: string }> {
  for (const { files } of distributions) {
    for (const path of files) {
      const site = siteOf(path);
      const inside = site === undefined ? '' : path.slice(site.length + 1);
      if (/^(?:nvidia|triton|cusparselt|tensorrt(?:_libs)?)\//.test(inside)) yield { path, inside };
    }
  }
}

// Code for the GPU that is linked while a program runs (numba, CuPy, NVSHMEM).
const deviceLibrary = /(?:_device|devrt)\.a$/;

function staticLibraries(subject: ShrinkSubject): PassResult {
  const edits: ShrinkEdit[] = [];
  const leftAlone: LeftAlone[] = [];
  const nvcc = nvccOf(subject);
  for (const { path } of cudaFiles(subject)) {
    if (!subject.study.archives.has(path) || deviceLibrary.test(path)) continue;
    // nvcc links with `libcudart_static.a` where nobody says otherwise.
    if (nvcc === undefined || isTritons(path))
      edits.push({ kind: 'remove', path, reason: 'a static library of CUDA', unit: path });
    else leftAlone.push({ path, because: `${nvcc} is in the image` });
  }
  return { edits, leftAlone };
}

/** `libnvrtc.alt.so.13` beside `libnvrtc.so.13`: goes where nothing but another one of its kind is linked with it or loads it. */
function alternateLibraries(subject: ShrinkSubject): PassResult {
  const { study } = subject;
  const candidates = [...cudaFiles(subject)]
    .map(({ path }) => path)
    .filter((path) => /\.alt\.so(?:\.\d+)*$/.test(path));
  const edits: ShrinkEdit[] = [];
  const leftAlone: LeftAlone[] = [];
  const isAlternate = new Set(candidates);
  for (const path of candidates) {
    const name = posix.basename(path);
    const linked = [...study.elf].find(
      ([user, { needed }]) => !isAlternate.has(user) && needed.includes(name),
    )?.[0];
    const user = linked ?? study.loadedLibraries.get(name)?.find((one) => !isAlternate.has(one));
    if (user !== undefined) leftAlone.push({ path, because: `${user} may load it` });
    else edits.push({ kind: 'remove', path, reason: 'an alternate library that nothing loads', unit: path });
  }
  // They load each other: one that stays keeps the rest.
  const [first] = leftAlone;
  if (first === undefined) return { edits, leftAlone };
  const because = `it belongs to ${posix.basename(first.path)}`;
  return { edits: [], leftAlone: [...leftAlone, ...edits.map(({ path }) => ({ path, because }))] };
}

const profiler = /^triton\/backends\/nvidia\/lib\/cupti[^/]*\//;

/** triton's copies of CUPTI are for its profiler alone. */
function profilerLibraries(subject: ShrinkSubject): PassResult {
  const { study } = subject;
  const found = [...cudaFiles(subject)].filter(({ inside }) => profiler.test(inside));
  const [one] = found;
  if (one === undefined) return { edits: [], leftAlone: [] };
  const unit = posix.dirname(one.path).replace(/(\/cupti[^/]*)(?:\/.*)?$/, '$1');
  const isLoaded = loadedFiles(subject);
  const numbers = numbersOfModules(study, new Set(['triton.profiler']));
  const user = study.mentions.find(
    ({ path, names }) => !isTritons(path) && isLoaded(path) && names.some((number) => numbers.has(number)),
  );
  if (user !== undefined)
    return { edits: [], leftAlone: [{ path: unit, because: `${user.path} names triton.profiler` }] };
  const edits = found.map(
    ({ path }): ShrinkEdit => ({ kind: 'remove', path, reason: 'CUPTI for triton’s profiler', unit }),
  );
  return { edits, leftAlone: [] };
}

function isTritons(path: string): boolean {
  return path.startsWith(`${siteOf(path)}/triton/`);
}

const ownTools: ReadonlySet<string> = new Set(['cuda', 'nvidia', 'triton']);

/** `nvidia/cuda_runtime/include`: for whatever compiles for the GPU with NVRTC or nvcc; triton brings what it needs. */
function headers(subject: ShrinkSubject): PassResult {
  const found = [...cudaFiles(subject)].filter(({ inside }) => /^nvidia\/(?:.*\/)?include\//.test(inside));
  const [one] = found;
  if (one === undefined) return { edits: [], leftAlone: [] };
  const unit = one.path.replace(/\/include\/.*$/, '/include');
  const because = compilerOf(subject);
  if (because !== undefined) return { edits: [], leftAlone: [{ path: unit, because }] };
  const edits = found.map(
    ({ path }): ShrinkEdit => ({
      kind: 'remove',
      path,
      reason: 'headers of CUDA',
      unit: path.replace(/\/include\/.*$/, '/include'),
    }),
  );
  return { edits, leftAlone: [] };
}

function compilerOf(subject: ShrinkSubject): string | undefined {
  const { inDistributions } = compilation(subject);
  if (inDistributions !== undefined) return inDistributions;
  const one = subject.distributions.find(({ modules }) =>
    modules.some((module) => hasOwnCompiler(module) && !ownTools.has(module)),
  );
  if (one !== undefined) return `${one.name} compiles while the program runs`;
  const nvcc = nvccOf(subject);
  return nvcc && `${nvcc} is in the image`;
}

/** CUDA's compiler: of a wheel (`nvidia/cu13/bin/nvcc`), of NVIDIA's packages (`/usr/local/cuda-13.0`), of Debian's. */
function nvccOf(subject: ShrinkSubject): string | undefined {
  for (const { path } of cudaFiles(subject)) if (path.endsWith('/bin/nvcc')) return path;
  const { root } = subject;
  const folders = ['usr', ...[...root.namesIn('usr/local')].map((name) => `usr/local/${name}`)];
  return folders.map((folder) => `${folder}/bin/nvcc`).find((path) => root.get(path) !== undefined);
}

const systemPackage =
  /^(?:cuda(?:-.+)?|libcu(?:blas|fft|rand|solver|sparse|sparselt|dnn|file|tensor)[\w.-]*|libn(?:ccl|pp|vjpeg|vjitlink|vrtc|vvm|vptxcompiler|vfatbin)[\w.-]*|nsight-.+|nvidia-cuda-.+|libnvinfer.*|gds-tools-.+)$/;

/** CUDA of the system, which is there twice where wheels bring their own. */
function systemCuda(subject: ShrinkSubject): PassResult {
  const user = subject.distributions.find(({ name }) =>
    cudaWants(name).some((what) => what === 'system' || what === 'run'),
  );
  const because = user === undefined ? compilation(subject).inDistributions : `${user.name} looks for it`;
  return removePackages(subject, {
    purposeOf: ({ name }) =>
      systemPackage.test(name) ? 'CUDA of the system, which nothing uses' : undefined,
    because: () => because,
  });
}
