import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** The name of an instruction as people write it. */
export const instructionName: RegExp =
  /^(?:ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)$/;

/** A RUN whose last line ends with a backslash goes on with the next instruction. */
export const swallowedInstruction: LintRule = {
  id: 'swallowed-instruction',
  severity: 'error',
  title: 'an instruction is part of the RUN above',
  check: ({ model, syntax: { text } }) =>
    instructionsOf(model, 'run').flatMap(({ syntax, commands = [] }) => {
      const limit = syntax.heredocs[0]?.range.start ?? syntax.range.end;
      const range = commands
        .flatMap(({ wordRanges }) => wordRanges)
        .find(
          ({ start, end }) =>
            end < limit &&
            instructionName.test(text.slice(start, end)) &&
            /\n[ \t]*$/.test(text.slice(syntax.range.start, start)),
        );
      if (range === undefined) return [];
      const name = text.slice(range.start, range.end);
      return [
        { range, message: `${name} is read as words of the RUN above, as the line before ends with a \\` },
      ];
    }),
};
