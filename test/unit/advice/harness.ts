/**
 * Go sources for the tests of src/advice: texts in, files, packages, modules and findings out. No cluster, no Go, no
 * editor.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { GoFile } from '../../../src/advice/go/file';
import { isRelevantGo } from '../../../src/advice/go/relevant';
import { Grammar } from '../../../src/advice/go/grammar';
import { GoPackage } from '../../../src/advice/go/package';
import { clientsOf } from '../../../src/advice/clients/index';
import { controllersOf } from '../../../src/advice/controllers/index';
import type { Fact, Facts, Module } from '../../../src/advice/modules/types';
import { dirOf, join, nameOf } from '../../../src/advice/paths';
import type { GoRule } from '../../../src/advice/rule';
import { applyEdits } from '../../../src/advice/text';
import type { Files, Finding, Fix, Measured } from '../../../src/advice/types';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const loaded = await Grammar.load(
  readFileSync(`${ROOT}/node_modules/web-tree-sitter/web-tree-sitter.wasm`),
  readFileSync(`${ROOT}/node_modules/tree-sitter-go/tree-sitter-go.wasm`),
);

/** Folder of the tests' module. */
export const DIR = '/m';

export function grammar(): Grammar {
  return loaded;
}
export function fileOf(text: string, file = `${DIR}/main.go`): GoFile {
  return new GoFile(file, text, loaded.parse(text));
}

/** By name: `{ 'main.go': '…', 'options.go': '…' }`. All are of one folder. */
export function packageOf(texts: Readonly<Record<string, string>>): GoPackage {
  return new GoPackage(
    DIR,
    Object.entries(texts).map(([name, text]) => fileOf(text, `${DIR}/${name}`)),
  );
}

export interface Versions {
  /** "v0.20.4"; undefined: the module does not require it. */
  readonly controllerRuntime?: string;
  /** v0.37.0 unless told; null: the module does not require it. */
  readonly clientGo?: string | null;
  /**
   * Fields that the options structs have: `{ 'controller.Options': ['RecoverPanic'] }`; a struct that is not told is
   * unknown.
   */
  readonly has?: Readonly<Record<string, readonly string[]>>;
  /** Other modules that are required, by path. */
  readonly others?: Readonly<Record<string, string>>;
}

/** A module by versions alone, as one whose source is not on this machine. */
export function moduleWith(versions: Versions = {}): Module {
  const clientGo = versions.clientGo === undefined ? 'v0.37.0' : (versions.clientGo ?? undefined);
  const all = new Map(
    Object.entries({
      'sigs.k8s.io/controller-runtime': versions.controllerRuntime,
      'k8s.io/client-go': clientGo,
      ...versions.others,
    }),
  );
  return {
    path: 'example.com/app',
    dir: DIR,
    go: '1.24',
    version: (module) => {
      const version = all.get(module);
      return version === undefined ? undefined : { path: module, version, dir: undefined, replaced: undefined };
    },
    facts: factsWith(versions.controllerRuntime, clientGo, versions.has ?? {}),
  };
}

function factsWith(
  runtime: string | undefined,
  clientGo: string | undefined,
  has: Readonly<Record<string, readonly string[]>>,
): Facts {
  const minor = runtime === undefined ? undefined : Number(/^v0\.(\d+)/.exec(runtime)?.[1]);
  const fact = <T>(value: T): Fact<T> => ({ value, source: `controller-runtime ${runtime ?? ''}` });
  const by = <T>(value: (n: number) => T): Fact<T> | undefined =>
    minor === undefined ? undefined : fact(value(minor));
  return {
    clientGo:
      clientGo === undefined ? undefined : { value: { qps: 5, burst: 10 }, source: `k8s.io/client-go ${clientGo}` },
    getConfig: by((n) => (n < 21 ? { qps: 20, burst: 30 } : { qps: -1, burst: undefined })),
    maxConcurrentReconciles: by(() => 1),
    usePriorityQueue: by((n) => (n < 20 ? 'none' : n < 23 ? 'off' : 'on')),
    has: (struct, field) => has[struct]?.includes(field),
    registersRestMetrics: by((n) => n >= 25),
  };
}

/** Files in memory. `/gomodcache` is the module cache when something is below it. */
export function memoryFiles(texts: Readonly<Record<string, string>>): Files {
  return {
    read: (file) => Promise.resolve(texts[file]),
    list: (dir) =>
      Promise.resolve([
        ...new Set(
          Object.keys(texts)
            .filter((f) => f.startsWith(`${dir}/`))
            .map((f) => {
              const [head, ...rest] = f.slice(dir.length + 1).split('/');
              return rest.length > 0 ? `${head}/` : (head ?? '');
            }),
        ),
      ]),
    absolute: (os) => (os.startsWith('/') ? os : join(DIR, os.replaceAll('\\', '/'))),
    moduleCaches: Object.keys(texts).some((f) => f.startsWith('/gomodcache/')) ? ['/gomodcache'] : [],
  };
}

/** A finding with what each of its fixes makes of the package. */
export interface Checked extends Finding {
  /** The file's name. */
  readonly in: string;
  /** The text that the finding stands at. */
  readonly at: string;
  /** Fix id → the texts of all files after it, by name. */
  readonly fixed: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * What a rule finds in these files. Each fix is applied; throws when its edits overlap, leave the text, change nothing,
 * or make a text that Go's grammar refuses.
 */
export function findingsOf(
  rule: GoRule,
  texts: Readonly<Record<string, string>>,
  module: Module = moduleWith(),
  measured?: Measured,
): Checked[] {
  const pkg = packageOf(texts);
  const clients = clientsOf(pkg, module);
  const controllers = controllersOf(pkg, module);
  return pkg.files
    .filter((f) => !f.isTest && !f.generated && isRelevantGo(f.text))
    .flatMap((file) =>
      [...rule.check({ file, pkg, module, clients, controllers, measured })].map((finding) => {
        if (finding.start < 0 || finding.end > file.text.length || finding.start >= finding.end)
          throw new Error(`${finding.rule}: the finding's place is outside the text`);
        const ids = finding.fixes.map((f) => f.id);
        if (new Set(ids).size !== ids.length)
          throw new Error(`${finding.rule}: two fixes with one id: ${ids.join(', ')}`);
        return {
          ...finding,
          in: nameOf(file.path),
          at: file.text.slice(finding.start, finding.end),
          fixed: Object.fromEntries(finding.fixes.map((fix) => [fix.id, fixedBy(fix, file.path, texts)])),
        };
      }),
    );
}

/** All texts after a fix of a finding in `file`. */
function fixedBy(fix: Fix, file: string, texts: Readonly<Record<string, string>>): Record<string, string> {
  const out = { ...texts };
  if (fix.edits.length === 0) throw new Error(`${fix.id}: no edits`);
  const files = new Set(fix.edits.map((e) => e.file ?? file));
  for (const target of files) {
    if (dirOf(target) !== DIR) throw new Error(`${fix.id}: edits ${target}, which is not in the package`);
    const before = out[nameOf(target)] ?? '';
    const after = applyEdits(
      before,
      fix.edits.filter((e) => (e.file ?? file) === target),
    );
    if (after === before) throw new Error(`${fix.id}: changes nothing in ${target}`);
    if (!loaded.accepts(after)) throw new Error(`${fix.id}: does not parse any more:\n${after}`);
    out[nameOf(target)] = after;
  }
  for (const edit of fix.edits)
    for (const stop of edit.stops ?? [])
      if (stop.start < 0 || stop.end > edit.text.length || stop.end < stop.start)
        throw new Error(`${fix.id}: a stop outside its text`);
  return out;
}
