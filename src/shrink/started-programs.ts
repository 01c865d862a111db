import { posix } from 'node:path';
import { isDocumentationPlace } from '../distro/index.ts';
import type { ShrinkSubject } from './pass.ts';
import { shellProgramWords } from './program-source.ts';
import { isTestFile } from './python-uses.ts';
import { isStandardPlace, siteOf } from './site-packages.ts';

/**
 * The programs that the image may start, by name, with who starts them: the words of its entrypoint, command, health check and
 * variables, and of the scripts, lists of programs and Python files that belong neither to a package nor to a distribution.
 */
export function startedPrograms(subject: ShrinkSubject): ReadonlyMap<string, string> {
  const known = knownPrograms.get(subject);
  if (known !== undefined) return known;
  const { config, study } = subject;
  const started = new Map<string, string>();
  const add = (program: string, by: string): void => {
    if (!started.has(program)) started.set(program, by);
  };
  const configured: readonly [string, readonly string[]][] = [
    ['ENTRYPOINT', config.entrypoint],
    ['CMD', config.cmd],
    ['HEALTHCHECK', config.healthcheck?.test ?? []],
    ['ENV', config.env.map((assignment) => assignment.slice(assignment.indexOf('=') + 1))],
  ];
  for (const [instruction, texts] of configured) {
    for (const text of texts) for (const word of shellProgramWords(text)) add(word, `${instruction} names`);
  }
  for (const { path, interpreter = [], programs } of study.programSources) {
    if (!isOfApplication(path, subject) || isTestFile(path)) continue;
    // What a Makefile holds runs where make does.
    const runner = runners.find(({ file }) => file.test(path))?.program;
    if (runner !== undefined && !started.has(runner)) continue;
    for (const word of interpreter) add(posix.basename(word), `${path} names`);
    for (const program of programs) add(program, `${path} names`);
  }
  knownPrograms.set(subject, started);
  return started;
}

const runners: readonly { readonly file: RegExp; readonly program: string }[] = [
  { file: /(?:^|\/)(?:GNUm|[Mm])akefile$/, program: 'make' },
  { file: /(?:^|\/)\.?justfile$/i, program: 'just' },
  { file: /(?:^|\/)Procfile$/, program: 'honcho' },
  { file: /(?:^|\/)supervisord?(?:\.d\/|[^/]*\.conf$|\/)/, program: 'supervisord' },
];

/** Scripts of dpkg run when a package comes or goes, those of git for whoever commits. */
const elsewhere = /^var\/lib\/dpkg\/|(?:^|\/)\.git\//;

function isOfApplication(path: string, { packageOf, distributionOf }: ShrinkSubject): boolean {
  const distribution = distributionOf(path);
  if (distribution !== undefined) return distribution.isOwn === true;
  return (
    siteOf(path) === undefined &&
    !isStandardPlace(path) &&
    !isDocumentationPlace(path) &&
    !elsewhere.test(path) &&
    packageOf(path) === undefined
  );
}

const knownPrograms = new WeakMap<ShrinkSubject, ReadonlyMap<string, string>>();
