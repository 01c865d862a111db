import { describe, expect, test } from 'vitest';
import { readEnvironmentFile, wantedDistributions } from '../index.ts';

const read = (path: string, text: string) => {
  const file = readEnvironmentFile({ path, text });
  if (file === undefined) throw new Error(`${path} is not known`);
  return file;
};

/** `LINE GROUPS REQUIREMENT`, of the wanted groups. */
const found = (path: string, text: string, isWanted: (group: string) => boolean = () => true) =>
  wantedDistributions(read(path, text), { isWanted }).map(
    ({ line, groups, name, extras, specifier, marker, place }) =>
      `${line} ${groups.join('+')} ${name}${extras.length > 0 ? `[${extras.join(',')}]` : ''}${specifier ?? ''}` +
      `${place === undefined ? '' : ` @ ${place.target}`}${marker === undefined ? '' : ` ; ${marker}`}`,
  );

describe('what a manifest asks for, and where', () => {
  test('PEP 621 with extras, and the groups of PEP 735, uv and PDM', () => {
    const text =
      '[project]\ndependencies = [\n  "torch>=2.2",\n]\n[project.optional-dependencies]\ngpu = ["triton"]\nx = ["y"]\n' +
      '[dependency-groups]\ndev = ["pytest", {include-group = "lint"}]\nlint = ["ruff<1"]\n[tool.uv]\ndev-dependencies = ["ruff"]\n[tool.pdm.dev-dependencies]\ndoc = ["sphinx"]\n';
    expect(found('pyproject.toml', text, (group) => group !== 'extra:x')).toEqual([
      '3 main torch>=2.2',
      '6 extra:gpu triton',
      '9 dev pytest',
      '10 dev+lint ruff<1',
      '12 dev ruff',
      '14 doc sphinx',
    ]);
  });

  test('a project that asks for itself has what its extras have', () => {
    const text =
      '[project]\nname = "Scores"\ndependencies = ["numpy"]\n[project.optional-dependencies]\ngpu = ["triton"]\nplots = ["plotly"]\n' +
      'all = ["scores[gpu,plots]"]\nloop = ["scores[loop]"]\n[dependency-groups]\ntest = ["pytest", "scores[plots]"]\n';
    expect(read('pyproject.toml', text).projectName).toBe('scores');
    expect(found('pyproject.toml', text)).toEqual([
      '3 main numpy',
      '5 extra:gpu+extra:all triton',
      '6 extra:plots+extra:all+test plotly',
      '10 test pytest',
    ]);
  });

  test('Poetry: its signs are put as PEP 440 says them', () => {
    const text =
      '[tool.poetry.dependencies]\npython = "^3.11"\na = "^1.2.3"\nb = "^0.2"\nc = "~1.4"\nd = "2.0"\ne = "*"\n' +
      'f = { version = ">=1,<3", extras = ["x", "y"], markers = "sys_platform == \'linux\'" }\ng = { path = "../g" }\nh = { version = "1", optional = true }\n' +
      '[tool.poetry.group.dev.dependencies]\npytest = "^8"\na = "^1.2.3"\n[tool.poetry.group.dev.dependencies.black]\nversion = "24"\n';
    expect(found('pyproject.toml', text)).toEqual([
      '3 main a>=1.2.3,<2',
      '4 main b>=0.2,<0.3',
      '5 main c>=1.4,<1.5',
      '6 main d==2.0',
      '7 main e',
      "8 main f[x,y]>=1,<3 ; sys_platform == 'linux'",
      '9 main g @ ../g',
      '12 dev pytest>=8,<9',
      '13 dev a>=1.2.3,<2',
      '14 dev black==24',
    ]);
  });

  test('a Pipfile: categories, versions as Pipenv takes them, and variables of markers as keys', () => {
    const text = `[[source]]
url = "https://pypi.org/simple"
[packages]
flask = "==3.0"
"zope.interface" = "6.0"
torch = { version = ">=2.2, <3", extras = ["opt-einsum"], markers = "os_name == 'posix' or os_name == 'nt'", sys_platform = "== 'linux'" }
tool = { git = "https://host/tool.git" }
[dev-packages]
pytest = "*"
[docs]
sphinx = "*"
[requires]
python_version = "3.11"
`;
    expect(found('api/Pipfile', text)).toEqual([
      '4 main flask==3.0',
      '5 main zope-interface==6.0',
      "6 main torch[opt-einsum]>=2.2,<3 ; (os_name == 'posix' or os_name == 'nt') and sys_platform == 'linux'",
      '7 main tool @ https://host/tool.git',
      '9 dev pytest',
      '11 docs sphinx',
    ]);
    expect(read('Pipfile', text)).toMatchObject({
      requiresPython: '==3.11.*',
      indexUrls: ['https://pypi.org/simple'],
    });
  });

  test.each(['pyproject.toml', 'Pipfile', 'uv.lock', 'Pipfile.lock'])(
    '%s that cannot be read is a problem',
    (path) => {
      expect(read(`api/${path}`, '[').problems).toEqual([
        { path: `api/${path}`, line: expect.any(Number), message: expect.any(String) },
      ]);
    },
  );
});

describe('indexes stand in the place of the default one, or beside it', () => {
  test.each<[path: string, text: string, own: readonly string[], beside: readonly string[], why: string]>([
    [
      'pyproject.toml',
      '[[tool.uv.index]]\nname = "torch"\nurl = "https://a/"\nexplicit = true\n',
      [],
      ['https://a/'],
      'uv',
    ],
    [
      'pyproject.toml',
      '[[tool.uv.index]]\nurl = "https://a/"\ndefault = true\n',
      ['https://a/'],
      [],
      'uv, told to',
    ],
    [
      'pyproject.toml',
      '[tool.uv]\nindex-url = "https://a/"\nextra-index-url = ["https://b/"]\n',
      ['https://a/'],
      ['https://b/'],
      'uv as pip',
    ],
    [
      'pyproject.toml',
      '[[tool.pdm.source]]\nname = "pypi"\nurl = "https://a/"\n[[tool.pdm.source]]\nname = "b"\nurl = "https://b/"\n',
      ['https://a/'],
      ['https://b/'],
      'PDM: one of PyPI’s name replaces it',
    ],
    [
      'pyproject.toml',
      '[[tool.poetry.source]]\nname = "a"\nurl = "https://a/"\n[[tool.poetry.source]]\nname = "b"\nurl = "https://b/"\npriority = "explicit"\n',
      ['https://a/'],
      ['https://b/'],
      'Poetry: by priority',
    ],
    [
      'poetry.lock',
      '[[package]]\nname = "a"\nversion = "1"\n[[package]]\nname = "b"\nversion = "1"\n[package.source]\ntype = "legacy"\nurl = "https://b/"\n[metadata]\n',
      [],
      ['https://b/'],
      'Poetry: a package without a source is of PyPI',
    ],
    [
      'poetry.lock',
      '[[package]]\nname = "b"\nversion = "1"\n[package.source]\ntype = "legacy"\nurl = "https://b/"\n[metadata]\n',
      ['https://b/'],
      [],
      'Poetry: all of one mirror',
    ],
  ])('%s %#', (path, text, own, beside) => {
    const { indexUrls, extraIndexUrls = [] } = read(path, text);
    expect([indexUrls, extraIndexUrls]).toEqual([own, beside]);
  });
});
