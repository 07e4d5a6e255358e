/** Versions as image tags state them. */
import type { Component, Knob } from './types';

/** Major, minor, patch of `v1.31.2-gke.5`, `1.31.2`; undefined for `latest`, a digest, or a word. */
function parse(tag: string | undefined): readonly [number, number, number] | undefined {
  const m = /^v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,6}))?/.exec(tag ?? '');
  return m === null ? undefined : [Number(m[1]), Number(m[2]), Number(m[3] ?? 0)];
}

function isBelow(version: string, other: string): boolean {
  const a = parse(version);
  const b = parse(other);
  if (a === undefined || b === undefined) return false;
  for (let i = 0; i < 3; i++) if (a[i] !== b[i]) return (a[i] ?? 0) < (b[i] ?? 0);
  return false;
}

/**
 * The default at a version; of an unknown one that of the version that was read. Undefined where the setting isn't
 * known to be there.
 */
export function defaultAt(component: Component, knob: Knob, version: string | undefined): string | undefined {
  if (version === undefined || parse(version) === undefined) return knob.default;
  if (!isBelow(version, knob.since ?? component.since)) return knob.default;
  return knob.earlier?.find((e) => !isBelow(version, e.from) && isBelow(version, e.to))?.default;
}

/** "kube-controller-manager v1.37.2", or with what was read where the image is another version. */
export function versionName(component: Component, version: string | undefined): string {
  if (version === undefined || parse(version) === undefined) return `${component.name} ${component.read}`;
  const same = parse(version)?.join('.') === parse(component.read)?.join('.');
  return same ? `${component.name} ${component.read}` : `${component.name} ${component.read}; the image is ${version}`;
}

/** Repository and tag of an image's reference; a digest is no tag. */
export function imageOf(reference: string): { readonly repository: string; readonly tag: string | undefined } {
  const bare = reference.split('@')[0] ?? '';
  const slash = bare.lastIndexOf('/');
  const colon = bare.indexOf(':', slash + 1);
  return colon < 0
    ? { repository: bare, tag: undefined }
    : { repository: bare.slice(0, colon), tag: bare.slice(colon + 1) };
}
