import { posix } from 'node:path';
import type { DockerfileModel, Instruction, Stage } from '../model.ts';
import { rootBase } from '../stage-chain.ts';
import { argumentWords } from '../syntax/words.ts';
import type { LintRule, Violation } from './rule.ts';

/** Images without a shell, and the program that their entry point starts. */
const images: readonly (readonly [pattern: RegExp, entryPoint: RegExp | undefined])[] = [
  [/^gcr\.io\/distroless\/python3-/, /^python3?$/],
  [/^gcr\.io\/distroless\/nodejs/, /^node(?:js)?$/],
  [/^gcr\.io\/distroless\/java\d/, /^java$/],
  [/^gcr\.io\/distroless\//, undefined],
  [/^cgr\.dev\/chainguard\/python(?::|@|$)/, /^python3?$/],
  [/^cgr\.dev\/chainguard\/(?:static|glibc-dynamic|cc-dynamic)(?::|@|$)/, undefined],
];

/** A command in shell form, or with the program of the entry point in front, on an image that has only that program. */
export const distrolessStart: LintRule = {
  id: 'distroless-start',
  severity: 'error',
  title: 'a start command that a distroless image cannot run',
  check: ({ model }) =>
    model.stages.flatMap((stage) => {
      const base = rootBase(model, stage);
      const found = images.find(([pattern]) => pattern.test(base));
      const chain = chainOf(model, stage);
      if (found === undefined || /:[\w.-]*(?:debug|-dev)/.test(base) || chain.some(bringsShell)) return [];
      const hasEntryPoint = chain.some(({ syntax }) => syntax.keyword === 'entrypoint');
      const entryPoint = hasEntryPoint ? undefined : found[1];
      return stage.instructions.flatMap((one) => violationsOf(one, base, entryPoint));
    }),
};

function violationsOf(
  { syntax }: Instruction,
  base: string,
  entryPoint: RegExp | undefined,
): readonly Violation[] {
  const { keyword, json, value, range } = syntax;
  const isStart = keyword === 'cmd' || keyword === 'entrypoint';
  const isCheck = keyword === 'healthcheck' && /^cmd\b/i.test(value);
  if ((!isStart && !isCheck) || value === '') return [];
  if (json === undefined) {
    return [{ range, message: `${base} has no shell to run this: write a JSON list` }];
  }
  const [first] = argumentWords(syntax);
  const isTwice =
    keyword === 'cmd' && first !== undefined && entryPoint?.test(posix.basename(first.text)) === true;
  if (!isTwice) return [];
  return [
    {
      range: first.range,
      message: `the entry point of ${base} is ${first.text} already: this is its first argument`,
    },
  ];
}

function chainOf(model: DockerfileModel, stage: Stage): readonly Instruction[] {
  const base = stage.baseStage === undefined ? undefined : model.stages[stage.baseStage];
  return [...(base === undefined ? [] : chainOf(model, base)), ...stage.instructions];
}

/** Another shell, one that is copied, or a part of a system that may hold one. */
function bringsShell({ syntax }: Instruction): boolean {
  if (syntax.keyword === 'shell' || syntax.keyword === 'onbuild') return true;
  if (syntax.keyword !== 'copy' && syntax.keyword !== 'add') return false;
  const words = argumentWords(syntax).map(({ text }) => text);
  const isWhole = words
    .slice(0, -1)
    .some((source) => /^(?:\.|\/|\/(?:usr\/)?bin\/?|\/usr\/?|.*root.*|.*\$.*)$/.test(source));
  const isSystem = /^\/(?:(?:usr\/)?bin\/?|usr\/?)?$/.test(words.at(-1) ?? '');
  return (
    (isWhole && isSystem) ||
    words.some((word) => /(?:^|[/-])(?:(?:ba|da|a)?sh|busybox)(?:$|[-/.])/.test(word))
  );
}
