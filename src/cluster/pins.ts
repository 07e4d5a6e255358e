/** The setting `controllerTuner.endpoints`: endpoints that the user pinned, by workload. */
import { Problem } from '../base/problem';
import type { EndpointKind } from '../controllers/types';

/** By `namespace/name`: kind → "http://:6060/debug/pprof/". */
export type Pins = Readonly<Record<string, Readonly<Partial<Record<EndpointKind, string>>>>>;

export interface PinnedEndpoint {
  readonly kind: EndpointKind;
  readonly port: number;
  readonly scheme: 'http' | 'https';
  readonly path: string;
}

/** The usual paths of these endpoints (net/http/pprof, Prometheus). */
export const DEFAULT_PATH: Readonly<Record<EndpointKind, string>> = { pprof: '/debug/pprof/', metrics: '/metrics' };

/** Pins of one workload, and what is wrong with those that can't be read. */
export function pinsOf(
  pins: Pins,
  namespace: string,
  name: string,
): { readonly endpoints: readonly PinnedEndpoint[]; readonly problems: readonly Problem[] } {
  const pin = pins[`${namespace}/${name}`];
  const endpoints: PinnedEndpoint[] = [];
  const problems: Problem[] = [];
  for (const kind of ['pprof', 'metrics'] as const) {
    const text = pin?.[kind];
    if (text === undefined || text === '') continue;
    const at = parseEndpointUrl(text, kind);
    if (at) endpoints.push({ kind, ...at });
    else
      problems.push(
        new Problem(
          'cluster.pin',
          `The setting controllerTuner.endpoints names "${text}" for ${namespace}/${name}, which is not an endpoint.`,
          {
            next: `Write it as http://:6060${DEFAULT_PATH[kind]}: scheme, port and path.`,
          },
        ),
      );
  }
  return { endpoints, problems };
}

/**
 * "http://:6060/debug/pprof/", "https://:8443", ":6060", "6060". The host is always the pod, whatever is written there.
 */
export function parseEndpointUrl(
  text: string,
  kind?: EndpointKind,
): { port: number; scheme: 'http' | 'https'; path: string } | undefined {
  const m = /^(?:(https?):\/\/)?(?:[^/:@\s]*:)?(\d{1,5})(\/[^\s?#]*)?$/i.exec(text.trim());
  if (!m) return undefined;
  const port = Number(m[2]);
  if (port < 1 || port > 65_535) return undefined;
  let path = m[3] === undefined || m[3] === '/' ? (kind === undefined ? '/' : DEFAULT_PATH[kind]) : m[3];
  if (kind === 'pprof' && !path.endsWith('/')) path += '/';
  return { port, scheme: m[1]?.toLowerCase() === 'https' ? 'https' : 'http', path };
}

export function formatEndpointUrl(e: PinnedEndpoint): string {
  return `${e.scheme}://:${e.port}${e.path}`;
}
