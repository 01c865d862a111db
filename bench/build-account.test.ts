import { expect, test } from 'vitest';
import { createBuildkitLog } from '../src/engines/index.ts';
import { downloadedBytes, downloadedFiles, installSteps, projectOfFile } from './build-account.ts';

// As Docker 20.10 prints it.
const output =
  `#9 [builder 4/7] RUN --mount=type=cache,target=/var/cache/apt,sharing=locked     --mount=type=cache,target=/var/lib/apt,sharing=locked     rm -f /etc/apt/apt.conf.d/docker-clean &&     apt-get update && apt-get install -y     git
#9 sha256:869a7b104b8a685e0919a65ea7035d93b74657d5a7b3105edb34e3e997ecab78
#9 CACHED

#10 [builder 5/7] RUN python -m venv /opt/venv
#10 CACHED

#12 [builder 6/7] RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked     pip install --no-compile -r requirements.txt
#12 3.402 Collecting orjson
#12 3.410   Downloading orjson-3.12.0-cp311-cp311-manylinux_2_17_x86_64.whl.metadata (43 kB)
#12 3.415   Using cached click-8.5.0-py3-none-any.whl (125 kB)
#12 3.435 Downloading http://172.17.0.1:18484/packages/orjson-3.12.0-cp311-cp311-manylinux_2_17_x86_64.whl (131 kB)
#12 3.436 Downloading Flask_Thing-1.0.tar.gz (9 kB)
#12 3.437 Downloading orjson-3.12.0-cp311-cp311-manylinux_2_17_x86_64.whl (131 kB)
#12 DONE 4.8s

#13 [stage-1 3/4] COPY . .
#13 DONE 0.1s

#14 exporting to image
#14 DONE 0.2s`.split('\n');

test('what pip downloaded: not its metadata, not what it had in its cache, each file once', () => {
  expect(downloadedFiles(output)).toEqual([
    'orjson-3.12.0-cp311-cp311-manylinux_2_17_x86_64.whl',
    'Flask_Thing-1.0.tar.gz',
  ]);
});

test.each([
  ['Scikit_Learn-1.9.1-cp311-cp311-linux_x86_64.whl', 'scikit-learn', 'PEP 503 normalizes'],
  ['zope.interface-7.0-py3-none-any.whl', 'zope-interface', 'dots as well'],
  ['flask-thing-1.0.tar.gz', 'flask-thing', 'a source archive may have hyphens in its name'],
])('%s is of %s: %s', (file, project) => {
  expect(projectOfFile(file)).toBe(project);
});

test('steps that install are counted, cached ones apart; making a virtual environment installs nothing', () => {
  const log = createBuildkitLog();
  for (const [second, line] of output.entries()) log.push(line, second);
  expect(installSteps(log.outcome().steps)).toEqual({ count: 2, cachedCount: 1 });
});

test.each([
  ['[2/3] RUN python3 -m pip --no-cache-dir install flask', 1],
  ['[2/3] RUN apt-get -y install git', 1],
  ['[2/3] RUN python train.py', 0],
  ['[2/3] COPY pip install', 0],
])('%s: %i', (name, count) => {
  expect(installSteps([{ name, seconds: 1, isCached: false }])).toEqual({ count, cachedCount: 0 });
});

test('distribution files are told from index pages and Debian packages', () => {
  const transfers = [
    { url: 'http://index/simple/orjson/', status: 200, bodyBytes: 700 },
    { url: 'http://index/packages/orjson-3.whl.metadata', status: 200, bodyBytes: 40 },
    { url: 'http://index/packages/orjson-3.whl#sha256=0', status: 206, bodyBytes: 5 },
    { url: 'http://deb.debian.org/debian/pool/main/g/git/git.deb', status: 200, bodyBytes: 1000 },
    { url: 'https://pypi.org:443', status: 0, bodyBytes: 9 },
  ];
  expect(downloadedBytes(transfers)).toEqual({ allBytes: 1754, distributionBytes: 5 });
});
