/**
 * Hints in Go sources: the first look, a keystroke in a large file, a module cold and warm; against gofmt -l, which
 * reads and parses the same files.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { DiskFiles, ours } from '../../../src/inspect/diskFiles';
import { Analyzer } from '../../../src/advice/analyzer';
import { Grammar } from '../../../src/advice/go/grammar';
import { byTurns, median, summary, timed } from '../lib/stats';
import type { Case } from '../types';

const exec = promisify(execFile);
const PEER = 'gofmt -l on the same module';
const [PACKAGES, FILES] = [50, 10];
/** Lines of the large file. */
const LINES = 2000;

export const source: Case = {
  name: 'source',
  async run(bench, tell) {
    bench.go('gofmt is what reading a module is held against');
    const dir = path.join(bench.dir, 'module');
    const files = write(dir);
    const load = async (): Promise<Grammar> => {
      const wasm = (of: string): Promise<Uint8Array> =>
        fs.promises.readFile(path.join(bench.options.root, 'node_modules', of));
      return Grammar.load(
        ...(await Promise.all([
          wasm('web-tree-sitter/web-tree-sitter.wasm'),
          wasm('tree-sitter-go/tree-sitter-go.wasm'),
        ])),
      );
    };
    const analyzer = (): Analyzer => new Analyzer(load, new DiskFiles());
    const large = path.join(dir, 'large', 'large.go');

    // The first of the process: nothing else has loaded the grammar yet.
    const first = analyzer();
    tell({
      name: `source: the first look at a file of ${LINES} lines, with the grammar's load`,
      value: await timed(() => first.file(ours(large))),
      unit: 'ms',
      limit: { most: 150, of: 'value' },
    });
    tell({
      name: `source: after a keystroke in it, CPU time of the host`,
      ...summary(await keystrokes(first, large, bench.repeats(15))),
      unit: 'ms',
      limit: { most: 10, of: 'value' },
    });
    first.clear();

    const before = process.memoryUsage().rss;
    const warm: number[] = [];
    let most = before;
    const { ours: cold, peer } = await byTurns(
      bench.repeats(3),
      async () => {
        const one = analyzer();
        const took = await timed(() => reviewed(one, dir));
        warm.push(await timed(() => reviewed(one, dir)));
        most = Math.max(most, process.memoryUsage().rss);
        one.clear();
        return took;
      },
      () => timed(() => exec('gofmt', ['-l', dir], { signal: bench.ended })),
    );
    const go = { peer: PEER, peerValue: median(peer) };
    tell({
      name: `source: a module of ${files} files, cold`,
      ...summary(cold),
      unit: 'ms',
      ...go,
      limit: { most: 3000, of: 'value' },
    });
    tell({
      name: `source: a module of ${files} files, warm`,
      ...summary(warm),
      unit: 'ms',
      ...go,
      limit: { most: 300, of: 'value' },
    });
    tell({
      name: `source: a module of ${files} files, memory that the process grew by`,
      value: (most - before) / 1e6,
      unit: 'MB',
      limit: { most: 100, of: 'value' },
    });
  },
};

/** Findings must be there, or nothing was measured. */
async function reviewed(analyzer: Analyzer, dir: string): Promise<void> {
  let findings = 0;
  for await (const report of analyzer.review(ours(dir))) findings += report.findings.length;
  if (findings < PACKAGES) throw new Error(`Only ${findings} findings: something went wrong.`);
}

/** One letter more in a comment in the middle each time. CPU time: what else runs on the machine doesn't count. */
async function keystrokes(analyzer: Analyzer, file: string, times: number): Promise<number[]> {
  let text = await fs.promises.readFile(file, 'utf8');
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    const at = text.indexOf('// typed', text.length / 2) + '// typed'.length;
    text = `${text.slice(0, at)}x${text.slice(at)}`;
    const started = process.cpuUsage();
    analyzer.edited(ours(file));
    await analyzer.file(ours(file), text);
    const { user, system } = process.cpuUsage(started);
    took.push((user + system) / 1000);
  }
  // The first ones run what is not compiled yet, as the first letters of a person do: left out of what is judged.
  return took.slice(Math.min(5, times - 1));
}

/** Makes the module; gives the number of its Go files. */
function write(dir: string): number {
  const put = (name: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), text);
  };
  put(
    'go.mod',
    'module example.com/bench\n\ngo 1.24\n\nrequire sigs.k8s.io/controller-runtime v0.20.4\n\nrequire k8s.io/client-go v0.32.1\n',
  );
  for (let p = 0; p < PACKAGES; p++)
    for (let f = 0; f < FILES; f++) put(`internal/c${p}/f${f}.go`, controller(`c${p}`, f, 4));
  const unit = controller('large', 0, 1).split('\n').length;
  const head = controller('large', 0, 1);
  put(
    'large/large.go',
    head +
      Array.from({ length: Math.ceil((LINES - unit) / helper(0).split('\n').length) + 1 }, (_, i) => helper(i)).join(
        '',
      ),
  );
  return PACKAGES * FILES + 1;
}

function controller(pkg: string, n: number, helpers: number): string {
  return `package ${pkg}

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Reconciler${n} keeps one object as it is to be.
type Reconciler${n} struct {
	client.Client
}

func (r *Reconciler${n}) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	var pod corev1.Pod
	if err := r.Get(ctx, req.NamespacedName, &pod); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	return ctrl.Result{RequeueAfter: time.Minute}, r.Status().Update(ctx, &pod)
}

func (r *Reconciler${n}) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).For(&corev1.Pod{}).Complete(r)
}
${Array.from({ length: helpers }, (_, i) => helper(100 * n + i)).join('')}`;
}

function helper(n: number): string {
  return `
// sum${n} is here to be read. // typed
func sum${n}(values map[string]int, factor int) (int, error) {
	total := 0
	for name, value := range values {
		switch {
		case name == "":
			continue
		case value > 10:
			total += value * factor
		default:
			total += value
		}
	}
	return total, nil
}
`;
}
