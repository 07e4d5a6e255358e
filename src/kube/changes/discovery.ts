/** Which kinds of an API server can be listed and watched, custom ones included. */
import { Problem } from '../../base/problem';
import type { KindInfo } from '../../churn/types';
import { list, object, text } from '../../base/json';
import type { ApiClient } from '../net/client';

/** All groups in one answer, since Kubernetes 1.26. */
const AGGREGATED =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

/**
 * Each kind once, in the version that the server prefers, sorted by kind. A group whose own server does not answer is
 * left out.
 */
export async function discoverKinds(client: ApiClient, signal?: AbortSignal): Promise<readonly KindInfo[]> {
  const [core, groups] = await Promise.all(
    ['/api', '/apis'].map(async (path) =>
      object(await client.json<unknown>(path, { signal, accept: AGGREGATED, long: true })),
    ),
  );
  const found =
    text(core?.['kind']) === 'APIGroupDiscoveryList'
      ? [...aggregated(core ?? {}), ...aggregated(groups ?? {})]
      : (
          await Promise.all(
            [
              { group: '', version: text(list(core?.['versions'])[0]) || 'v1', path: '/api/v1' },
              ...preferred(groups ?? {}),
            ].map((g) => ofGroup(client, g, signal)),
          )
        ).flat();
  const each = new Map<string, KindInfo>();
  for (const kind of found) {
    const key = `${kind.group}/${kind.resource}`;
    if (!each.has(key)) each.set(key, kind);
  }
  return [...each.values()].sort((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.group < b.group ? -1 : 1));
}

function aggregated(answer: Readonly<Record<string, unknown>>): readonly KindInfo[] {
  return list(answer['items']).flatMap((item) => {
    const group = text(object(object(item)['metadata'])['name']);
    return list(object(item)['versions']).flatMap((v) => {
      const version = text(object(v)['version']);
      return list(object(v)['resources']).flatMap((r) => {
        const { resource, responseKind, scope, verbs } = object(r);
        return kindOf(
          {
            group: text(object(responseKind)['group']) || group,
            version,
            kind: text(object(responseKind)['kind']),
            resource: text(resource),
            namespaced: scope === 'Namespaced',
          },
          verbs,
        );
      });
    });
  });
}

interface GroupVersion {
  readonly group: string;
  readonly version: string;
  readonly path: string;
}

function preferred(answer: Readonly<Record<string, unknown>>): readonly GroupVersion[] {
  return list(answer['groups']).flatMap((item) => {
    const { name, preferredVersion } = object(item);
    const version = text(object(preferredVersion)['version']);
    return text(name) === '' || version === ''
      ? []
      : [{ group: text(name), version, path: `/apis/${text(name)}/${version}` }];
  });
}

async function ofGroup(
  client: ApiClient,
  { group, version, path }: GroupVersion,
  signal: AbortSignal | undefined,
): Promise<readonly KindInfo[]> {
  try {
    return list(object(await client.json<unknown>(path, { signal, long: true }))['resources']).flatMap((r) => {
      const { name, kind, namespaced, verbs } = object(r);
      return kindOf({ group, version, kind: text(kind), resource: text(name), namespaced: namespaced === true }, verbs);
    });
  } catch (e) {
    // An aggregated API whose server is down must not hide the others.
    if (group !== '' && e instanceof Problem && ['kube.notFound', 'kube.forbidden', 'kube.server'].includes(e.code))
      return [];
    throw e;
  }
}

/** Leaves out subresources (`pods/log`) and whatever can't be watched. */
function kindOf(kind: KindInfo, verbs: unknown): readonly KindInfo[] {
  const may = list(verbs);
  return kind.kind !== '' && !kind.resource.includes('/') && may.includes('list') && may.includes('watch')
    ? [kind]
    : [];
}
