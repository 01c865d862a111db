/*
 * A Dockerfile's instructions, for finding the one that an engine names. A step name is the instruction with its continuation
 * lines joined and, where the engine knows them, its variables filled in:
 *
 *   RUN echo "building" && \            line 4
 *       # a comment
 *       pip install -r $FILE            [builder 3/3] RUN echo "building" &&     pip install -r dev.txt
 *   RUN <<EOF                           [2/3] RUN <<EOF (apt-get update...)
 *   apt-get update
 *   EOF
 */

interface WrittenInstruction {
  readonly line: number;
  readonly text: string;
  /** Names that an engine may give the stage it stands in. */
  readonly stage: readonly string[];
}

/** The 1-based first line of the instruction that `stepName` names, or undefined when none or no single one fits. */
export function findInstructionLine(dockerfile: string, stepName: string): number | undefined {
  const { stage, instruction } = splitStepName(stepName);
  if (instruction === '') return undefined;
  const written = writtenInstructions(dockerfile);
  const tests = [fitsExactly, fits, copiesFrom];
  const fitting = tests
    .map((test) => written.filter(({ text }) => test(text, instruction)))
    .find((found) => found.length > 0);
  if (fitting === undefined) return undefined;
  const inStage = fitting.filter((found) => stage === undefined || found.stage.includes(stage));
  const candidates = inStage.length > 0 ? inStage : fitting;
  return candidates.length === 1 ? candidates[0]?.line : undefined;
}

/** `[builder 3/6] RUN x` (BuildKit), `[1/2 3/6] RUN x` (Podman, stage 1 of 2), `[internal] load metadata for docker.io/library/python:3.11`. */
function splitStepName(stepName: string): { stage: string | undefined; instruction: string } {
  const metadata = /^(?:\[internal\] )?load metadata for (.+)$/.exec(stepName)?.[1];
  if (metadata !== undefined) return { stage: undefined, instruction: `FROM ${shortImageName(metadata)}` };
  if (stepName.startsWith('FROM ')) {
    return { stage: undefined, instruction: `FROM ${shortImageName(stepName.slice('FROM '.length))}` };
  }
  const match = /^\[(?:([^\]\s]+) )?\d+(?:\/\d+)?\] (.*)$/s.exec(stepName);
  if (match === null) return { stage: undefined, instruction: '' };
  const numbered = /^(\d+)\/\d+$/.exec(match[1] ?? '')?.[1];
  const stage = numbered === undefined ? match[1] : `stage-${Number(numbered) - 1}`;
  return { stage, instruction: match[2] ?? '' };
}

function shortImageName(image: string): string {
  return image.replace(/^docker\.io\/(?:library\/)?/, '').replace(/@sha256:.*$/, '');
}

function fitsExactly(written: string, named: string): boolean {
  return fits(written.replace(/\$/g, '\0'), named);
}

function fits(written: string, named: string): boolean {
  const [source, target] = [squeeze(written), squeeze(named)];
  if (source.startsWith('FROM ')) {
    const image = /^FROM (?:--\S+ )*(\S+)/.exec(source)?.[1] ?? '';
    const wanted = target.replace(/^FROM /, '').replace(/ AS \S+$/i, '');
    return target.startsWith('FROM ') && matchesWithVariables(shortImageName(image), shortImageName(wanted));
  }
  if (source.includes('<<') && target.startsWith(`${source} (`)) return true;
  return matchesWithVariables(source, target);
}

/** `COPY --from=nginx:latest …` is what makes BuildKit load an image that no FROM names; it adds `:latest` itself. */
function copiesFrom(written: string, named: string): boolean {
  const image = /\s--from=(\S+)/.exec(written)?.[1] ?? '';
  const wanted = /^FROM (\S+)$/.exec(named)?.[1];
  return wanted !== undefined && [image, `${image}:latest`].some((name) => shortImageName(name) === wanted);
}

/** Equal, where `$NAME` and `${NAME…}` of the source stand for anything. */
function matchesWithVariables(source: string, target: string): boolean {
  const parts = source.split(/\$\{[^}]*\}|\$\w+/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return source === target || new RegExp(`^${parts.join('.*')}$`, 's').test(target);
}

/** White space runs become one space, the keyword upper case. */
function squeeze(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^\w+/, (keyword) => keyword.toUpperCase());
}

function writtenInstructions(dockerfile: string): WrittenInstruction[] {
  const escapeCharacter = /^#[ \t]*escape[ \t]*=[ \t]*`/im.test(dockerfile) ? '`' : '\\';
  const lines = dockerfile.split(/\r?\n/);
  const found: WrittenInstruction[] = [];
  let stage: readonly string[] = [];
  let stageCount = 0;
  for (let at = 0; at < lines.length; at += 1) {
    if (/^\s*(?:#|$)/.test(lines[at] ?? '')) continue;
    const first = at;
    const parts: string[] = [];
    let isOpen = true;
    for (; isOpen && at < lines.length; at += 1) {
      const line = lines[at] ?? '';
      if (/^\s*(?:#|$)/.test(line) && at > first) continue;
      isOpen = line.trimEnd().endsWith(escapeCharacter);
      parts.push(isOpen ? line.trimEnd().slice(0, -1) : line);
    }
    const text = parts.join('');
    if (/^\s*from\s/i.test(text)) {
      const alias = /\sas\s+(\S+)\s*$/i.exec(text)?.[1]?.toLowerCase();
      stage = alias === undefined ? [`stage-${stageCount}`] : [alias, `stage-${stageCount}`];
      stageCount += 1;
    }
    found.push({ line: first + 1, text, stage });
    at = afterHeredocs(lines, at, text) - 1;
  }
  return found;
}

function afterHeredocs(lines: readonly string[], start: number, text: string): number {
  if (!/^\s*(?:run|copy|add)\s/i.test(text)) return start;
  let at = start;
  for (const [, dash, , name] of text.matchAll(/<<(-?)(["']?)([A-Za-z_]\w*)\2/g)) {
    const isEnd = (line: string): boolean => (dash === '-' ? line.replace(/^\t+/, '') : line) === name;
    const end = lines.findIndex((line, index) => index >= at && isEnd(line));
    if (end !== -1) at = end + 1;
  }
  return at;
}
