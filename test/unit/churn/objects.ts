/** Objects as an API server sends them, written by hand: each write is what one request leaves. */
import type { KindInfo } from '../../../src/churn/types';

export const PAINT: KindInfo = {
  group: 'samples.example.com',
  version: 'v1',
  kind: 'Paint',
  resource: 'paints',
  namespaced: true,
};
export const CONFIGMAP: KindInfo = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  resource: 'configmaps',
  namespaced: true,
};
export const SECRET: KindInfo = { group: '', version: 'v1', kind: 'Secret', resource: 'secrets', namespaced: true };
export const LEASE: KindInfo = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  resource: 'leases',
  namespaced: true,
};
export const DEPLOYMENT: KindInfo = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  resource: 'deployments',
  namespaced: true,
};
export const NODE: KindInfo = { group: '', version: 'v1', kind: 'Node', resource: 'nodes', namespaced: false };

type Fields = Readonly<Record<string, unknown>>;
export interface Entry {
  readonly manager: string;
  readonly time?: string;
  readonly fields: Fields;
  readonly subresource?: string;
  readonly operation?: string;
}

/** All writes of these tests fall into this second, unless one says otherwise: managedFields could not tell their order. */
const SECOND = '2026-11-28T09:00:00Z';

export function object(
  name: string,
  version: number,
  body: Fields,
  managers: readonly Entry[] = [],
  metadata: Fields = {},
): unknown {
  return {
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      resourceVersion: String(version),
      creationTimestamp: '2026-11-28T08:00:00Z',
      ...metadata,
      managedFields: managers.map(({ manager, time = SECOND, fields, subresource, operation = 'Update' }) => ({
        manager,
        operation,
        apiVersion: 'v1',
        time,
        fieldsType: 'FieldsV1',
        fieldsV1: fields,
        ...(subresource !== undefined && { subresource }),
      })),
    },
    ...body,
  };
}

/** `owned('spec', 'color')` → FieldsV1 of spec.color. */
export function owned(...path: readonly string[]): Fields {
  return path.reduceRight<Fields>((inner, name) => ({ [/^[kvi]:/.test(name) ? name : `f:${name}`]: inner }), {});
}
