/**
 * Objects as the watch brings them, and as they are kept between two events: as text, without the fields that are never
 * shown, and with hashes in place of a Secret's values.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { isObject, list, object, text, type Json } from '../base/json';
import type { Managed } from './fields';
import type { KindInfo } from './types';

/** An object as an event brings it. */
export interface SeenObject {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** The API server raises it at each change of the spec; 0 = a kind without. */
  readonly generation: number;
  /** ms since the epoch; 0 = unknown. */
  readonly createdAt: number;
  readonly managed: readonly Managed[];
  /** The object without managedFields and what moves with every write; a Secret's values are hashes. */
  readonly rest: Json;
}

/** An entry of managedFields, as much of it as it takes to see that it changed. */
export type StateEntry = readonly [
  manager: string,
  operation: string,
  subresource: string,
  time: string,
  fields: string,
];
/** The state of an object that its next one is compared with. */
export interface ObjectState {
  readonly rest: Json;
  readonly managed: readonly StateEntry[];
}

/** kubectl's copy of the whole object. It repeats the other fields, and with them a Secret's values. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** New in each process: hashes show that two values are equal, and nothing to anybody without this key. */
const salt = randomBytes(32);
/** Shown in place of a Secret's value. */
export const HIDDEN = '(hidden)';

export function isSecret({ group, kind }: Pick<KindInfo, 'group' | 'kind'>): boolean {
  return group === '' && kind === 'Secret';
}

/** undefined for anything that is not an object of the API. */
export function readObject(kind: Pick<KindInfo, 'group' | 'kind'>, raw: unknown): SeenObject | undefined {
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

/** Throws RangeError for an object that is nested too deep. */
export function packState({ rest, managed }: SeenObject): string {
  return JSON.stringify({ rest, managed: managed.map(entryOf) } satisfies ObjectState);
}

export function entryOf({ manager, operation, subresource, time, fields }: Managed): StateEntry {
  return [manager, operation, subresource, time, digest(JSON.stringify(fields))];
}

export function unpackState(state: string): ObjectState {
  return JSON.parse(state) as ObjectState;
}

/** Hashes in place of the values of `data` and `stringData`: equal ones stay equal, and nobody can read them. */
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

/** FNV-1a, 32 bit: enough to see that a text changed, where nobody tries to deceive us. */
function digest(s: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < s.length; i++) hash = Math.imul(hash ^ s.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}
