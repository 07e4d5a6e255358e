/**
 * What is kept of an object between two events: a text without what is never told, and with Secrets' values as hashes.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { isObject, list, object, text, type Json } from '../base/json';
import type { Managed } from './fields';
import type { KindInfo } from './types';

/** An object as an event brings it. */
export interface Seen {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Counted by the API server at each change of what is wished; 0 = a kind without. */
  readonly generation: number;
  /** ms since the epoch; 0 = not told. */
  readonly createdAt: number;
  readonly managed: readonly Managed[];
  /** The object without managedFields and what moves with every write; a Secret's values are hashes. */
  readonly rest: Json;
}

/** An entry of managedFields as it is kept: enough to see that it moved. */
export type KeptEntry = readonly [
  manager: string,
  operation: string,
  subresource: string,
  time: string,
  fields: string,
];
/** A state that the next one is compared with. */
export interface Kept {
  readonly rest: Json;
  readonly managed: readonly KeptEntry[];
}

/** kubectl's copy of the whole object, which says again what the other fields say (for Secrets, the values). */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Of this process: a hash tells that two values are equal, and nothing to who has no such key. */
const salt = randomBytes(32);
/** What a Secret's value is shown as. */
export const HIDDEN = '(hidden)';

export function isSecret({ group, kind }: Pick<KindInfo, 'group' | 'kind'>): boolean {
  return group === '' && kind === 'Secret';
}

/** undefined for what is no object of the API. */
export function see(kind: Pick<KindInfo, 'group' | 'kind'>, raw: unknown): Seen | undefined {
  const { metadata: rawMetadata, apiVersion: _a, kind: _k, ...parts } = object(raw);
  if (!isObject(rawMetadata)) return undefined;
  const {
    managedFields,
    resourceVersion,
    generation,
    uid,
    creationTimestamp,
    name,
    namespace,
    selfLink: _s,
    annotations,
    ...metadata
  } = rawMetadata;
  if (text(name) === '') return undefined;
  const { [LAST_APPLIED]: _l, ...notes } = object(annotations);
  const rest: Json = {
    ...(isSecret(kind) ? hide(parts) : parts),
    metadata: { ...metadata, ...(isObject(annotations) && { annotations: notes }) },
  };
  return {
    namespace: text(namespace),
    name: text(name),
    uid: text(uid),
    resourceVersion: text(resourceVersion),
    generation: typeof generation === 'number' ? generation : 0,
    createdAt: Date.parse(text(creationTimestamp)) || 0,
    rest,
    managed: list(managedFields).map((entry) => {
      const { manager, operation, subresource, time, fieldsV1 } = object(entry);
      return {
        manager: text(manager),
        operation: text(operation),
        subresource: text(subresource),
        time: text(time),
        fields: object(fieldsV1),
      };
    }),
  };
}

/** The state as it is kept. Throws RangeError for one that is nested too deep. */
export function keep({ rest, managed }: Seen): string {
  return JSON.stringify({ rest, managed: managed.map(entryOf) } satisfies Kept);
}

export function entryOf({ manager, operation, subresource, time, fields }: Managed): KeptEntry {
  return [manager, operation, subresource, time, digest(JSON.stringify(fields))];
}

export function kept(state: string): Kept {
  return JSON.parse(state) as Kept;
}

/** Values of `data` and `stringData`, each by a hash: equal ones stay equal, and nobody reads them. */
function hide(parts: Json): Json {
  const hidden = (map: unknown): Json =>
    Object.fromEntries(
      Object.entries(object(map)).map(([k, v]) => [
        k,
        createHmac('sha256', salt)
          .update(JSON.stringify(v) ?? '')
          .digest('base64'),
      ]),
    );
  return {
    ...parts,
    ...(isObject(parts['data']) && { data: hidden(parts['data']) }),
    ...(isObject(parts['stringData']) && { stringData: hidden(parts['stringData']) }),
  };
}

/** FNV-1a, 32 bit: to see that a text is another one, where nobody wants to be deceived. */
function digest(s: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < s.length; i++) hash = Math.imul(hash ^ s.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}
