import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { relocatePython } from './relocate-python.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

/** The places of Debian's python3.11 3.11.2-6 that are edited, and files that go. */
const debian: Readonly<Record<string, string>> = {
  'usr/bin/python3.11': '\x7fELF…dist-packages\0…python3\0dist-packages\0…a dist-packages of text…',
  'usr/include/python3.11/pyconfig.h': '#  include <x86_64-linux-gnu/python3.11/pyconfig.h>\n',
  'usr/include/x86_64-linux-gnu/python3.11/pyconfig.h': '#define HAVE_FORK 1\n',
  'usr/lib/python3.11/EXTERNALLY-MANAGED': '[externally-managed]\n',
  'usr/lib/python3.11/_distutils_system_mod.py': '',
  'usr/lib/python3.11/os.py': '',
  'usr/lib/python3.11/test/support/__init__.py': '',
  'usr/lib/python3.11/sysconfig.py': `            prefix_scheme = 'deb_system'
        else:
            prefix_scheme = 'posix_local'
`,
  'usr/lib/python3.11/site.py': `            if is_virtual_environment:
                sitepackages.append(os.path.join(prefix, "lib",
                                                 "python%d.%d" % sys.version_info[:2],
                                                 "site-packages"))
            sitepackages.append(os.path.join(prefix, "local/lib",
                                             "python%d.%d" % sys.version_info[:2],
                                             "dist-packages"))
        else:
            sitepackages.append(prefix)
            sitepackages.append(os.path.join(prefix, "Lib", "site-packages"))
`,
  'usr/lib/python3.11/ensurepip/__init__.py': `def _bootstrap():
    _ensurepip_is_disabled_in_debian_for_system()
    _disable_pip_configuration_settings()
`,
  'usr/lib/python3.11/_sysconfigdata__x86_64-linux-gnu.py': ` 'DESTLIB': '/usr/lib/python3.11',
 'INSTALL': '/usr/bin/install -c',
 'WHEEL_PKG_DIR': '/usr/share/python-wheels/',
 'prefix': '/usr',
`,
};

function unpacked(files: Readonly<Record<string, string>>): { readonly from: string; readonly to: string } {
  const root = mkdtempSync(join(tmpdir(), 'relocate-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text, 'latin1');
  }
  return { from: root, to: join(root, 'local') };
}

test('Debian’s Python gets the layout of the official images', async () => {
  const { from, to } = unpacked(debian);
  await relocatePython(from, to);
  const read = (path: string): string => readFileSync(join(to, path), 'latin1');
  expect(read('bin/python3.11')).toBe(
    Buffer.from(
      '\x7fELF…site-packages\0…python3\0site-packages\0…a dist-packages of text…',
      'latin1',
    ).toString('latin1'),
  );
  expect(read('include/python3.11/pyconfig.h')).toContain('HAVE_FORK');
  expect(read('lib/python3.11/sysconfig.py')).toContain("prefix_scheme = 'posix_prefix'");
  expect(read('lib/python3.11/site.py')).toBe(`            sitepackages.append(os.path.join(prefix, "lib",
                                                 "python%d.%d" % sys.version_info[:2],
                                                 "site-packages"))
        else:
            sitepackages.append(prefix)
            sitepackages.append(os.path.join(prefix, "Lib", "site-packages"))
`);
  expect(read('lib/python3.11/ensurepip/__init__.py')).not.toContain('disabled_in_debian');
  expect(
    read('lib/python3.11/_sysconfigdata__x86_64-linux-gnu.py'),
  ).toBe(` 'DESTLIB': '/usr/local/lib/python3.11',
 'INSTALL': '/usr/bin/install -c',
 'WHEEL_PKG_DIR': '/usr/local/lib/python3.11/ensurepip/_bundled',
 'prefix': '/usr/local',
`);
  for (const gone of ['EXTERNALLY-MANAGED', '_distutils_system_mod.py', 'test']) {
    expect(() => read(`lib/python3.11/${gone}`)).toThrow(/ENOENT/);
  }
});

test.each([
  [
    'usr/lib/python3.11/sysconfig.py',
    'prefix_scheme = choose()\n',
    /sysconfig\.py does not look as expected/,
  ],
  ['usr/bin/python3.11', '\x7fELF…site-packages\0', /does not carry dist-packages/],
])('a Debian that patches %s otherwise is noticed', async (path, text, message) => {
  const { from, to } = unpacked({ ...debian, [path]: text });
  await expect(relocatePython(from, to)).rejects.toThrow(message);
});
