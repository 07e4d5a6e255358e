/** Whether a Prometheus answers at an address, and if not, what it wants. */
import { isAbort, Problem } from '../../base/problem';
import type { PrometheusClient } from './client';
import { PrometheusSource } from './prometheusSource';

/** What it needs before it answers: credentials, a tenant, a trusted certificate, or the right address. */
export type Wants = 'credentials' | 'tenant' | 'certificate' | 'address';

export type AskedPrometheus =
  | {
      readonly kind: 'answers';
      /** The path in front of /api/v1: that of the client's address, or one behind it. */
      readonly prefix: string;
      readonly version: string;
      readonly application: string;
    }
  | {
      readonly kind: 'refuses';
      readonly wants: Wants;
      readonly problem: Problem;
      /** The authentication scheme that it names itself. */
      readonly scheme: 'basic' | 'bearer' | undefined;
    };

/**
 * Where systems that speak the API serve it, behind the address that people know: Prometheus and most, Mimir, Cortex,
 * VictoriaMetrics' cluster.
 */
export const BEHIND: readonly string[] = ['', '/prometheus', '/api/prom', '/select/0/prometheus'];
const ELSEWHERE = /^prometheus\.(notFound|html|notApi|redirect)$/;

/**
 * Asks for its build, then for a number: a gateway may guard the second and not the first. `clientAt` gives the client
 * for a path behind the address. Rejects with AbortError only, and with Problem `prometheus.settings`.
 */
export async function askPrometheus(
  clientAt: (behind: string) => PrometheusClient,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<AskedPrometheus> {
  let first: AskedPrometheus | undefined;
  for (const behind of BEHIND) {
    const answer = await ask(clientAt(behind), timeoutMs, signal);
    if (answer.kind === 'answers') return answer;
    first ??= answer;
    // When a path behind the address wants credentials, that is the right address.
    if (answer.wants === 'credentials' || answer.wants === 'tenant') return answer;
    if (!ELSEWHERE.test(answer.problem.code)) break;
  }
  return first!;
}

async function ask(client: PrometheusClient, timeoutMs: number, signal: AbortSignal): Promise<AskedPrometheus> {
  let challenge = '';
  const listening: PrometheusClient = {
    ...client,
    ask: async (path, options) => {
      const answer = await client.ask(path, options);
      challenge = answer.headers['www-authenticate'] ?? '';
      return answer;
    },
  };
  const source = new PrometheusSource(listening, { timeoutMs: () => timeoutMs, maxBytes: () => 1 << 20 });
  try {
    const { version, application } = await source.version(signal);
    const now = Math.floor(Date.now() / 1000);
    await source.query({ promql: 'vector(1)', start: now, end: now, step: 60 }, signal);
    return { kind: 'answers', prefix: client.prefix, version, application };
  } catch (e) {
    if (isAbort(e)) throw e;
    const problem = Problem.from(e, 'prometheus.failed');
    if (problem.code === 'prometheus.settings') throw problem;
    return {
      kind: 'refuses',
      problem,
      wants: wantsOf(problem),
      scheme: /\bbasic\b/i.test(challenge) ? 'basic' : /\bbearer\b/i.test(challenge) ? 'bearer' : undefined,
    };
  }
}

/** What would help against a problem of a Prometheus. */
export function wantsOf({ code, message }: { readonly code: string; readonly message: string }): Wants {
  switch (code) {
    case 'prometheus.unauthorized':
      return /which tenant/.test(message) ? 'tenant' : 'credentials';
    case 'prometheus.forbidden':
      return 'credentials';
    case 'target.certificate':
      return 'certificate';
    default:
      return 'address';
  }
}

/** True when credentials, or other ones, may help. */
export function isLocked(problem: { readonly code: string }): boolean {
  return problem.code === 'prometheus.unauthorized' || problem.code === 'prometheus.forbidden';
}
