import type { Instruction } from '../dockerfile/index.ts';
import type { EnvironmentFile, PackageIndexes } from '../python/index.ts';

/** The indexes of a manifest or lock file, as pip is told them. */
export function indexesOf({
  indexUrls,
  extraIndexUrls = [],
}: Pick<EnvironmentFile, 'indexUrls' | 'extraIndexUrls'>): PackageIndexes {
  const [indexUrl, ...others] = indexUrls;
  const trustedHosts = [...indexUrls, ...extraIndexUrls].flatMap((url) =>
    url.startsWith('http:') ? [new URL(url).hostname] : [],
  );
  return {
    ...(indexUrl !== undefined && { indexUrl }),
    extraIndexUrls: [...others, ...extraIndexUrls],
    findLinks: [],
    trustedHosts,
  };
}

/** Options of the command and its files; pip's variables count where no option is given. */
export function readIndexes(
  options: readonly { readonly name: string; readonly value: string | undefined }[],
  instruction: Instruction,
): PackageIndexes {
  const { variables } = instruction.before;
  const values = (...names: readonly string[]): string[] => [
    ...new Set(options.flatMap((one) => (names.includes(one.name) && one.value ? [one.value] : []))),
  ];
  const words = (variable: string): string[] => (variables[variable] ?? '').split(/\s+/).filter(Boolean);
  const indexUrl = values('-i', '--index-url', '--default-index').at(-1) ?? variables['PIP_INDEX_URL'];
  const extra = values('--extra-index-url', '--index');
  const links = values('-f', '--find-links');
  const hosts = values('--trusted-host');
  const has = (name: string): boolean => options.some((one) => one.name === name);
  return {
    ...(indexUrl !== undefined && { indexUrl }),
    extraIndexUrls: extra.length > 0 ? extra : words('PIP_EXTRA_INDEX_URL'),
    findLinks: (links.length > 0 ? links : words('PIP_FIND_LINKS')).filter((link) => /^https?:/.test(link)),
    trustedHosts: hosts.length > 0 ? hosts : words('PIP_TRUSTED_HOST'),
    ...(has('--no-index') && { isWithoutIndex: true }),
    ...(has('--pre') && { isPrereleaseAllowed: true }),
  };
}
