import { describe, expect, test } from 'vitest';
import { type DistributionSpec, requestedOf, subjectOf, usesOf } from './fixtures/subject-of.ts';
import { describeDependencies } from './index.ts';

type Signs = Parameters<typeof usesOf>[0];

function useOf(name: string, spec: Readonly<Record<string, DistributionSpec>>, signs: Signs) {
  const report = describeDependencies(
    subjectOf(spec, { requested: requestedOf(Object.keys(spec)), uses: usesOf(signs) }),
  );
  const row = report.distributions.find((one) => one.name === name);
  return { use: row?.use, evidence: row?.evidence[0], findings: report.findings };
}

const at = (name: string, place = 'app.py:3'): ReadonlyMap<string, string> => new Map([[name, place]]);
const imports = (module: string, ...names: readonly string[]): Signs => ({
  imports: { 'app.py': [{ module, names }] },
});
const calls = (name: string): Signs => ({ calls: at(name) });
const schemes = (name: string, place?: string): Signs => ({ signs: { schemes: at(name, place) } });
const strings = (name: string): Signs => ({ signs: { strings: at(name) } });
const settings = (name: string, value: string): Signs => ({
  signs: { settings: new Map([[name, [{ value, place: 'Dockerfile:6' }]]]) },
});

describe('what others load for the application is used', () => {
  test.each<[string, readonly string[], Signs, string]>([
    ['python-multipart', ['fastapi'], imports('fastapi', 'Form'), 'forms'],
    ['python-multipart', ['starlette'], imports('starlette.datastructures', 'UploadFile'), 'uploads'],
    ['jinja2', ['fastapi'], imports('fastapi.templating', 'Jinja2Templates'), 'templates'],
    ['jinja2', ['starlette'], imports('starlette.templating'), 'templates of Starlette alone'],
    ['itsdangerous', ['starlette'], imports('starlette.middleware.sessions'), 'sessions'],
    ['email-validator', ['pydantic'], imports('pydantic', 'EmailStr'), 'pydantic[email]'],
    ['orjson', ['fastapi'], imports('fastapi.responses', 'ORJSONResponse'), 'a response'],
    ['psycopg2-binary', ['sqlalchemy'], schemes('postgresql+psycopg2'), 'a dialect with its driver'],
    ['psycopg2-binary', ['sqlalchemy'], schemes('postgresql', '.env:1'), 'a dialect by its default driver'],
    ['asyncpg', ['sqlalchemy'], schemes('postgresql+asyncpg'), 'an asynchronous driver'],
    ['pymysql', ['sqlalchemy'], schemes('mysql+pymysql', 'compose.yaml (web)'), 'another server'],
    ['pyodbc', ['sqlalchemy'], schemes('mssql+pyodbc'), 'a driver of ODBC'],
    ['psycopg2-binary', ['django'], strings('django.db.backends.postgresql'), 'an engine of Django'],
    ['mysqlclient', ['django'], strings('django.db.backends.mysql'), 'another engine'],
    ['argon2-cffi', ['django'], strings('django.contrib.auth.hashers.argon2passwordhasher'), 'a hasher'],
    ['pillow', ['django'], calls('ImageField'), 'a field for pictures'],
    ['openpyxl', ['pandas'], calls('read_excel'), 'a workbook'],
    ['xlrd', ['pandas'], calls('read_excel'), 'a workbook of old'],
    ['pyarrow', ['pandas'], calls('to_parquet'), 'Parquet'],
    ['fastparquet', ['pandas'], calls('read_parquet'), 'Parquet by the other engine'],
    ['lxml', ['pandas'], calls('read_html'), 'a page'],
    ['tables', ['pandas'], calls('read_hdf'), 'HDF'],
    ['sqlalchemy', ['pandas'], calls('to_sql'), 'a table of a database'],
    ['netcdf4', ['xarray'], calls('open_dataset'), 'an engine of xarray'],
    ['kaleido', ['plotly'], calls('write_image'), 'a picture'],
    ['lxml', ['beautifulsoup4'], strings('lxml'), 'a parser by its name'],
    ['s3fs', ['pandas'], schemes('s3'), 'a bucket'],
    ['gcsfs', ['fsspec'], schemes('gs'), 'a bucket of another cloud'],
    ['adlfs', ['dask'], schemes('abfs'), 'a third one'],
    ['redis', ['celery'], schemes('redis'), 'a broker'],
    ['eventlet', ['celery'], strings('eventlet'), 'a pool of workers'],
    ['sentencepiece', ['transformers'], calls('from_pretrained'), 'a slow tokenizer'],
    ['accelerate', ['transformers'], calls('from_pretrained'), 'a device map'],
    ['protobuf', ['transformers'], calls('pipeline'), 'the conversion of a tokenizer'],
    ['torch', ['transformers'], calls('from_pretrained'), 'models run on it'],
    ['tensorflow-cpu', ['keras'], imports('keras'), 'the backend that Keras takes unasked'],
    ['jax', ['keras'], settings('KERAS_BACKEND', 'jax'), 'the chosen backend'],
    ['pyqt5', ['matplotlib'], settings('MPLBACKEND', 'qt5agg'), 'a backend for windows'],
    ['tornado', ['matplotlib'], strings('webagg'), 'a backend that serves'],
    ['hf-transfer', ['huggingface-hub'], settings('HF_HUB_ENABLE_HF_TRANSFER', '1'), 'a switch'],
    ['uvicorn', ['gunicorn'], { started: ['gunicorn'] }, 'its worker class'],
    ['opentelemetry-distro', [], { started: ['opentelemetry-instrument'] }, 'entry points at its start'],
  ])('%s beside %j, of %j: %s', (name, hosts, signs) => {
    const all = Object.fromEntries([name, ...hosts].map((one) => [one, {}]));
    const { use, evidence, findings } = useOf(name, all, signs);
    expect(use, evidence).toBe('used');
    expect(
      findings.filter(({ kind, distributions }) => kind === 'unused' && distributions.includes(name)),
    ).toEqual([]);
    // Without the sign, or without whoever would load it, it is not.
    expect(useOf(name, all, {}).use).not.toBe('used');
    if (hosts.length > 0) expect(useOf(name, { [name]: {} }, signs).use).not.toBe('used');
  });

  test('tensorflow is not where another backend of Keras is chosen', () => {
    const signs = { ...imports('keras'), ...settings('KERAS_BACKEND', 'jax') };
    expect(useOf('tensorflow-cpu', { keras: {}, 'tensorflow-cpu': {} }, signs).use).toBe('unused');
  });

  test.each<[string, DistributionSpec, Signs, string]>([
    [
      'a dialect that it registers',
      { entryPoints: { 'sqlalchemy.dialects': ['bigquery'] } },
      schemes('bigquery'),
      'used',
    ],
    [
      'one with a driver',
      { entryPoints: { 'sqlalchemy.dialects': ['postgresql.tool'] } },
      schemes('postgresql+tool'),
      'used',
    ],
    [
      'a file system that it registers',
      { entryPoints: { 'fsspec.specs': ['tool'] } },
      schemes('tool'),
      'used',
    ],
    ['another one', { entryPoints: { 'fsspec.specs': ['tool'] } }, schemes('s3'), 'doubtful'],
    [
      'a class of a module',
      { paths: ['tool/__init__.py', 'tool/cache.py'] },
      { signs: { loads: at('tool.cache.RedisCache') } },
      'used',
    ],
    ['a class of the package', {}, { signs: { loads: at('tool.Middleware') } }, 'used'],
    ['an application of Django', {}, { signs: { loads: at('tool') } }, 'used'],
    ['a file is none', {}, { signs: { loads: at('tool.json') } }, 'unused'],
    ['a model by its package', { modules: ['en_core_web_sm'] }, { strings: at('en_core_web_sm') }, 'used'],
    ['a plain word', {}, { strings: at('tool') }, 'doubtful'],
  ])('%s: %j, %j: %s', (_, spec, signs, use) => {
    expect(useOf('tool', { tool: spec }, signs).use).toBe(use);
  });

  test('what only tests show is for development', () => {
    const signs: Signs = { imports: { 'app.py': ['fastapi'], 'tests/a.py': ['fastapi.testclient'] } };
    expect(useOf('httpx', { fastapi: {}, httpx: {} }, signs).use).toBe('development');
  });

  test('a pickled model is a doubt, since nothing tells what was pickled', () => {
    const { use, findings } = useOf('scikit-learn', { 'scikit-learn': {} }, imports('pickle'));
    expect(use).toBe('doubtful');
    expect(findings.find(({ kind }) => kind === 'unused')?.doubts[0]).toBe(
      'app.py:1 imports pickle: what was pickled imports it when it is loaded',
    );
  });

  test('what nobody asked for by name is only required', () => {
    const report = describeDependencies(
      subjectOf(
        { web: { requires: ['fastapi', 'jinja2'] }, fastapi: {}, jinja2: {} },
        {
          requested: requestedOf(['web']),
          uses: usesOf({ imports: { 'app.py': ['web', 'fastapi.templating'] } }),
        },
      ),
    );
    expect(report.distributions.find(({ name }) => name === 'jinja2')?.use).toBe('required');
  });
});
