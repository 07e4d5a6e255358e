import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/base/problem';
import { Analyzer, type Report } from '../../../src/advice/analyzer';
import { applyEdits, position } from '../../../src/advice/text';
import { grammar, memoryFiles } from './harness';
import { kubebuilder } from './setup/programs';

const MOD =
  'module example.com/app\n\ngo 1.24\n\nrequire sigs.k8s.io/controller-runtime v0.20.4\n\nrequire k8s.io/client-go v0.32.1 // indirect\n';
const MAIN = kubebuilder('ctrl.Options{}', { imports: '\n\t"example.com/app/internal/serve"' });
const ADAPTER = 'package serve\n\nfunc init() { clientmetrics.RateLimiterLatency = adapter{} }\n';
/** A client with client-go's own limit. */
const CLIENT = `package main

import (
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

func connect() (*kubernetes.Clientset, error) {
	cfg, err := rest.InClusterConfig()
	if err != nil {
		return nil, err
	}
	return kubernetes.NewForConfig(cfg)
}
`;

/** A folder that can be changed under an analyzer, what was read of it, and what a person was told. */
function folder(texts: Record<string, string>) {
  const reads: string[] = [];
  const told: Problem[] = [];
  const files = memoryFiles(texts);
  const counted = {
    ...files,
    moduleCaches: files.moduleCaches,
    read: (p: string) => {
      reads.push(p);
      return files.read(p);
    },
  };
  const analyzer = new Analyzer(() => Promise.resolve(grammar()), counted, {
    tell: (p) => {
      told.push(p);
    },
  });
  const set = (path: string, text: string): void => {
    if (path in texts) {
      texts[path] = text;
      analyzer.edited(path);
    } else {
      texts[path] = text;
      analyzer.changed(path);
    }
  };
  return { analyzer, reads, told, set };
}

const rules = (report: Report): string[] => report.findings.map((f) => f.rule);
async function reviewed(analyzer: Analyzer, dir = '/m'): Promise<Report[]> {
  const reports: Report[] = [];
  for await (const report of analyzer.review(dir)) reports.push(report);
  return reports;
}
/** Rule and the text that the finding stands at. */
async function found(texts: Record<string, string>, path = '/m/main.go'): Promise<string[]> {
  const { findings } = await folder({ '/m/go.mod': MOD, ...texts }).analyzer.file(path);
  return findings.map((f) => `${f.rule}: ${(texts[path] ?? '').slice(f.start, f.end).split('\n')[0]}`);
}

describe('what other packages set up', () => {
  it('silences the hints, and they are back when it goes', async () => {
    const { analyzer, set } = folder({
      '/m/go.mod': MOD,
      '/m/main.go': MAIN,
      '/m/internal/serve/a.go': 'package serve\n',
    });
    expect(rules(await analyzer.file('/m/main.go'))).toEqual(expect.arrayContaining(['limiter-metric', 'pprof']));
    set('/m/internal/serve/limiter.go', ADAPTER);
    const with1 = rules(await analyzer.file('/m/main.go'));
    expect(with1).not.toContain('limiter-metric');
    expect(with1).toContain('pprof');
    set('/m/internal/serve/limiter.go', 'package serve\n');
    expect(rules(await analyzer.file('/m/main.go'))).toContain('limiter-metric');
    set('/m/internal/serve/a.go', 'package serve\n\nimport _ "net/http/pprof"\n');
    expect(rules(await analyzer.file('/m/main.go'))).not.toContain('pprof');
  });

  it('is read once, and not again for a keystroke', async () => {
    const { analyzer, reads, set } = folder({
      '/m/go.mod': MOD,
      '/m/main.go': MAIN,
      '/m/internal/serve/a.go': ADAPTER,
    });
    await analyzer.file('/m/main.go');
    expect(reads.filter((p) => p === '/m/internal/serve/a.go')).toHaveLength(1);
    const before = reads.length;
    set('/m/main.go', `${MAIN}\n// typed\n`);
    expect(rules(await analyzer.file('/m/main.go'))).not.toContain('limiter-metric');
    expect(reads.slice(before)).toEqual(['/m/main.go']);
  });

  it('is not read where no rule would speak', async () => {
    const { analyzer, reads } = folder({
      '/m/go.mod': MOD,
      '/m/api.go':
        'package main\n\nimport (\n\t"example.com/app/internal/serve"\n\n\t"k8s.io/client-go/kubernetes"\n)\n\nvar x kubernetes.Interface = serve.X\n',
      '/m/internal/serve/a.go': ADAPTER,
    });
    expect(rules(await analyzer.file('/m/api.go'))).toEqual([]);
    expect(reads).not.toContain('/m/internal/serve/a.go');
  });
});

describe('versions that are not known', () => {
  it('says once in go.mod which lines are not taken, and says nothing that depends on them', async () => {
    const mod =
      'module example.com/app\n\nrequire k8s.io/client-go v0.32.1\n<<<<<<< HEAD\nrequire sigs.k8s.io/controller-runtime "v0.20\n=======\n';
    const { analyzer, told } = folder({ '/m/go.mod': mod, '/m/main.go': MAIN });
    const reports = await reviewed(analyzer);
    const [report] = reports.filter((r) => r.file === '/m/go.mod');
    expect(report?.findings.map((f) => [mod.slice(f.start, f.end), f.message])).toEqual([
      [
        '<<<<<<< HEAD',
        'Go does not take this line, nor lines 5, 6: what is said there about versions is not known, and hints that depend on it are left out.',
      ],
    ]);
    // What controller-runtime sets when nobody does changed with v0.21.0.
    expect(reports.flatMap((r) => r.findings).filter((f) => f.effective?.qps !== undefined)).toEqual([]);
    expect(told).toEqual([]);
  });

  it('says that a replace leads nowhere, or to the module itself', async () => {
    const at = async (line: string, more: Record<string, string> = {}): Promise<string[]> => {
      const mod = `${MOD}\n${line}\n`;
      return (await folder({ '/m/go.mod': mod, ...more }).analyzer.file('/m/go.mod')).findings.map(
        (f) => `${mod.slice(f.start, f.end)}: ${f.message}`,
      );
    };
    const nowhere = 'replace sigs.k8s.io/controller-runtime => ../nowhere';
    expect(await at(nowhere)).toEqual([
      `${nowhere}: sigs.k8s.io/controller-runtime is replaced by ../nowhere, and nothing is there: its version is not known, and hints that depend on it are left out.`,
    ]);
    expect(await at(nowhere, { '/nowhere/go.mod': 'module sigs.k8s.io/controller-runtime\n' })).toEqual([]);
    expect((await at('replace k8s.io/client-go => ./'))[0]).toContain('which is this module itself');
    expect(await at('replace k8s.io/client-go => k8s.io/client-go v0.31.0')).toEqual([]);
    expect((await at('replace k8s.io/client-go => C:\\src\\client-go'))[0]).toContain(
      'C:\\src\\client-go, and nothing is there',
    );
  });

  it('ends for modules that replace each other', async () => {
    const texts = {
      '/m/go.mod':
        'module example.com/app\n\nrequire example.com/b v1.0.0\n\nrequire sigs.k8s.io/controller-runtime v0.20.4\n\nreplace example.com/b => ../b\n',
      '/m/main.go': MAIN,
      '/b/go.mod': 'module example.com/b\n\nrequire example.com/app v1.0.0\n\nreplace example.com/app => ../m\n',
      '/b/b.go': 'package b\n',
    };
    expect(rules(await folder(texts).analyzer.file('/m/main.go'))).toContain('client-limit');
  });

  it('tells of lines of go.work at the module', async () => {
    const { findings } = await folder({
      '/w/go.work': 'go 1.24\n\nuse ./m\nnonsense here\n',
      '/w/m/go.mod': MOD,
    }).analyzer.file('/w/m/go.mod');
    expect(findings.map((f) => [MOD.slice(f.start, f.end), f.message.slice(0, 39)])).toEqual([
      ['module example.com/app', 'Go does not take line 4 of go.work: wha'],
    ]);
  });

  it('says once that there is no go.mod', async () => {
    const { analyzer, told } = folder({ '/m/main.go': MAIN, '/m/sub/client.go': CLIENT });
    const reports = await reviewed(analyzer);
    expect(reports.flatMap((r) => r.findings).filter((f) => f.effective?.qps !== undefined)).toEqual([]);
    expect(told.map((p) => [p.code, p.message])).toEqual([
      ['source.versions', expect.stringContaining('There is no go.mod in a folder above /m/main.go')],
    ]);
  });

  it('leaves a broken go.mod alone that has nothing to do with Kubernetes', async () => {
    expect(
      (await folder({ '/m/go.mod': 'module a\n<<<<<<<\n', '/m/main.go': 'package main\n' }).analyzer.file('/m/go.mod'))
        .findings,
    ).toEqual([]);
  });

  it('knows the releases without a module cache', async () => {
    const { findings } = await folder({ '/m/go.mod': MOD, '/m/main.go': MAIN }).analyzer.file('/m/main.go');
    expect(findings.find((f) => f.rule === 'client-limit')?.effective).toMatchObject({ qps: 20, burst: 30 });
  });
});

describe('Go that is not as it should be', () => {
  const LIMIT = 'client-limit: rest.InClusterConfig()';

  it('half typed: says what can be told of the rest, and breaks nothing', async () => {
    const { analyzer } = folder({ '/m/go.mod': MOD, '/m/main.go': CLIENT });
    // As it is typed, a letter after the other, and with its end cut off.
    for (let cut = 0; cut <= CLIENT.length; cut += 7) {
      for (const text of [CLIENT.slice(0, cut), CLIENT.slice(0, cut) + CLIENT.slice(cut + 7)]) {
        const { findings } = await analyzer.file('/m/main.go', text);
        for (const fix of findings.flatMap((f) => f.fixes))
          for (const edit of fix.edits) expect(edit.end).toBeLessThanOrEqual(text.length);
      }
    }
    expect(await found({ '/m/main.go': `${CLIENT}\nfunc next() {\n\tx := foo(\n` })).toEqual(
      expect.arrayContaining([LIMIT]),
    );
    expect(
      await found({ '/m/main.go': CLIENT.replace('kubernetes.NewForConfig(cfg)', 'kubernetes.NewForConfig(') }),
    ).toEqual([]);
  });

  it('generics', async () => {
    const text = CLIENT.replace(
      'func connect() (*kubernetes.Clientset, error) {',
      'type Box[T any, P interface{ ~*T }] struct{ v P }\n\nfunc (b Box[T, P]) get() P { return b.v }\n\nfunc connect[T kubernetes.Interface](x ...Box[int, *int]) (*kubernetes.Clientset, error) {',
    );
    expect(await found({ '/m/main.go': text })).toContain(LIMIT);
  });

  it("build tags: each file of its own, and the package's other files are read", async () => {
    const linux = `//go:build linux\n\n${CLIENT}`;
    const other = `//go:build !linux\n\n${CLIENT}`;
    expect(await found({ '/m/main.go': linux, '/m/main_other.go': other })).toContain(LIMIT);
    expect(await found({ '/m/main.go': linux, '/m/main_other.go': other }, '/m/main_other.go')).toContain(LIMIT);
  });

  it('generated files: nothing is offered', async () => {
    expect(await found({ '/m/main.go': `// Code generated by client-gen. DO NOT EDIT.\n\n${CLIENT}` })).toEqual([]);
  });

  it('test files: nothing is said', async () =>
    expect(await found({ '/m/main_test.go': CLIENT }, '/m/main_test.go')).toEqual([]));

  it('CRLF stays in all that a fix writes', async () => {
    const text = CLIENT.replaceAll('\n', '\r\n');
    const { findings } = await folder({ '/m/go.mod': MOD, '/m/main.go': text }).analyzer.file('/m/main.go');
    const fixes = findings.flatMap((f) => f.fixes);
    expect(fixes.length).toBeGreaterThan(1);
    for (const fix of fixes)
      if (fix.edits.every((e) => e.file === undefined))
        expect(applyEdits(text, fix.edits).replaceAll('\r\n', ''), fix.id).not.toContain('\n');
  });

  it('tabs and Unicode before the place', async () => {
    const text = CLIENT.replace('\tcfg, err :=', '\t/* 🦀 \t日本 é */\tcfg, err :=');
    const { findings } = await folder({ '/m/go.mod': MOD, '/m/main.go': text }).analyzer.file('/m/main.go');
    const limit = findings.find((f) => f.rule === 'client-limit');
    expect(text.slice(limit?.start, limit?.end)).toBe('rest.InClusterConfig()');
    // As `inspect source` tells it: from 1, in UTF-16 units.
    expect(position(text, limit?.start ?? 0)).toEqual({
      line: 9,
      column: '\t/* 🦀 \t日本 é */\tcfg, err := '.length + 1,
    });
    expect(applyEdits(text, limit?.fixes[0]?.edits ?? [])).toContain('🦀 \t日本 é');
  });

  it('5 MB: left out, and said once', async () => {
    const { analyzer, told } = folder({
      '/m/go.mod': MOD,
      '/m/main.go': `${CLIENT}\n// ${'x'.repeat(5_000_000)}\n`,
      '/m/small.go': CLIENT,
    });
    expect((await analyzer.file('/m/main.go')).findings).toEqual([]);
    analyzer.changed('/m/main.go');
    await analyzer.file('/m/main.go');
    expect(told.map((p) => p.sentence)).toEqual(['/m/main.go has 5.0 MB and was left out. Files up to 5 MB are read.']);
    expect(rules(await analyzer.file('/m/small.go'))).toContain('client-limit');
  });

  it('a path of Windows', async () => {
    const texts = { 'c:/src/app/go.mod': MOD, 'c:/src/app/main.go': CLIENT };
    const { findings } = await folder(texts).analyzer.file('c:/src/app/main.go');
    expect(findings.map((f) => f.rule)).toContain('client-limit');
  });

  it('code that has nothing to do with Kubernetes', async () => {
    const text =
      'package main\n\nimport "net/http"\n\ntype Config struct{ QPS float32; Burst int }\n\nfunc main() { cfg := Config{QPS: 5}; cfg.Burst = 1; for i := 0; i < 3; i++ { go http.ListenAndServe(":1", nil) } }\n';
    const { analyzer, reads } = folder({ '/m/go.mod': MOD, '/m/main.go': text });
    expect(await analyzer.file('/m/main.go')).toEqual({ file: '/m/main.go', findings: [], setUps: [] });
    expect(reads).toEqual(['/m/main.go']);
  });
});
