import { describeProjects, noBuildTools, type ProjectCase, toolsIn } from './describe-projects.ts';

/** Where packages are installed, by what, and for whom. */
const cases: readonly ProjectCase[] = [
  {
    name: 'pip-service',
    trap: 'the health check calls curl, which the slim base lacks, and development tools stand in requirements.txt',
    mostOfFat: 0.35,
    options: ['--probe', 'POST /species {"petal_length": 4.9, "petal_width": 1.8}'],
    asked: ['GET /health', 'POST /species'],
    says: [/^HEALTHCHECK .* curl -fsS/m, /install .*curl$/m],
    inside: [
      noBuildTools,
      ['command -v curl', '/usr/bin/curl'],
      [
        "python -c \"import importlib.util as u; print(u.find_spec('pytest'), u.find_spec('black'))\"",
        'None None',
      ],
    ],
  },
  {
    name: 'poetry-service',
    trap: 'Debian’s Poetry runs on a Python of its own and makes .venv with it; the source is copied over it',
    mostOfFat: 0.25,
    options: ['--probe', '/convert?amount=3', '--health', '/health', '--port', '8888'],
    asked: ['GET /health', 'GET /convert?amount=3'],
    says: ['poetry install', '--only main'],
    saysNot: [/^FROM python:3\.11-slim[\s\S]*poetry/m],
    inside: [
      noBuildTools,
      ['python -c "import sys; print(sys.prefix)"', '/app/.venv'],
      ['python -c "import importlib.metadata as m; print(m.version(\'units\'))"', '0.3.0'],
      ['ls -d /app/.venv/lib/python3.11/site-packages/coverage* || echo none', 'none'],
    ],
  },
  {
    name: 'pdm-service',
    trap: 'the project is no package, PDM installs the test group and is what starts the container',
    mostOfFat: 0.25,
    options: ['--probe', '/prices/pro', '--health', '/health', '--port', '8080'],
    asked: ['GET /health', 'GET /prices/pro'],
    says: ['pdm install --prod'],
    saysNot: [/^FROM python:3\.11-slim[\s\S]*pdm/m],
    inside: [
      noBuildTools,
      ['python -c "import sys; print(sys.prefix)"', '/project/.venv'],
      ['ls -d /project/.venv/lib/python3.11/site-packages/coverage* || echo none', 'none'],
    ],
  },
  {
    name: 'user-packages',
    trap: 'packages travel from /root/.local to the home of the user who runs the service',
    mostOfFat: 0.25,
    asked: ['GET /health', 'GET /whoami', 'GET /count'],
    says: [/^USER app$/m],
    inside: [
      noBuildTools,
      ['id -u; python -c "import flask, os; print(os.access(flask.__file__, os.R_OK))"', '1001\nTrue'],
      ['touch "$HOME/it" && echo written', 'written'],
    ],
  },
  {
    name: 'root-local',
    trap: 'a user who is not root imports packages of /root/.local',
    mostOfFat: 0.25,
    asked: ['GET /health', 'GET /whoami'],
    says: [/^USER worker$/m],
    inside: [
      [toolsIn('gcc make git'), ''],
      [
        'id -u; python -c "import flask; print(flask.__file__)"',
        '1001\n/root/.local/lib/python3.11/site-packages/flask/__init__.py',
      ],
    ],
  },
  {
    name: 'multi-stage',
    trap: 'a stage for tests needs pytest and tests/, and grows from the stage that the image is built from',
    otherStage: 'test',
    mostOfFat: 0.25,
    asked: ['GET /healthz', 'GET /square/1'],
    says: [/^FROM build AS test$[\s\S]*test\.txt[\s\S]*pytest -q tests$/m, /^ENTRYPOINT \["tini", "--"\]$/m],
    inside: [
      noBuildTools,
      [
        'command -v tini; ls -d /venv/lib/python3.11/site-packages/pytest* || echo none',
        '/usr/bin/tini\nnone',
      ],
    ],
  },
  {
    name: 'editable-package',
    trap: 'the editable installation leads to the source; the data that the package declares has to come along into the environment',
    mostOfFat: 0.25,
    asked: ['GET /health', 'GET /strip'],
    says: [/pip install (?!.*-e ).*\.\[serve\]/],
    saysNot: [/ -e /],
    inside: [
      noBuildTools,
      ['stopwords The lord of the rings', 'lord rings'],
      [
        'cd /; python -c "import stopwords; print(stopwords.__file__)"; ls /opt/venv/lib/python3.11/site-packages/stopwords/data',
        '/opt/venv/lib/python3.11/site-packages/stopwords/__init__.py\nwords.yaml',
      ],
      [
        "stopwords --language de 2>/dev/null; python -c \"import stopwords; print(stopwords.strip('der Hut und die Maus', 'de'))\"",
        '--language de\nHut Maus',
      ],
    ],
  },
  {
    name: 'editable-undeclared',
    trap: 'the package reads a file that it does not declare: only the editable installation has it, with the source at the same path',
    mostOfFat: 0.25,
    asked: ['GET /health', 'GET /explain'],
    says: [/--editable "\.\[serve\]"/],
    inside: [
      noBuildTools,
      ['cd /; glossary layer', 'a set of changes to a file system'],
      [
        'cd /; python -c "import glossary; print(glossary.__file__)"',
        '/srv/glossary/src/glossary/__init__.py',
      ],
    ],
  },
];

describeProjects('projects', cases);
