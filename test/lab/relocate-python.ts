import { chmod, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../src/base/index.ts';

/**
 * Turns Debian's CPython 3.11, unpacked below `from`, into the layout of the official Python images
 * (`bin`, `lib/python3.11`, `include` below `to`, which becomes `/usr/local`). An interpreter finds its prefix by
 * looking for `lib/python3.11/os.py` beside itself, so moving the tree is enough; what Debian patched
 * (`dist-packages`, no `ensurepip`, `EXTERNALLY-MANAGED`) is put back to what CPython does.
 * Rejects with a `UserError` when Debian's patches do not look as expected.
 */
export async function relocatePython(from: string, to: string): Promise<void> {
  const library = join(to, 'lib', 'python3.11');
  for (const folder of ['bin', 'lib', 'include']) await mkdir(join(to, folder), { recursive: true });
  await rename(join(from, 'usr/bin/python3.11'), join(to, 'bin/python3.11'));
  await rename(join(from, 'usr/lib/python3.11'), library);
  await rename(join(from, 'usr/include/python3.11'), join(to, 'include/python3.11'));
  // Debian keeps the real pyconfig.h in a folder for each architecture; pyconfig.h itself only points there.
  await cp(
    join(from, 'usr/include/x86_64-linux-gnu/python3.11/pyconfig.h'),
    join(to, 'include/python3.11/pyconfig.h'),
  );
  await removeDebianParts(library);
  for (const edit of edits) await applyEdit(library, edit);
  await renameFrozenFolder(join(to, 'bin/python3.11'));
  await chmod(join(to, 'bin/python3.11'), 0o755);
}

/**
 * CPython 3.11 carries `site` frozen inside the interpreter, so the edit of site.py alone changes nothing:
 * the name of the folder is replaced there too. Both names are 13 bytes long.
 */
async function renameFrozenFolder(interpreter: string): Promise<void> {
  const program = await readFile(interpreter);
  let found = 0;
  for (let at = program.indexOf(frozen.before); at !== -1; at = program.indexOf(frozen.before, at)) {
    program.write(frozen.after, at, 'latin1');
    found += 1;
  }
  if (found === 0) {
    throw new UserError(`Debian's python3.11 does not carry dist-packages in its frozen modules.`, {
      hint: 'The Python packages of Debian have changed; adapt test/lab/relocate-python.ts.',
    });
  }
  await writeFile(interpreter, program);
}

const frozen = { before: 'dist-packages\0', after: 'site-packages\0' };

async function removeDebianParts(library: string): Promise<void> {
  const unwanted = [
    'EXTERNALLY-MANAGED',
    'sitecustomize.py',
    '_distutils_system_mod.py',
    'test',
    'config-3.11-x86_64-linux-gnu/libpython3.11.a',
    'config-3.11-x86_64-linux-gnu/libpython3.11-pic.a',
    'config-3.11-x86_64-linux-gnu/libpython3.11.so',
  ];
  for (const name of unwanted) await rm(join(library, name), { recursive: true, force: true });
  await mkdir(join(library, 'site-packages'), { recursive: true });
}

interface Edit {
  readonly file: string;
  readonly find: RegExp;
  readonly replace: string;
}

const edits: readonly Edit[] = [
  // The scheme that pip and setuptools install by: site-packages instead of local/lib/…/dist-packages.
  { file: 'sysconfig.py', find: /prefix_scheme = 'posix_local'/, replace: "prefix_scheme = 'posix_prefix'" },
  // getsitepackages(): `lib/python3.11/site-packages` below every prefix, and nothing of Debian's.
  {
    file: 'site.py',
    find: /( +)if is_virtual_environment:\n\s+(sitepackages\.append\(os\.path\.join\(prefix, "lib",\n[^\n]*\n[^\n]*"site-packages"\)\))[\s\S]*?\n( +else:\n +sitepackages\.append\(prefix\))/,
    replace: '$1$2\n$3',
  },
  {
    file: 'ensurepip/__init__.py',
    find: /^ {4}_ensurepip_is_disabled_in_debian_for_system\(\)\n/m,
    replace: '',
  },
  // The prefix as it was built; sysconfig itself asks the running interpreter.
  {
    file: '_sysconfigdata__x86_64-linux-gnu.py',
    find: /'\/usr(?=['/])(?!\/bin\/(?:install|dtrace)|\/share\/zoneinfo|\/share\/python-wheels)/g,
    replace: "'/usr/local",
  },
  {
    file: '_sysconfigdata__x86_64-linux-gnu.py',
    find: /\/usr\/share\/python-wheels\//g,
    replace: '/usr/local/lib/python3.11/ensurepip/_bundled',
  },
];

async function applyEdit(library: string, edit: Edit): Promise<void> {
  const path = join(library, edit.file);
  const before = await readFile(path, 'utf8');
  const after = before.replace(edit.find, edit.replace);
  if (after === before) {
    throw new UserError(
      `Debian's ${edit.file} does not look as expected: ${edit.find.source} is not in it.`,
      {
        hint: 'The Python packages of Debian have changed; adapt test/lab/relocate-python.ts.',
      },
    );
  }
  await writeFile(path, after);
}
