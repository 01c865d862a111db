import { type PipelineRequest, secretsOf } from './pipeline.ts';
import { shellWord } from './pipeline-text.ts';

/** Defines `tag_of TEXT` in POSIX sh: what a branch is called, as the tag of an image may be written (distribution specification). */
export const tagFunction =
  "tag_of() { printf '%s' \"$1\" | tr -c 'A-Za-z0-9_.-' '-' | sed 's/^[.-]*//' | cut -c 1-128; }";

/** Adds `--secret` to the positional parameters for each secret whose variable has a value. */
export function secretArguments(request: Pick<PipelineRequest, 'images'>): readonly string[] {
  return secretsOf(request).map(
    ({ id, variable }) =>
      `if [ -n "\${${variable}:-}" ]; then set -- "$@" --secret id=${shellWord(id)},env=${variable}; fi`,
  );
}
