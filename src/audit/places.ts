const systemPlace =
  /^(?:usr\/(?!local\/|src\/)|etc\/|var\/(?!www\/|data\/|tmp\/)|lib(?:32|64|x32)?\/|s?bin\/|boot\/|proc\/|sys\/|opt\/(?:nvidia\/|[^/]*(?:conda|forge|mamba)[^/]*\/))/;
const installedPlace =
  /(?:^|\/)(?:(?:site|dist)-packages|node_modules|lib\/python\d(?:\.\d+)?|(?:[^/]*conda\d?|miniforge\d?|mambaforge|micromamba)\/(?:pkgs|lib|share|include|conda-meta|etc))\//;

/** True where site-packages or dist-packages hold the path: it belongs to Python's installed code. */
export function isInSitePackages(path: string): boolean {
  return /(?:^|\/)(?:site|dist)-packages\//.test(path);
}

/** True outside of the directories that installers fill: the system's, Python's, Conda's, Node's. What lies there somebody put there. */
export function isUserPlace(path: string): boolean {
  return !systemPlace.test(path) && !installedPlace.test(path);
}
