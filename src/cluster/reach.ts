/** How a process is reached: a pod through the API server's tunnel, or a plain URL; and who we say we are. */
import { Problem } from '../base/problem';
import type { Endpoint } from '../controllers/types';
import type { KubeSession } from '../kube/types';
import type { Target } from '../target/types';

/** Whose token to send to an endpoint that asks for one. A choice, never a token. */
export type Auth =
  | { readonly kind: 'none' }
  /** The bearer token of the kubeconfig's user. */
  | { readonly kind: 'own' }
  /** A token made for this purpose (TokenRequest), valid for ten minutes. */
  | { readonly kind: 'serviceAccount'; readonly namespace: string; readonly name: string };

export const NO_AUTH: Auth = { kind: 'none' };

/** "service account monitoring/prober", for sentences and tooltips. */
export function describeAuth(auth: Auth): string {
  if (auth.kind === 'own') return "the kubeconfig's own token";
  return auth.kind === 'serviceAccount' ? `service account ${auth.namespace}/${auth.name}` : 'no token';
}

export function sameAuth(a: Auth, b: Auth): boolean {
  if (a.kind !== b.kind) return false;
  return (
    a.kind !== 'serviceAccount' || (b.kind === 'serviceAccount' && a.namespace === b.namespace && a.name === b.name)
  );
}

/** An `Auth` read back from storage; undefined for anything else. */
export function parseAuth(v: unknown): Auth | undefined {
  if (typeof v !== 'object' || v === null) return undefined;
  const { kind, namespace, name } = v as Record<string, unknown>;
  if (kind === 'none' || kind === 'own') return { kind };
  if (kind === 'serviceAccount' && typeof namespace === 'string' && typeof name === 'string')
    return { kind, namespace, name };
  return undefined;
}

/**
 * True when the process asks for a token, or for another one: then choosing whose to send helps. A 401 or 403 of the
 * API server (`kube.…`) is about the user's rights in the cluster, which no token for the process changes.
 */
export function asksForToken({
  code,
  status,
}: {
  readonly code: string;
  readonly status?: number | undefined;
}): boolean {
  if (code === 'cluster.noOwnToken' || code === 'auth.noToken') return true;
  return !code.startsWith('kube.') && (status === 401 || status === 403);
}

/** The part of an endpoint that `podTarget` needs. */
export type PodPort = Pick<Endpoint, 'port' | 'scheme'>;

/**
 * A port of a pod, through the tunnel. Any certificate is accepted: the API server's TLS protects the way, and metrics
 * servers sign their own. `Answer.unverified` reports that, and the tree's tooltip shows it.
 */
export function podTarget(session: KubeSession, namespace: string, pod: string, port: PodPort, auth: Auth): Target {
  const token = tokenOf(session, auth);
  return {
    label: `${namespace}/${pod} :${port.port}`,
    scheme: port.scheme,
    host: 'localhost',
    port: port.port,
    open: (signal) => session.podStream(namespace, pod, port.port, signal),
    anyCertificate: true,
    ...(token && { token }),
  };
}

function tokenOf(session: KubeSession, auth: Auth): ((signal: AbortSignal) => Promise<string>) | undefined {
  if (auth.kind === 'none') return undefined;
  if (auth.kind === 'serviceAccount') return (signal) => session.serviceAccountToken(auth.namespace, auth.name, signal);
  return async (signal) => {
    const token = await session.ownToken(signal);
    if (token !== undefined) return token;
    throw new Problem(
      'cluster.noOwnToken',
      `The user ${session.context.user} of the kubeconfig has no token; it signs in by a certificate.`,
      {
        next: 'Choose a service account to authenticate as.',
      },
    );
  };
}
