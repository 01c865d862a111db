export { type BaseImage, baseImage, describeBase, type MeasuredBase } from './base-images.ts';
export type { SentFile } from './copied-bytes.ts';
export { type DockerfileForecastFacts, describeDockerfileForForecast } from './describe-dockerfile.ts';
export type {
  Forecast,
  ForecastFacts,
  ForecastPackage,
  ForecastRequest,
  ForecastRow,
  ForecastWarning,
  MissingRow,
  PythonInstallation,
  WheelFacts,
} from './forecast.ts';
export { forecastImage } from './forecast-image.ts';
export { type GatherOptions, gatherForecastFacts } from './gather-facts.ts';
export { type InstallationFiles, readInstallationFiles } from './project-steps.ts';
export { summariseWheel, type WheelContents } from './wheel-contents.ts';
