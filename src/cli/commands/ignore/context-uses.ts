import { posix } from 'node:path';
import {
  argumentWords,
  type DockerfileModel,
  type DockerfileSyntax,
  expandWord,
  type Instruction,
  type InstructionFlag,
} from '../../../dockerfile/index.ts';

/** A source in the build context that an instruction takes. */
export interface ContextUse {
  readonly kind: 'copy' | 'add' | 'mount';
  /** As written: `./src/`, `$DIR/*.txt`. */
  readonly written: string;
  /** Relative to the context, cleaned, variables filled in (`*` for one whose value is not known); `.` is the whole context. */
  readonly source: string;
  /** First line of the instruction, 1-based. */
  readonly line: number;
}

/** Everything that COPY, ADD and bind mounts of all stages take from the context; stages, images, URLs and heredocs are no part of it. */
export function contextUses(
  model: DockerfileModel,
  escapeCharacter: DockerfileSyntax['escape'],
): readonly ContextUse[] {
  return model.stages.flatMap((stage) =>
    stage.instructions.flatMap((instruction) => {
      const { keyword, flags, startLine: line } = instruction.syntax;
      const use = (kind: ContextUse['kind'], written: string): ContextUse[] => {
        const source = sourceOf(written, instruction, escapeCharacter);
        return source === undefined ? [] : [{ kind, written, source, line }];
      };
      if (keyword === 'run') {
        return flags.flatMap((flag) => bindSource(flag)).flatMap((written) => use('mount', written));
      }
      if (keyword !== 'copy' && keyword !== 'add') return [];
      if (flags.some(({ name }) => name === 'from')) return [];
      return copyWords(instruction)
        .slice(0, -1)
        .filter((word) => !isForeign(word, keyword))
        .flatMap((word) => use(keyword, word));
    }),
  );
}

function copyWords({ syntax }: Instruction): readonly string[] {
  return syntax.json ?? argumentWords(syntax).map(({ text }) => text);
}

/** A heredoc, or (ADD only) something that is fetched. */
function isForeign(word: string, keyword: 'copy' | 'add'): boolean {
  if (/^\d*<<-?["']?[\w.-]/.test(word)) return true;
  return keyword === 'add' && /^(?:[a-z][a-z\d+.-]*:\/\/|[\w.-]+@[\w.-]+:)/i.test(word);
}

/** The source of `--mount=type=bind,source=requirements.txt,target=…` that comes from the context; `type=bind` may be left out. */
function bindSource({ name, value }: InstructionFlag): readonly string[] {
  if (name !== 'mount' || value === undefined) return [];
  const fields = new Map(
    [...value.matchAll(/"([^"]*)"|([^,]+)/g)].map(([, quoted, plain]) => {
      const [key = '', ...rest] = (quoted ?? plain ?? '').split('=');
      return [key.trim().toLowerCase(), rest.join('=')];
    }),
  );
  if ((fields.get('type') ?? 'bind') !== 'bind' || fields.has('from')) return [];
  return [fields.get('source') ?? fields.get('src') ?? '.'];
}

function sourceOf(
  written: string,
  { before }: Instruction,
  escapeCharacter: DockerfileSyntax['escape'],
): string | undefined {
  const first = expandWord(written, before.variables, { escape: escapeCharacter });
  const unknown = Object.fromEntries(first.unset.map((name) => [name, '*']));
  const { text } =
    first.unset.length === 0
      ? first
      : expandWord(written, { ...before.variables, ...unknown }, { escape: escapeCharacter });
  const cleaned = posix.normalize(`/${text}`).slice(1).replace(/\/$/, '');
  return cleaned === '' ? '.' : cleaned;
}
