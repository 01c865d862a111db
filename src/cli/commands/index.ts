import type { CliCommand } from '../command.ts';
import { audit } from './audit.ts';
import { check } from './check.ts';
import { ci } from './ci.ts';
import { compare } from './compare.ts';
import { compose } from './compose.ts';
import { deps } from './deps.ts';
import { ignore } from './ignore.ts';
import { lint } from './lint.ts';
import { push } from './push.ts';
import { shrink } from './shrink.ts';
import { slim } from './slim.ts';

/** Every verb, in the order in which `--help` shows them. */
export const commands: readonly CliCommand[] = [
  slim,
  audit,
  shrink,
  compare,
  check,
  push,
  ci,
  deps,
  ignore,
  lint,
  compose,
];
