/** What a path of the API server asks for. */

export interface ResourcePath {
  /** '' = the core group. */
  readonly group: string;
  /** With the subresource: `pods/portforward`. '' for a path that is no resource. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** `/api/v1/namespaces/default/pods/web-0/portforward?ports=1` → core, `pods/portforward`, default, web-0. */
export function parsePath(path: string): ResourcePath {
  const parts = (path.split('?')[0] ?? '')
    .split('/')
    .filter((p) => p !== '')
    .map(decode);
  const nothing: ResourcePath = { group: '', resource: '', namespace: undefined, name: undefined };
  const group = parts[0] === 'apis' ? (parts[1] ?? '') : '';
  const rest = parts[0] === 'api' ? parts.slice(2) : parts[0] === 'apis' ? parts.slice(3) : [];
  if (rest.length === 0) return { ...nothing, group };
  const namespace = rest[0] === 'namespaces' && rest.length > 2 ? rest[1] : undefined;
  const [resource = '', name, sub] = namespace === undefined ? rest : rest.slice(2);
  return { group, resource: sub === undefined ? resource : `${resource}/${sub}`, namespace, name };
}

function decode(s: string): string {
  try {
    return decodeURIComponent(s);
  } catch {
    return s;
  }
}
