/** For tests of YAML: what is found, what a fix makes, and that every fix changes nothing else. */
import { expect } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { applyEdits } from '../../../src/advice/text';
import type { Finding, Fix, Measured } from '../../../src/advice/types';
import { checkYaml, type YamlReport } from '../../../src/advice/yaml/index';

/** The report, after every fix of it was applied and its result compared with the text. */
export function report(text: string, path = 'manifest.yaml', measured?: Measured): YamlReport {
  const found = checkYaml(text, path, measured);
  for (const finding of found.findings) {
    expect(finding.start, finding.message).toBeLessThan(finding.end);
    expect(finding.end).toBeLessThanOrEqual(text.length);
    for (const fix of finding.fixes) changesOnlyItsOwn(text, fix);
  }
  return found;
}

/** `rule: marked text`, in the order of the text; only the first line of what is marked. */
export function told(text: string, path?: string): string[] {
  return report(text, path)
    .findings.filter((f) => f.rule !== 'yaml-pprof-off')
    .map((f) => `${f.rule.replace('yaml-', '')}: ${text.slice(f.start, f.end).split(/\r?\n/)[0] ?? ''}`);
}

export function finding(text: string, rule: string, path?: string, measured?: Measured): Finding {
  const found = report(text, path, measured).findings.find((f) => f.rule === rule);
  if (found === undefined) throw new Error(`No ${rule} in:\n${text}`);
  return found;
}

export function fixed(text: string, rule: string, id?: string, path?: string): string {
  const found = finding(text, rule, path);
  const fix = id === undefined ? found.fixes[0] : found.fixes.find((f) => f.id === id);
  if (fix === undefined) throw new Error(`No fix ${id ?? ''} among ${found.fixes.map((f) => f.id).join(', ')}`);
  return applyEdits(text, fix.edits);
}

/** Lines that a fix takes away and adds: `-a`, `+b`. */
export function lines(text: string, rule: string, id?: string, path?: string): string[] {
  const before = text.split('\n');
  const after = fixed(text, rule, id, path).split('\n');
  const rest = [...after];
  const gone: string[] = [];
  for (const line of before) {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    else gone.push(line);
  }
  return [...gone.map((l) => `-${l}`), ...rest.map((l) => `+${l}`)];
}

/** Helm's templates as words, so that what is around them can be parsed. */
const plain = (text: string): string => text.replace(/^[ \t]*\{\{[^\n]*\}\}[ \t]*$/gm, '').replace(/\{\{.*?\}\}/g, 'x');

/** As the YAML package reads documents: not the way in which the code under test looks at them. */
function values(text: string): string[] {
  return parseAllDocuments(plain(text), { uniqueKeys: false, merge: true, logLevel: 'silent' }).flatMap((doc, i) => {
    expect(doc.errors, text).toEqual([]);
    return flat(doc.toJS(), `${i}`);
  });
}

function flat(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : value.flatMap((v) => flat(v, `${path}[]`));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([k, v]) => flat(v, `${path}.${k}`));
  // A text with a document in it: its values are compared one by one.
  if (typeof value === 'string' && value.includes('\n') && value.includes(': '))
    return flat(
      parseAllDocuments(plain(value)).map((d) => d.toJS() as unknown),
      path,
    );
  return value === null ? [] : [`${path}=${JSON.stringify(value)}`];
}

function changesOnlyItsOwn(text: string, fix: Fix): void {
  const after = applyEdits(text, fix.edits);
  const a = values(text);
  const b = values(after);
  expect(parseAllDocuments(plain(after)).length).toBe(parseAllDocuments(plain(text)).length);
  const gone = without(a, b);
  const come = without(b, a);
  expect(come.length, fix.title).toBeGreaterThan(0);
  // Every value that comes is one that the title names, or the name of the setting; as many go as are typed over.
  const numbers = [...fix.title.matchAll(/\d[\d.:]*|true/g)].map((m) => m[0]);
  for (const leaf of come)
    expect(
      /-own$/.test(fix.id) || numbers.some((n) => leaf.includes(n)) || /name="/.test(leaf),
      `${fix.title}: ${leaf}`,
    ).toBe(true);
  expect(gone.length).toBeLessThanOrEqual(come.length);
  expect(come.length).toBeLessThanOrEqual(6);
  // Comments stay, and no line end changes.
  expect(after.match(/#[^\r\n]*/g) ?? []).toEqual(text.match(/#[^\r\n]*/g) ?? []);
  if (text.includes('\r\n')) expect(after.replaceAll('\r\n', '')).not.toContain('\n');
  for (const edit of fix.edits)
    for (const stop of edit.stops ?? []) expect(edit.text.slice(stop.start, stop.end)).toMatch(/^[\w.:]+$/);
}

function without(list: readonly string[], other: readonly string[]): string[] {
  const rest = [...other];
  return list.filter((v) => {
    const at = rest.indexOf(v);
    if (at < 0) return true;
    rest.splice(at, 1);
    return false;
  });
}

/** A container's manifest: `body` are lines of the container, indented by six spaces. */
export function deployment(name: string, body: string, kind = 'Deployment', spec = ''): string {
  return `apiVersion: apps/v1
kind: ${kind}
metadata:
  name: ${name}
spec:
${spec}  template:
    spec:
      containers:
      - name: ${name}
${body.replace(/^/gm, '        ').trimEnd()}
`;
}

export function configMap(name: string, data: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n${data.replace(/^(?=.)/gm, '  ')}`;
}

export function pod(name: string, container: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n  namespace: kube-system\nspec:\n  containers:\n  - ${container.trim().replaceAll('\n', '\n    ')}\n  hostNetwork: true\n`;
}
