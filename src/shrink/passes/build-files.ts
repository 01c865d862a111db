import { compilation } from '../compilation.ts';
import type { LeftAlone, ShrinkEdit, ShrinkPass, ShrinkSubject } from '../pass.ts';
import { siteOf } from '../site-packages.ts';

const configuration =
  /\/(?:cmake|pkgconfig)[^/]*\/(?:.*\/)?[^/]+\.(?:cmake(?:\.in)?|pc)$|(?:Config(?:Version)?|Targets(?:-[a-z]+)?)\.cmake$/;
const nativeSource = /\.(?:pyx|c)$/;

/** Static libraries, native sources, and the files by which CMake and pkg-config find what to link. */
export const buildFilesPass: ShrinkPass = {
  name: 'build-files',
  title: 'static libraries, native sources, CMake and pkg-config files',
  risk: 'verify',
  find(subject) {
    const facts = compilation(subject);
    const edits: ShrinkEdit[] = [];
    const leftAlone: LeftAlone[] = [];
    for (const { entry } of subject.root.entries()) {
      const reason = entry.type === 'file' ? reasonOf(entry.path, subject) : undefined;
      if (reason === undefined) continue;
      const isInSite = siteOf(entry.path) !== undefined;
      const because = isInSite ? (facts.inDistributions ?? facts.ofFile(entry.path)) : facts.inSystem;
      if (because === undefined) edits.push({ kind: 'remove', path: entry.path, reason, unit: entry.path });
      else leftAlone.push({ path: entry.path, because });
    }
    return { edits, leftAlone };
  },
};

/** What a file is to a compiler or linker; files outside of the system and of distributions are somebody's own. */
function reasonOf(path: string, { study, distributionOf, packageOf }: ShrinkSubject): string | undefined {
  const isOfDistribution = siteOf(path) !== undefined && distributionOf(path) !== undefined;
  if (!isOfDistribution && packageOf(path) === undefined) return undefined;
  if (study.archives.has(path)) return 'a static library';
  if (configuration.test(path)) return 'only CMake and pkg-config read it';
  return isOfDistribution && nativeSource.test(path) ? 'a source for compilers' : undefined;
}
