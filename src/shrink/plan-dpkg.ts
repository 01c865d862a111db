import { formatAlternatives, parseAlternatives } from '../distro/index.ts';
import type { RootFileSystem } from '../filetree/index.ts';
import type { PlannedEdit } from './planned-edit.ts';

/** A file with another text in its place. */
export interface PlannedText {
  readonly path: string;
  readonly newText: string;
}

const adminDir = 'var/lib/dpkg';
const list = /^var\/lib\/dpkg\/info\/([^/:]+)(?::([^/:]+))?\.list$/;

/**
 * dpkg's and apt's databases without the packages that go: their paragraphs, diversions, triggers, and alternatives; everything else as it
 * is, byte by byte.
 */
export function planDpkgTexts(root: RootFileSystem, edits: readonly PlannedEdit[]): PlannedText[] {
  const gone = new Set(edits.flatMap(({ edit }) => (edit.kind === 'remove' ? [edit.path] : [])));
  const packages = new Map<string, string | undefined>();
  for (const path of gone) {
    const [, name, architecture] = list.exec(path) ?? [];
    if (name !== undefined) packages.set(name, architecture);
  }
  if (packages.size === 0) return [];
  const isGone = (name: string, architecture: string | undefined): boolean => {
    const own = packages.get(name);
    return packages.has(name) && (own === undefined || architecture === undefined || own === architecture);
  };
  const texts: PlannedText[] = [];
  const edit = (path: string, change: (text: string) => string): void => {
    const content = gone.has(path) ? undefined : root.content(path);
    if (content === undefined) return;
    // Latin-1 keeps every byte, whatever it means.
    const text = Buffer.from(content).toString('latin1');
    const newText = change(text);
    if (newText !== text) texts.push({ path, newText });
  };
  for (const path of [`${adminDir}/status`, 'var/lib/apt/extended_states'])
    edit(path, (text) => withoutParagraphs(text, isGone));
  edit(`${adminDir}/diversions`, (text) => withoutDiversions(text, isGone));
  for (const name of root.namesIn(`${adminDir}/triggers`))
    edit(`${adminDir}/triggers/${name}`, (text) => withoutTriggers(text, isGone));
  for (const name of root.namesIn(`${adminDir}/alternatives`))
    edit(`${adminDir}/alternatives/${name}`, (text) => withoutChoices(name, text, gone));
  return texts;
}

type IsGone = (name: string, architecture: string | undefined) => boolean;

function withoutParagraphs(text: string, isGone: IsGone): string {
  return text
    .split(/(?<=\n)(?:[ \t]*\n)+/)
    .filter((paragraph) => {
      const name = /^Package:[ \t]*(\S+)/im.exec(paragraph)?.[1];
      const architecture = /^Architecture:[ \t]*(\S+)/im.exec(paragraph)?.[1];
      return name === undefined || !isGone(name, architecture === 'all' ? undefined : architecture);
    })
    .map((paragraph) => (paragraph.trim() === '' ? '' : `${paragraph.replace(/\n*$/, '')}\n\n`))
    .join('');
}

function withoutDiversions(text: string, isGone: IsGone): string {
  const lines = text.split('\n');
  const kept = lines.filter((_, at) => {
    const by = lines[at - (at % 3) + 2];
    return by === undefined || !isGone(by, undefined);
  });
  return kept.join('\n');
}

// A line of `File` is a path and a package, of other files a package alone: `/usr/share/fonts fontconfig/noawait`.
function withoutTriggers(text: string, isGone: IsGone): string {
  return text
    .split(/(?<=\n)/)
    .filter((line) => {
      const [name = '', architecture] = (line.trim().split(' ').at(-1) ?? '')
        .replace(/\/\w+$/, '')
        .split(':');
      return !isGone(name, architecture);
    })
    .join('');
}

function withoutChoices(name: string, text: string, gone: ReadonlySet<string>): string {
  const group = parseAlternatives(name, text);
  if (group === undefined) return text;
  const choices = group.choices.filter(({ path }) => !gone.has(path.slice(1)) && !gone.has(`usr${path}`));
  return choices.length === group.choices.length ? text : formatAlternatives({ ...group, choices });
}
