import { hasOwnCompiler, isRunTimeCompiler } from '../python/index.ts';
import type { ShrinkSubject } from './pass.ts';
import { siteOf } from './site-packages.ts';

const compilers = ['cc', 'c++', 'gcc', 'g++', 'clang', 'clang++', 'nvcc'];
const folders = ['usr/bin', 'usr/local/bin', 'bin', 'usr/local/cuda/bin', 'opt/conda/bin'];

/** Whether what only compilers read may go. */
export interface Compilation {
  /** Why headers and libraries of distributions have to stay; undefined where nothing compiles while the program runs. */
  readonly inDistributions: string | undefined;
  /** The same for those of the system. */
  readonly inSystem: string | undefined;
  /** Why a file of a distribution stays all the same. */
  ofFile(path: string): string | undefined;
}

/** Tells whether something in the image compiles while it runs: by what is installed, and by what the application calls. */
export function compilation({ root, distributions, study }: ShrinkSubject): Compilation {
  const compiler = folders
    .flatMap((folder) => compilers.map((name) => `${folder}/${name}`))
    .find((path) => root.get(path) !== undefined);
  const distribution = distributions.find(({ name }) => isRunTimeCompiler(name));
  const { runTimeCompilation: caller } = study;
  const because =
    distribution !== undefined
      ? `${distribution.name} compiles while the program runs`
      : caller !== undefined && compiler !== undefined
        ? `${caller} compiles while it runs`
        : undefined;
  return {
    inDistributions: because,
    inSystem: because ?? (compiler === undefined ? undefined : `the compiler ${compiler} is in the image`),
    ofFile(path) {
      const site = siteOf(path);
      const [top = ''] = site === undefined ? [] : path.slice(site.length + 1).split('/');
      return hasOwnCompiler(top) ? `${top} compiles while the program runs` : undefined;
    },
  };
}
