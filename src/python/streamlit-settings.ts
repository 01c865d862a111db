import { parse } from 'smol-toml';

/** What `.streamlit/config.toml` says of the server. */
export interface StreamlitSettings {
  readonly port: number | undefined;
  /** Without slashes at its ends; empty for none. */
  readonly basePath: string;
  readonly hasTls: boolean;
}

/**
 * Reads Streamlit's settings; nothing of them where the text is no TOML.
 *
 *     [server]
 *     port = 8080
 *     baseUrlPath = "ui"
 */
export function streamlitSettings(text: string): StreamlitSettings {
  const server = serverOf(text);
  const { port, baseUrlPath } = server;
  return {
    port: typeof port === 'number' ? port : undefined,
    basePath: typeof baseUrlPath === 'string' ? baseUrlPath.replace(/^\/+|\/+$/g, '') : '',
    hasTls: typeof server['sslCertFile'] === 'string',
  };
}

function serverOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const { server } = parse(text);
    // A table of TOML is a plain object.
    return typeof server === 'object' ? (server as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
