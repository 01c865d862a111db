import { posix } from 'node:path';
import { readCondaInstall } from '../conda-command.ts';
import type { DockerfileModel, Instruction, ShellCommand } from '../model.ts';
import { type PipInstall, readPipInstall } from '../pip-command.ts';
import { projectToolOf } from '../project-tool-command.ts';
import { readScriptText } from '../shell-commands.ts';
import { type ContextCopy, contextPathOf, readContextCopy } from './context-paths.ts';
import type { RewriteFacts } from './rewrite.ts';
import { isBlind, type SecretReader } from './secret-readers.ts';

/** Whether a RUN uses a secret: `read` for sure, or `because` of what may read it and is not known here. */
export type SecretUse = 'read' | { readonly because: string } | undefined;

interface Question {
  readonly reader: SecretReader;
  readonly run: Instruction;
  /** Texts of the build context by path; undefined when it was not read. */
  readonly texts: ReadonlyMap<string, string> | undefined;
  readonly copies: readonly ContextCopy[];
  /** Git asks a program for the password, which may read the variable. */
  readonly hasHelper: boolean;
  /** A script of ours, which reads nothing of the kind. */
  readonly pruneScript: string;
  /** How many scripts deep this is. */
  readonly depth: number;
}

/** Does a RUN need a secret: does it name it, run something that names it, or run what nobody can look into? */
export function secretUse(
  run: Instruction,
  reader: SecretReader,
  { model, facts }: { readonly model: DockerfileModel; readonly facts: RewriteFacts },
): SecretUse {
  const { syntax, commands } = run;
  const text = [syntax.value, ...syntax.heredocs.map((one) => one.content)].join('\n');
  if (reader.isNamedIn(text, false)) return 'read';
  const above = chainOf(run, model);
  const question: Question = {
    reader,
    run,
    texts: facts.contextTexts,
    copies: above.flatMap((one) => readContextCopy(one) ?? []),
    hasHelper: above.some((one) => /GIT_ASKPASS|askpass|credential\.helper/i.test(one.syntax.value)),
    pruneScript: facts.pruneScript,
    depth: 0,
  };
  if (commands !== undefined) return useOfCommands(commands, question);
  if (syntax.json !== undefined) return useOfWords(syntax.json, question);
  return syntax.heredocs.length > 0 && /^#!.*\bpython/.test(syntax.heredocs[0]?.content ?? '')
    ? useOfPython('python', ['-c'], question)
    : { because: 'its text is no shell that can be read' };
}

/** What stands above a RUN and in it, in its stage and in those that it grows from. */
function chainOf(run: Instruction, model: DockerfileModel): readonly Instruction[] {
  const chain: Instruction[] = [];
  for (let at: number | undefined = run.stage; at !== undefined; at = model.stages[at]?.baseStage)
    chain.unshift(...(model.stages[at]?.instructions ?? []));
  return chain.slice(0, chain.indexOf(run) + 1);
}

/** Sure use first: one command that reads it settles the question. */
function useOfCommands(commands: readonly ShellCommand[], question: Question): SecretUse {
  const uses = commands.map((command) => useOfCommand(command, question));
  return uses.includes('read') ? 'read' : uses.find((use) => use !== undefined);
}

function useOfCommand(command: ShellCommand, question: Question): SecretUse {
  if (command.inner !== undefined) {
    const { commands } = command.inner;
    // The text of a program that cannot be read names nothing: the words of the RUN were looked at.
    return commands.length === 0
      ? { because: `what \`${command.words[0] ?? ''}\` starts cannot be read` }
      : useOfCommands(commands, question);
  }
  const install = readPipInstall(command);
  if (install !== undefined) return useOfInstall(install, question);
  const conda = readCondaInstall(command);
  if (conda !== undefined) {
    if (question.reader.isReadBy(conda.tool)) return 'read';
    return conda.file === undefined ? undefined : useOfFile(conda.file, question);
  }
  return useOfWords(command.words, question);
}

function useOfWords(all: readonly string[], question: Question): SecretUse {
  const words = all[0] === 'sudo' ? all.slice(1).filter((word) => !word.startsWith('-')) : all;
  const [first = '', ...rest] = words;
  const program = posix.basename(first);
  const { reader, hasHelper } = question;
  if (program === '' || isBlindPython(program, rest, question)) return undefined;
  if (reader.isReadBy(program)) return 'read';
  if (/^(env|printenv|envsubst)$/.test(program)) return { because: `\`${program}\` hands on all variables` };
  if (/^git(-lfs)?$/.test(program))
    return hasHelper ? { because: 'git asks a helper for the password, which may read it' } : undefined;
  if (
    /^(curl|wget|pip[\d.]*|conda|mamba|micromamba|huggingface-cli|hf|gh|aws|gcloud|gsutil|kaggle)$/.test(
      program,
    )
  )
    return undefined;
  if (/^(python|pypy)[\d.]*$/.test(program)) return useOfPython(words.slice(0, 3).join(' '), rest, question);
  if (/^(ba|da|a|z)?sh$|^(source|\.)$/.test(program)) return useOfShell(rest, question);
  if (projectToolOf(first) !== undefined) return useOfTool(words, question);
  if (first.includes('/') || /\.(sh|bash|py)$/.test(first)) {
    const path = contextPath(first, question);
    if (path !== undefined || !first.startsWith('/usr/')) return useOfScript(first, question);
  }
  return isBlind(program) ? undefined : { because: `what \`${program}\` reads is not known here` };
}

/** Pip, and uv, fill in `${NAME}` in requirements files; build backends are programs of the project. */
function useOfInstall(install: PipInstall, question: Question): SecretUse {
  const program = install.tool === 'uv' ? 'uv' : 'pip';
  if (question.reader.isReadBy(program)) return 'read';
  const files = [...install.requirementFiles, ...install.constraintFiles];
  const uses = files.map(({ text }) => useOfFile(text, question));
  if (uses.includes('read')) return 'read';
  const git = [...install.requirements].some(({ text }) => text.includes('git+'));
  if (git && question.hasHelper) return { because: 'git asks a helper for the password, which may read it' };
  const found = uses.find((use) => use !== undefined);
  if (found !== undefined) return found;
  return install.localPaths.length > 0 ? useOfProject('its build', question) : undefined;
}

/** A requirements file with the ones that it includes. */
function useOfFile(word: string, question: Question, seen: readonly string[] = []): SecretUse {
  const path = contextPath(word, question);
  const text = path === undefined ? undefined : question.texts?.get(path);
  if (path === undefined || text === undefined) return { because: `${word} is not at hand, and may name it` };
  if (question.reader.isNamedIn(text, false)) return 'read';
  const included = [...text.matchAll(/^[ \t]*(?:-r|-c|--requirement|--constraint)[ \t=]*([^\s#]+)/gm)].map(
    ([, target = '']) => posix.join(posix.dirname(path), target),
  );
  const uses = included
    .filter((one) => !seen.includes(one))
    .map((one): SecretUse => {
      const inner = question.texts?.get(one);
      if (inner === undefined) return { because: `${one} is not at hand, and may name it` };
      return question.reader.isNamedIn(inner, false)
        ? 'read'
        : useOfFile(`/${one}`, { ...question, copies: wholeContext(question.run) }, [...seen, path, one]);
    });
  return uses.includes('read') ? 'read' : uses.find((use) => use !== undefined);
}

/** The build context, as though it lay at `/`. */
function wholeContext(instruction: Instruction): readonly ContextCopy[] {
  return [{ instruction, sources: ['.'], destination: '/', isBroad: true }];
}

/** Code of the project that names it; where nothing does, a library may read it. */
function useOfProject(what: string, { reader, texts }: Question): SecretUse {
  if (texts === undefined) return { because: `${what} runs code that was not read` };
  const code = [...texts].filter(([path]) => !/\.(ba)?sh$|\.(txt|in)$/.test(path));
  const naming = code.find(([, text]) => reader.isNamedIn(text, true))?.[0];
  if (naming !== undefined) return { because: `${what} may read it: ${naming} names it` };
  return reader.isUnnamed
    ? { because: `nothing here names it, so a library that ${what} loads may read it` }
    : undefined;
}

/** Importing and making an environment ask nobody for anything, and the script that takes files out of an environment loads nothing. */
function isBlindPython(program: string, rest: readonly string[], { pruneScript }: Question): boolean {
  if (!/^(python|pypy)[\d.]*$/.test(program)) return false;
  const at = rest.findIndex((word) => !word.startsWith('-') || word === '-c');
  if (rest[at] === '-c') return /^(\s*(import|from)\s[^;\n]*[;\n]?)+$/.test(rest[at + 1] ?? '');
  if (rest[at - 1] === '-m') return rest[at] === 'venv';
  return posix.basename(rest[at] ?? '') === posix.basename(pruneScript);
}

function useOfPython(what: string, rest: readonly string[], question: Question): SecretUse {
  const at = rest.findIndex((word) => !word.startsWith('-') || word === '-m' || word === '-c');
  const word = rest[at] ?? '';
  if (word === '-m') {
    const name = (rest[at + 1] ?? '').replaceAll('.', '/');
    if (/^(venv|virtualenv|ensurepip|compileall|pip|site|sysconfig)$/.test(name)) return undefined;
    const own = [...(question.texts ?? [])].filter(([path]) =>
      [`${name}.py`, `${name}/__main__.py`, `${name}/__init__.py`].some((one) => path.endsWith(one)),
    );
    if (own.some(([, text]) => question.reader.isNamedIn(text, true))) return 'read';
    return useOfProject(`\`${what}\``, question);
  }
  if (word.endsWith('.py')) return useOfScript(word, question);
  // A text that stands in the RUN, and names nothing.
  if (word === '-c' || word === '') return useOfProject('`python`', question);
  return useOfScript(word, question);
}

/** `bash install.sh`, `source activate.sh`. */
function useOfShell(rest: readonly string[], question: Question): SecretUse {
  const script = rest.find((word) => !word.startsWith('-'));
  if (script === undefined)
    return rest.length === 0 ? { because: 'what the shell is fed is not read here' } : undefined;
  if (/(^|\/)(activate|conda\.sh|setup\.bash|nvm\.sh|bash_completion|\.bashrc|\.profile|env)$/.test(script))
    return undefined;
  return useOfScript(script, question);
}

function useOfScript(word: string, question: Question): SecretUse {
  if (posix.basename(word) === posix.basename(question.pruneScript)) return undefined;
  const path = contextPath(word, question);
  const text = path === undefined ? undefined : question.texts?.get(path);
  if (path === undefined || text === undefined) return { because: `${word} is not at hand, and may read it` };
  const isCode = !/\.(ba|z)?sh$/.test(path) && !/^#!.*sh\b/.test(text);
  if (question.reader.isNamedIn(text, isCode)) return 'read';
  if (isCode) return useOfProject(`\`${word}\``, question);
  const commands = question.depth < 4 ? readScriptText(text) : undefined;
  const use: SecretUse =
    commands === undefined
      ? { because: 'is no shell that can be read' }
      : useOfCommands(commands, { ...question, depth: question.depth + 1 });
  return use === undefined || use === 'read' ? use : { because: `${path}: ${use.because}` };
}

/** Installers read the project's manifest, and start its programs. */
function useOfTool(words: readonly string[], question: Question): SecretUse {
  return useOfProject(`\`${words.slice(0, 2).join(' ')}\``, question);
}

/** The file of the build context behind a word; behind a `cd` the one of that name, if there is but one. */
function contextPath(word: string, { run, copies, texts }: Question): string | undefined {
  const path = contextPathOf(posix.resolve('/', run.before.workdir ?? '/', word), copies);
  if (path !== undefined && texts?.has(path) === true) return path;
  const name = posix.basename(word);
  const [found, other] = [...(texts?.keys() ?? [])].filter((one) => posix.basename(one) === name);
  return other === undefined ? found : undefined;
}
