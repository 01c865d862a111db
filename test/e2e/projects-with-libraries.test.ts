import { describeProjects, noBuildTools, type ProjectCase } from './describe-projects.ts';

/** What Python code loads, compiles or downloads beside packages. */
const cases: readonly ProjectCase[] = [
  {
    name: 'opencv-edges',
    trap: 'cv2 loads libraries of libgl1 and libglib2.0-0, and others that nobody names',
    mostOfFat: 0.5,
    asked: ['GET /health', 'GET /edges/1', 'GET /png'],
    says: ['libgl1', 'libglib2.0-0', 'libxext6'],
    inside: [
      noBuildTools,
      ['python -c "import cv2, numpy; print(cv2.Canny(numpy.zeros((8, 8), \'uint8\'), 1, 2).sum())"', '0'],
    ],
  },
  {
    name: 'compiled-extension',
    trap: 'gcc and libfftw3-dev compile an extension, which loads libfftw3.so.3 afterwards',
    mostOfFat: 0.25,
    asked: ['GET /health', 'GET /power'],
    says: [/^FROM python:3\.11-slim[\s\S]*libfftw3-double3/m],
    saysNot: [/^FROM python:3\.11-slim[\s\S]*(build-essential|-dev)/m],
    inside: [
      noBuildTools,
      ['python -c "from spectrum import power; print(power([1.0, 1.0]))"', '[4.0, 0.0]'],
      ['ls /usr/include/fftw3.h || echo none', 'none'],
    ],
  },
  {
    name: 'openmp-extension',
    trap: 'an extension that is compiled here loads libgomp.so.1, which the full base has for its compiler: no list names it',
    mostOfFat: 0.25,
    asked: ['GET /health', 'GET /harmonic/1'],
    says: [/^FROM python:3\.11-slim[\s\S]*install .*libgomp1/m],
    because: /^libgomp1: harmonic\/_sum\.\S+\.so is linked with libgomp\.so\.1$/,
    inside: [noBuildTools, ['python -c "from harmonic import harmonic; print(harmonic(2))"', '1.5']],
  },
  {
    name: 'streamlit-dashboard',
    trap: 'the health check calls curl on /_stcore/health; every other path answers 200 with the page',
    mostOfFat: 0.4,
    asked: ['GET /_stcore/health'],
    says: [/^HEALTHCHECK CMD curl --fail/m, /^ENTRYPOINT \["streamlit"/m],
    inside: [
      noBuildTools,
      ['command -v curl', '/usr/bin/curl'],
      [
        'python -c "from streamlit.testing.v1 import AppTest; it = AppTest.from_file(\'dashboard.py\').run(timeout=60); print(it.title[0].value, it.selectbox[0].options, len(it.exception))" 2>/dev/null',
        "Sales ['north', 'south'] 0",
      ],
    ],
  },
  {
    name: 'loaded-library',
    trap: 'lightgbm loads libgomp1, which the full base has by chance; libsndfile is opened with dlopen and installed as a -dev package',
    mostOfFat: 0.3,
    asked: ['GET /health', 'GET /audio', 'GET /predict'],
    says: [/^FROM python:3\.11-slim[\s\S]*libsndfile1 libgomp1$/m],
    saysNot: [/^FROM python:3\.11-slim[\s\S]*(-dev|cmake)/m],
    inside: [
      noBuildTools,
      [
        "python -c \"import ctypes; print(bool(ctypes.CDLL('libsndfile.so.1')), bool(ctypes.CDLL('libgomp.so.1')))\"",
        'True True',
      ],
    ],
  },
  {
    name: 'cached-model',
    trap: 'the build leaves a model below /root/.cache, where a cache mount on all of it would swallow it',
    mostOfFat: 0.25,
    asked: ['GET /health', 'GET /tone'],
    saysNot: [/target=\/root\/\.cache[,\s]/],
    inside: [
      noBuildTools,
      ['ls /root/.cache/huggingface/hub/*/snapshots/*', 'weights.npy'],
      ['ls /root/.cache/pip 2>/dev/null | wc -l', '0'],
    ],
  },
];

describeProjects('projects with libraries', cases);
