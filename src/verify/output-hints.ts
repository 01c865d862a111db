import { type DifferenceHints, hintsOf } from './difference.ts';

/**
 * What a program's last words tell about the cause of its end: the library or the module that it missed last.
 *
 *     ImportError: libGL.so.1: cannot open shared object file: No such file or directory
 *     ModuleNotFoundError: No module named 'triton'
 */
export function hintsFromOutput(
  text: string,
  ownerOfModule: Readonly<Record<string, string>> = {},
): DifferenceHints {
  const soname = [
    ...text.matchAll(/([\w.+-]+\.so[\w.]*): cannot open shared object file/g),
    ...text.matchAll(/Error loading shared library ([^\s:]+)/g),
  ].at(-1)?.[1];
  const module = [...text.matchAll(/No module named '?([A-Za-z_][\w.]*)'?/g)].at(-1)?.[1];
  const distribution = module === undefined ? undefined : ownerOfModule[module.split('.')[0] ?? ''];
  return hintsOf({ soname, module, distribution });
}
