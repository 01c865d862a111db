import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Document, parse, parseDocument, visit } from 'yaml';
import { checkCompose, proposeCompose, type ServiceNeeds } from './index.ts';

const because = 'of a reason';
const needs: ServiceNeeds = {
  name: 'api',
  buildTarget: { value: 'runtime', because },
  platform: { value: 'linux/amd64', because },
  ports: [8000],
  modelCache: { value: { path: '/models', variable: 'HF_HOME' }, because },
  healthCheck: { value: { kind: 'http', port: 8000, path: '/health', startSeconds: 60 }, because },
  sharedMemory: { value: '1gb', because },
  limits: { value: { memory: '4g', cpus: '2' }, because },
  gpus: { value: 'all', because },
};

const service = fc.record(
  {
    build: fc.constantFrom<unknown>('.', { context: '.' }, { context: '.', args: { A: '1' } }),
    environment: fc.constantFrom<unknown>(null, {}, [], ['A=1', 'B'], { A: 1, B: null }),
    volumes: fc.constantFrom<unknown>(null, [], ['./a:/a'], [{ type: 'bind', source: '.', target: '/b' }]),
    deploy: fc.constantFrom<unknown>(
      { replicas: 2 },
      { resources: { limits: { pids: 9 } } },
      { resources: { reservations: { memory: '1g' } } },
    ),
    command: fc.constantFrom<unknown>('a b', ['a', 'b # c'], 'line one\nline two\n', ' padded: text '),
    labels: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string({ maxLength: 12 }), { maxKeys: 3 }),
  },
  { requiredKeys: ['build'] },
);

const file = fc.record(
  {
    services: fc.record({ api: service, db: fc.constant({ image: 'x' }) }),
    volumes: fc.constantFrom<unknown>(null, {}, { data: null }),
    name: fc.constant('n'),
  },
  { requiredKeys: ['services'] },
);

const spelling = fc.record({
  indent: fc.constantFrom(2, 4),
  indentSeq: fc.boolean(),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  flowDepth: fc.constantFrom(2, 3, 4, 9),
  hasComments: fc.boolean(),
  hasEnd: fc.boolean(),
});

/** The file as somebody may have written it: flow from some depth on, comments before and behind, any line end. */
function written(content: unknown, style: typeof spelling extends fc.Arbitrary<infer T> ? T : never): string {
  const document = new Document(content);
  visit(document, {
    Collection(_, node, path) {
      const depth = path.filter((one) => one !== null && 'key' in one).length;
      if (depth >= style.flowDepth) node.flow = true;
      else if (style.hasComments && depth > 1 && node.items.length > 0) node.comment = ' trailing';
    },
    Scalar(key, node) {
      if (style.hasComments && key === 'key') node.commentBefore = ' above';
    },
  });
  const text = document.toString({
    indent: style.indent,
    indentSeq: style.indentSeq,
    nullStr: '',
    lineWidth: 0,
  });
  return (style.hasEnd ? text : text.replace(/\n$/, '')).replaceAll('\n', style.lineEnd);
}

test('every file gets everything, loses nothing, stays valid, and is left alone the second time', () => {
  fc.assert(
    fc.property(file, spelling, (content, style) => {
      const text = written(content, style);
      // Only what reads back as it was meant is a file to begin with.
      const read = parseDocument(text);
      fc.pre(read.errors.length === 0 && JSON.stringify(read) === JSON.stringify(content));
      const subject = { needs, effective: content.services.api };
      const once = proposeCompose({ previous: text, services: [subject] });
      expect(once.leftAlone).toEqual([]);
      expect(checkCompose(once.content)).toEqual([]);

      const api = parse(once.content).services.api;
      expect(api).toMatchObject({
        build: { context: '.', target: 'runtime' },
        platform: 'linux/amd64',
        deploy: { resources: { limits: { memory: '4g' }, reservations: { devices: [{ count: 'all' }] } } },
      });
      expect(parse(once.content).services.db).toEqual({ image: 'x' });

      // Comments and values are all still there, in their order.
      const words = (value: string): string[] => value.split(/[\s{}[\],]+/).filter(Boolean);
      const left = words(once.content);
      for (const word of words(text)) {
        const at = left.indexOf(word);
        expect([word, at >= 0]).toEqual([word, true]);
        left.splice(0, at + 1);
      }
      const again = proposeCompose({ previous: once.content, services: [{ needs, effective: api }] });
      expect([again.changes, again.content]).toEqual([[], once.content]);
    }),
    { numRuns: 100 },
  );
});
