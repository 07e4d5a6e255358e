/**
 * Makes a package of a program whose clients tell their limits. Its text stays what it is but for the calls that are
 * watched.
 */
import { GoFile, type Call } from '../../../src/advice/go/file';
import { grammar } from '../../unit/advice/harness';
import { applyEdits } from '../../../src/advice/text';
import { MODULE } from './workspace';

/**
 * What makes a client or a manager, with a `*rest.Config` among its arguments. Found here by name, not by what is
 * tested.
 */
const MAKERS: Readonly<Record<string, readonly string[]>> = {
  'k8s.io/client-go/kubernetes': ['NewForConfig', 'NewForConfigOrDie', 'NewForConfigAndClient'],
  'k8s.io/client-go/kubernetes/typed/core/v1': ['NewForConfig', 'NewForConfigOrDie', 'NewForConfigAndClient'],
  'k8s.io/client-go/dynamic': ['NewForConfig', 'NewForConfigOrDie', 'NewForConfigAndClient'],
  'k8s.io/client-go/metadata': ['NewForConfig', 'NewForConfigOrDie', 'NewForConfigAndClient'],
  'k8s.io/client-go/discovery': [
    'NewDiscoveryClientForConfig',
    'NewDiscoveryClientForConfigOrDie',
    'NewDiscoveryClientForConfigAndClient',
  ],
  'k8s.io/client-go/rest': ['RESTClientFor', 'RESTClientForConfigAndClient', 'UnversionedRESTClientFor'],
  'sigs.k8s.io/controller-runtime': ['NewManager'],
  'sigs.k8s.io/controller-runtime/pkg/manager': ['New'],
  'sigs.k8s.io/controller-runtime/pkg/cluster': ['New'],
  'sigs.k8s.io/controller-runtime/pkg/client': ['New', 'NewWithWatch'],
  'sigs.k8s.io/controller-runtime/pkg/client/apiutil': ['RESTClientForGVK'],
};

/** A call that makes a client: where it stands in which file of the program as it was written. */
export interface Watched {
  readonly id: number;
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Instrumented {
  /** Name → text, the generated one among them. */
  readonly files: Readonly<Record<string, string>>;
  readonly calls: readonly Watched[];
  readonly imports: ReadonlySet<string>;
}

const isMaker = (call: Call): boolean => call.pkg !== undefined && MAKERS[call.pkg]?.includes(call.name) === true;

/**
 * `files`: a program of package main (or any other), by name. `name`: its new package. `run`: the statements that start
 * it. Clients reach for an address in a literal or for the service account of a pod: both lead to the test's API
 * server.
 */
export function instrument(files: Readonly<Record<string, string>>, name: string, run: string): Instrumented {
  const out: Record<string, string> = {};
  const calls: Watched[] = [];
  const helpers: string[] = [];
  const imports = new Set<string>();
  for (const [file, text] of Object.entries(files)) {
    const go = new GoFile(`/m/${file}`, text, grammar().parse(text));
    for (const i of go.imports) imports.add(i.path);
    const edits: { start: number; end: number; text: string }[] = [];
    const clause = /^package[ \t]+(\w+)/m.exec(text);
    if (clause === null) throw new Error(`${file} has no package clause`);
    edits.push({ start: clause.index, end: clause.index + clause[0].length, text: `package ${name}` });
    for (const call of go.calls.filter(isMaker)) {
      const id = calls.length;
      calls.push({ id, file, start: call.node.startIndex, end: call.node.endIndex, text: call.node.text });
      helpers.push(
        call.name.endsWith('OrDie')
          ? `func probe${id}[T any](v T) T {\n\tprobe.Report(${id}, v, nil)\n\treturn v\n}\n`
          : `func probe${id}[T any](v T, err error) (T, error) {\n\tprobe.Report(${id}, v, err)\n\treturn v, err\n}\n`,
      );
      edits.push(
        { start: call.node.startIndex, end: call.node.startIndex, text: `probe${id}(` },
        { start: call.node.endIndex, end: call.node.endIndex, text: ')' },
      );
    }
    const rest = go.nameFor('k8s.io/client-go/rest');
    let inCluster = false;
    for (const call of go.calls) {
      if (call.pkg !== 'k8s.io/client-go/rest' || call.name !== 'InClusterConfig') continue;
      const fun = call.node.childForFieldName('function');
      if (fun !== null) edits.push({ start: fun.startIndex, end: fun.endIndex, text: 'probeInCluster' });
      inCluster = true;
    }
    for (const literal of go.literals.filter((l) => l.pkg === 'k8s.io/client-go/rest' && l.name === 'Config')) {
      const host = literal.fields.get('Host')?.value;
      if (host?.type === 'interpreted_string_literal')
        edits.push({ start: host.startIndex, end: host.endIndex, text: 'probe_Host' });
    }
    go.tree.delete();
    // The import stays used when its only call went elsewhere.
    out[file] = `${applyEdits(text, edits)}${inCluster ? `\nvar _ *${rest}.Config\n` : ''}`;
  }
  if (calls.length === 0) throw new Error(`${name} makes no client`);
  out['probe_generated.go'] = `package ${name}

import (
	_ "${MODULE}/${name}/fresh"
	"${MODULE}/probe"
)

var probe_Host = probe.Host
var probeInCluster = probe.InClusterConfig

var _, _ = probe_Host, probeInCluster

// ProbeMain is the program.
func ProbeMain() {
	probe.Expected = ${calls.length}
	${run}
}

${helpers.join('\n')}`;
  return { files: out, calls, imports };
}
