import type { DockerfileModel, Stage } from './model.ts';

/** A program that a health check calls and the image lacks. */
export interface MissingCheckProgram {
  readonly program: string;
  /** The base image. */
  readonly base: string;
}

/** Images that have neither curl nor wget; Alpine has BusyBox's wget. */
const bases: readonly (readonly [pattern: RegExp, programs: RegExp])[] = [
  [/^(?:docker\.io\/)?(?:library\/)?python:[\w.-]*slim/, /^(?:curl|wget)$/],
  [/^(?:docker\.io\/)?(?:library\/)?(?:debian|ubuntu):/, /^(?:curl|wget)$/],
  [/^ghcr\.io\/astral-sh\/uv:[\w.-]*slim/, /^(?:curl|wget)$/],
  [/^(?:docker\.io\/)?(?:library\/)?(?:python:[\w.-]*alpine|alpine:)/, /^curl$/],
];

/**
 * The program (curl, wget) that the words of a health check call and the target stage has not: only what is certain, so nothing where its name stands
 * in any step, a script of unknown content runs, or a part of a whole system is copied.
 */
export function missingCheckProgram(model: DockerfileModel, check: string): MissingCheckProgram | undefined {
  const program = /(?:^|[\s;&|/("'])(curl|wget)(?=["'\s]|$)/.exec(check)?.[1];
  if (program === undefined) return undefined;
  const chain: Stage[] = [];
  for (let stage = model.stages[model.target]; stage !== undefined; ) {
    chain.push(stage);
    stage = stage.baseStage === undefined ? undefined : model.stages[stage.baseStage];
  }
  const base = chain.at(-1)?.base ?? '';
  const lacks = bases.some(([pattern, programs]) => pattern.test(base) && programs.test(program));
  return lacks && !chain.some((stage) => mayInstall(stage, program)) ? { program, base } : undefined;
}

function mayInstall({ instructions }: Stage, program: string): boolean {
  return instructions.some(({ syntax, commands }) => {
    if (!['run', 'copy', 'add'].includes(syntax.keyword)) return false;
    const texts = [syntax.value, ...syntax.heredocs.map((one) => one.content)];
    if (texts.some((text) => text.includes(program))) return true;
    // `COPY --from=tools /usr/bin /usr/bin`
    if (syntax.keyword !== 'run')
      return (
        syntax.flags.some(({ name }) => name === 'from') &&
        /\s\/(?:usr(?:\/(?:local\/)?bin)?|bin)?\/?\s*$/.test(syntax.value)
      );
    return (
      commands === undefined ||
      commands.some(({ words }) =>
        /^\.{0,2}\/|\.sh$|^(?:ba|da)?sh$|^(?:source|\.|eval|xargs|make)$|^\$/.test(words[0] ?? ''),
      ) ||
      commands.some(({ words }) => /install/.test(words.join(' ')) && words.some((word) => /\$/.test(word)))
    );
  });
}
