import type { Rule } from './rule';

/** The object states a pprof endpoint: a Go program that can be profiled. */
export const pprofEndpoint: Rule = {
  name: 'pprof-endpoint',
  weight: 45,
  test: (s) => {
    const e = s.endpoints.find((x) => x.kind === 'pprof');
    return e === undefined ? undefined : `offers pprof (${e.how})`;
  },
};

/** Half of all web servers have metrics, too, so these three together stay far below the threshold. */
export const metricsEndpoint: Rule = {
  name: 'metrics-endpoint',
  weight: 5,
  test: (s) => {
    const e = s.endpoints.find((x) => x.kind === 'metrics');
    return e === undefined ? undefined : `offers metrics (${e.how})`;
  },
};

export const annotations: Rule = {
  name: 'prometheus-annotations',
  weight: 5,
  test: (s) => (s.annotated ? 'is annotated for Prometheus (prometheus.io/…)' : undefined),
};

export const monitor: Rule = {
  name: 'monitor',
  weight: 5,
  test: (s) =>
    s.monitors.length === 0
      ? undefined
      : `is scraped by ${s.monitors[0]}${s.monitors.length > 1 ? ` and ${s.monitors.length - 1} more` : ''}`,
};

/** kubebuilder's name for the port of admission and conversion webhooks. */
export const webhookPort: Rule = {
  name: 'webhook-port',
  weight: 15,
  test: (s) => {
    const port = s.containers
      .flatMap((c) => c.ports)
      .find((p) => p.name === 'webhook-server' || (p.name.startsWith('webhook') && p.port === 9443));
    return port === undefined ? undefined : `has a port named ${port.name}`;
  },
};
