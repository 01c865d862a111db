import { compilation } from '../compilation.ts';
import { filesBelow } from '../files-below.ts';
import type { LeftAlone, PassResult, ShrinkEdit, ShrinkPass, ShrinkSubject } from '../pass.ts';

const header = /\.(?:h|hh|hpp|hxx|cuh)$/;
const besideHeaders =
  /\.(?:h|hh|hpp|hxx|h\+\+|cuh|inc|inl|ipp|tcc|tpp|impl|ixx|in|td|pxd|def|cmake|txt|md|c|cc|cpp|cxx|s|asm|proto(?:\.bin)?)$|^[^.]+$|^__init__\..*py/i;
const includeFolder = /^(.*?(?:site|dist)-packages\/(?:[^/]+\/)*?include)\//;
const systemFolders = ['usr/include', 'usr/local/include'];

/** Headers for C and C++ compilers: `include` folders that hold nothing else. */
export const headersPass: ShrinkPass = {
  name: 'headers',
  title: 'headers for compilers',
  risk: 'verify',
  find(subject) {
    const facts = compilation(subject);
    const edits: ShrinkEdit[] = [];
    const leftAlone: LeftAlone[] = [];
    const judge = (folder: string, because: string | undefined): void => {
      const files = [...filesBelow(subject.root, folder)].map(({ entry }) => entry.path);
      if (files.length === 0) return;
      const reason = because ?? notHeaders(files);
      if (reason !== undefined) leftAlone.push({ path: folder, because: reason });
      else
        for (const path of files)
          edits.push({ kind: 'remove', path, reason: `headers in ${folder}`, unit: folder });
    };
    for (const folder of includeFolders(subject))
      judge(folder, facts.inDistributions ?? facts.ofFile(folder));
    for (const folder of systemFolders) judge(folder, facts.inSystem);
    return { edits, leftAlone } satisfies PassResult;
  },
};

/** The outermost folders named exactly `include` in distributions. */
function includeFolders({ distributions }: ShrinkSubject): readonly string[] {
  const folders = new Set<string>();
  for (const { files } of distributions) {
    for (const path of files) {
      const folder = path.includes('/include/') ? includeFolder.exec(path)?.[1] : undefined;
      if (folder !== undefined) folders.add(folder);
    }
  }
  return [...folders].sort();
}

function notHeaders(files: readonly string[]): string | undefined {
  const name = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  if (!files.some((path) => header.test(path))) return 'it holds no headers';
  const other = files.find((path) => !besideHeaders.test(name(path)));
  return other === undefined ? undefined : `it holds more than headers: ${other}`;
}
