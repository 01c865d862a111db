/** A project that is forecast and built. */
export interface ForecastProject {
  readonly name: string;
  /** Its folder, relative to the repository. */
  readonly folder: string;
  /** What `plimsoll slim` is told, beside where packages are. */
  readonly options: readonly string[];
  readonly needs?: 'torch';
  /** What the package index must serve for it, beside what the examples ask for. */
  readonly requirements?: readonly string[];
}

const ofTests = (
  name: string,
  requirements: readonly string[],
  options: readonly string[] = [],
): ForecastProject => ({ name, folder: `test/e2e/projects/${name}`, options, requirements });

const flask = ['flask', 'gunicorn'];
const locked = ['setuptools', 'poetry-core', 'tornado==6.5.10', 'pyyaml==6.0.3', 'coverage==7.16.2'];

/**
 * The examples, and those of the end-to-end projects that can be built of Debian's packages and a package index alone (not those that
 * need Conda's channels, CUDA's images, uv's image or a password).
 */
export const forecastProjects: readonly ForecastProject[] = [
  { name: 'churn-api', folder: 'examples/churn-api', options: [] },
  { name: 'sentiment-api', folder: 'examples/sentiment-api', options: ['--target', 'cpu'], needs: 'torch' },
  ofTests('cached-model', ['numpy', ...flask]),
  ofTests('compiled-extension', ['setuptools', 'cython', ...flask]),
  ofTests('editable-package', ['setuptools', ...flask]),
  ofTests('loaded-library', ['lightgbm', ...flask]),
  ofTests('multi-stage', flask),
  ofTests('opencv-edges', ['opencv-python', ...flask]),
  ofTests('pdm-service', locked, ['--probe', '/prices/pro', '--health', '/health', '--port', '8080']),
  ofTests('pip-service', ['fastapi', 'scikit-learn']),
  ofTests('poetry-service', locked, [
    '--probe',
    '/convert?amount=3',
    '--health',
    '/health',
    '--port',
    '8888',
  ]),
  ofTests('root-local', flask),
  ofTests('streamlit-dashboard', ['streamlit'], ['--port', '8501']),
  ofTests('user-packages', flask),
];
