import { nothingToDo, type Rewrite } from './rewrite.ts';
import { changedStart } from './start-text.ts';
import { readToolStage } from './tool-stage.ts';

/** `CMD ["uv", "run", "uvicorn", …]` → `CMD ["uvicorn", …]` with the environment on PATH: the running container needs no installer. */
export const startCommand: Rewrite = {
  id: 'start-command',
  title: 'Start the program itself, not through its installer',
  risk: 'verify',
  propose(dockerfile, facts) {
    const read = readToolStage(dockerfile, facts);
    if (read === undefined || read.obstacles.length > 0 || read.place.kind !== 'fixed') return nothingToDo;
    const { text } = dockerfile.syntax;
    const { instructions, last, judge, stage, tool, place } = read;
    const edits = instructions.flatMap(({ instruction, kind }, position) =>
      instruction.syntax.keyword === 'run' && (position <= last || kind === 'tool')
        ? []
        : changedStart(instruction, text, judge).edits,
    );
    if (edits.length === 0) return nothingToDo;
    const at = instructions[last]?.instruction.syntax.range.end ?? 0;
    const eol = text.includes('\r\n') ? '\r\n' : '\n';
    const isOnPath = stage.after.env['PATH']?.split(':')[0] === `${place.path}/bin`;
    const variables = `${eol}ENV VIRTUAL_ENV=${place.path} PATH="${place.path}/bin:$PATH"`;
    return {
      edits: isOnPath ? edits : [...edits, { range: { start: at, end: at }, newText: variables }],
      reason: `\`${tool} run\` starts what stands in ${place.path}/bin; with that first on PATH the program starts without ${tool}${tool === 'uv' ? ', and nothing is installed when the container starts' : ''}`,
      leftAlone: [],
    };
  },
};
