import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { leftContexts, plimsoll, projectOf } from './run-cli.ts';

const reportSchema = z.object({
  comparison: z.object({
    total: z.object({
      fat: z.object({ contentBytes: z.number() }),
      lean: z.object({ contentBytes: z.number() }),
    }),
  }),
  edits: z.array(z.object({ id: z.string(), state: z.string(), why: z.string().optional() })),
  verification: z.object({
    verdict: z.string(),
    requests: z.array(z.object({ probe: z.string(), outcome: z.string() })),
  }),
});

const dockerfile = `FROM python:3.11
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt
EXPOSE 8080
CMD ["python", "app.py"]
`;

/** A service of the standard library: `answer` gives what `self.path` gets, after `setUp` has run. */
function service(setUp: string, answer: string): string {
  return `import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

import orjson

${setUp}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        ${answer}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(orjson.dumps(body))


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
HTTPServer(("0.0.0.0", 8080), Handler).serve_forever()
`;
}

describe.skipIf(inject('lab') === undefined)(`a lean image that differs ${inject('noLabBecause')}`, () => {
  test('gets back the data that only a computed name leads to', async () => {
    const rows = Array.from({ length: 90_000 }, (_, row) => `R${row},${(row / 7).toFixed(6)}`);
    const project = projectOf({
      Dockerfile: dockerfile,
      'requirements.txt': 'orjson\n',
      'app.py': service(
        `with open(os.path.join("/app", "ta" + "bles", "rates" + ".csv")) as source:
    rates = dict(line.strip().split(",") for line in source)`,
        'body = {"rate": rates["R7"], "path": self.path}',
      ),
      'tables/rates.csv': `${rows.join('\n')}\n`,
    });
    const { code, stdout, stderr } = await plimsoll(['slim', project, '--probe', '/rates', '--json']);

    expect(code, stderr).toBe(0);
    const report = reportSchema.parse(JSON.parse(stdout));
    const takenBack = report.edits.filter(({ state }) => state === 'taken back');
    expect(takenBack.map(({ id }) => id)).toEqual(['dockerignore']);
    expect(takenBack[0]?.why).toMatch(/No such file or directory: .*tables\/rates\.csv/);
    expect(stderr).toMatch(/^Taken back: dockerignore, because .*rates\.csv/m);
    expectSame(report.verification, ['GET /rates']);
    // All other edits stay.
    expect(report.edits).toContainEqual(expect.objectContaining({ id: 'slim-base', state: 'applied' }));
    expect(report.comparison.total.lean.contentBytes).toBeLessThan(
      report.comparison.total.fat.contentBytes / 2,
    );
    expect(existsSync(join(project, '.plimsoll/lean/.dockerignore'))).toBe(false);
    expect(leftContexts(project)).toEqual([]);
  });

  test('gets back a program that only a computed name leads to', async () => {
    const project = projectOf({
      Dockerfile: dockerfile,
      'requirements.txt': 'orjson\n',
      'app.py': service(
        'program = "g" + "it"',
        `body = ["up"]
        if self.path == "/version":
            body = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout`,
      ),
    });
    const { code, stdout, stderr } = await plimsoll(['slim', project, '--probe', '/version', '--json']);

    expect(code, stderr).toBe(0);
    const report = reportSchema.parse(JSON.parse(stdout));
    expectSame(report.verification, ['GET /version']);
    const lean = readFileSync(join(project, '.plimsoll/lean/Dockerfile'), 'utf8');
    expect(lean).toMatch(/apt-get install[^&]*\bgit\b/);
    expect(stderr).toMatch(/lacks git \(.*calls git\): added/);
    // The base stays slim: only the program comes back.
    expect(report.edits.filter(({ state }) => state === 'taken back')).toEqual([]);
    expect(report.edits).toContainEqual(expect.objectContaining({ id: 'slim-base', state: 'applied' }));
    expect(report.comparison.total.lean.contentBytes).toBeLessThan(
      report.comparison.total.fat.contentBytes / 2,
    );
    // Each attempt asks the lean image only.
    expect(stderr.match(/Built the fat image/g)?.length).toBe(1);
  });
});

function expectSame(
  verification: z.infer<typeof reportSchema>['verification'],
  probes: readonly string[],
): void {
  expect(verification.verdict).toBe('same');
  expect(verification.requests.filter(({ outcome }) => outcome !== 'same')).toEqual([]);
  expect(verification.requests.map(({ probe }) => probe)).toEqual(expect.arrayContaining([...probes]));
}
