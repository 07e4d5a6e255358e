import { describe, expect, it } from 'vitest';
import type { LanguageServer, NamePlace } from '../../../src/advice/resolve';
import { Analyzer } from '../../../src/advice/analyzer';
import { applyEdits } from '../../../src/advice/text';
import type { Finding } from '../../../src/advice/types';
import { grammar, memoryFiles } from './harness';

const MOD =
  'module example.com/app\n\ngo 1.24\n\nrequire sigs.k8s.io/controller-runtime v0.20.4\n\nrequire k8s.io/client-go v0.32.1\n';
const OTHERS = ['kube', 'options'].map((name) => `\t"example.com/app/internal/${name}"`);
/** A program whose client's configuration, or what is set on it, comes from `internal/kube` and `internal/options`. */
const main = (...lines: string[]): string => `package main

import (
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

${OTHERS.filter((o) => lines.some((l) => l.includes(`${o.split('/').at(-1)?.slice(0, -1) ?? ''}.`))).join('\n')}
)

func main() {
${lines.map((l) => `\t${l}\n`).join('')}	_ = kubernetes.NewForConfigOrDie(cfg)
}

var _ *rest.Config
`;
const KUBE = (...lines: string[]): string => `package kube

import "k8s.io/client-go/rest"

func Config() (*rest.Config, error) {
	cfg, err := rest.InClusterConfig()
	if err != nil {
		return nil, err
	}
${lines.map((l) => `\t${l}\n`).join('')}	return cfg, nil
}
`;
const GIVEN = ['cfg, err := kube.Config()', 'if err != nil {', '\tpanic(err)', '}'];
const OWN = ['cfg, err := rest.InClusterConfig()', 'if err != nil {', '\tpanic(err)', '}'];

/** `'main.go': 'opts.^QPS'`: the place where ^ stands. */
const at = (texts: Record<string, string>, path: string, marked: string): NamePlace => {
  const offset = texts[path]?.indexOf(marked.replace('^', '')) ?? -1;
  if (offset < 0) throw new Error(`no ${marked} in ${path}`);
  return { path, offset: offset + marked.indexOf('^') };
};
/** What gopls answers: each name with its declaration and all places that name it. */
const server = (
  texts: Record<string, string>,
  declaration: [string, string],
  ...uses: [string, string][]
): LanguageServer => {
  const [declared, ...others] = [declaration, ...uses].map(([path, marked]) => at(texts, path, marked));
  const same = (a: NamePlace, b: NamePlace | undefined): boolean => a.path === b?.path && a.offset === b.offset;
  return {
    definition: (asked) => Promise.resolve(others.some((o) => same(asked, o)) ? declared : undefined),
    references: (asked) => Promise.resolve(same(asked, declared) ? [asked, ...others] : undefined),
  };
};

function folder(files: Record<string, string>, definitions?: LanguageServer) {
  const texts: Record<string, string> = { '/m/go.mod': MOD, ...files };
  const analyzer = new Analyzer(
    () => Promise.resolve(grammar()),
    memoryFiles(texts),
    definitions && { languageServer: definitions },
  );
  const limit = async (): Promise<Finding | undefined> =>
    (await analyzer.file('/m/main.go')).findings.find((f) => f.rule === 'client-limit');
  return { analyzer, texts, limit, effective: async () => (await limit())?.effective };
}

describe('a configuration that another package of the module gives', () => {
  it('has the limits that it has there, and the fix is offered where it is used', async () => {
    const text = main(...GIVEN);
    const { limit } = folder({ '/m/main.go': text, '/m/internal/kube/kube.go': KUBE() });
    const found = await limit();
    expect(found?.effective).toEqual({ qps: 5, burst: 10, because: "client-go's default, k8s.io/client-go v0.32.1" });
    expect(text.slice(found?.start, found?.end)).toBe('kube.Config()');
    expect(applyEdits(text, found?.fixes.find((f) => f.id === 'qps-50')?.edits ?? [])).toBe(
      text.replace('\t_ =', '\tcfg.QPS = 50\n\tcfg.Burst = 100\n\t_ ='),
    );
  });

  it('tells where it is set there, and sets nothing a second time', async () => {
    const { limit } = folder({
      '/m/main.go': main(...GIVEN),
      '/m/internal/kube/kube.go': KUBE('cfg.QPS = 30', 'cfg.Burst = 60'),
    });
    const found = await limit();
    expect(found?.effective).toEqual({
      qps: 30,
      burst: 60,
      because: 'set in internal/kube/kube.go, line 10 and internal/kube/kube.go, line 11',
    });
    expect(found?.fixes).toEqual([]);
  });

  it("may be that of the module's own folder", async () => {
    const text = main('cfg, err := app.Config()', ...GIVEN.slice(1)).replace('\n\n)', '\n\n\t"example.com/app"\n)');
    const { analyzer } = folder({
      '/m/cmd/main.go': text,
      '/m/app.go': KUBE('cfg.QPS, cfg.Burst = 30, 60').replace('package kube', 'package app'),
    });
    expect(
      (await analyzer.file('/m/cmd/main.go')).findings.find((f) => f.rule === 'client-limit')?.effective,
    ).toMatchObject({ qps: 30, because: 'set in app.go, line 10' });
  });

  it('is what this package makes of it', async () => {
    const { effective } = folder({
      '/m/main.go': main(...GIVEN, 'cfg.QPS = 70'),
      '/m/internal/kube/kube.go': KUBE('cfg.QPS = 30', 'cfg.Burst = 60'),
    });
    expect(await effective()).toMatchObject({ qps: 70, burst: 60 });
  });

  it('may come from a third one', async () => {
    const kube =
      'package kube\n\nimport (\n\t"k8s.io/client-go/rest"\n\n\t"example.com/app/internal/cluster"\n)\n\nfunc Config() (*rest.Config, error) { return cluster.Config() }\n';
    const { effective } = folder({
      '/m/main.go': main(...GIVEN),
      '/m/internal/kube/kube.go': kube,
      '/m/internal/cluster/c.go': KUBE('cfg.QPS, cfg.Burst = 30, 60').replace('package kube', 'package cluster'),
    });
    expect(await effective()).toMatchObject({ qps: 30, burst: 60, because: 'set in internal/cluster/c.go, line 10' });
  });

  it('is followed anew when it changes there', async () => {
    const { analyzer, texts, effective } = folder({ '/m/main.go': main(...GIVEN), '/m/internal/kube/kube.go': KUBE() });
    expect(await effective()).toMatchObject({ qps: 5 });
    texts['/m/internal/kube/kube.go'] = KUBE('cfg.QPS = 30', 'cfg.Burst = 60');
    analyzer.edited('/m/internal/kube/kube.go');
    expect(await effective()).toMatchObject({ qps: 30 });
  });

  it("stays unknown, and unsaid, where it can't be followed, in a circle too", async () => {
    const odd = ['hand.Over(cfg)', 'if os.Getenv("FAST") != "" {\n\t\tcfg.QPS = 100\n\t}', 'cfg.RateLimiter = limiter'];
    for (const line of odd)
      expect(
        await folder({ '/m/main.go': main(...GIVEN), '/m/internal/kube/kube.go': KUBE(line) }).limit(),
        line,
      ).toBeUndefined();
    const circle =
      'package kube\n\nimport (\n\t"k8s.io/client-go/rest"\n\n\t"example.com/app/internal/kube"\n)\n\nfunc Config() (*rest.Config, error) { return kube.Config() }\n';
    expect(await folder({ '/m/main.go': main(...GIVEN), '/m/internal/kube/kube.go': circle }).limit()).toBeUndefined();
    expect(await folder({ '/m/main.go': main(...GIVEN) }).limit()).toBeUndefined();
  });
});

describe('a value that another package states', () => {
  it('is followed to a constant, and changed there', async () => {
    const text = main(...OWN, 'cfg.QPS = options.QPS', 'cfg.Burst = 40');
    const options = 'package options\n\n// Limits of our clients.\nconst QPS = 20\n';
    const { limit } = folder({ '/m/main.go': text, '/m/internal/options/o.go': options });
    const found = await limit();
    expect(found?.effective).toMatchObject({ qps: 20, burst: 40 });
    const edits = found?.fixes.find((f) => f.id === 'qps-50')?.edits ?? [];
    expect(
      applyEdits(
        options,
        edits.filter((e) => e.file === '/m/internal/options/o.go'),
      ),
    ).toBe(options.replace('20', '50'));
    expect(
      applyEdits(
        text,
        edits.filter((e) => e.file === undefined),
      ),
    ).toBe(text.replace('= 40', '= 100'));
  });

  it('never leaves an import without a use', async () => {
    const text = main(...OWN, 'cfg.QPS = 2 * options.QPS', 'cfg.Burst = options.Burst()');
    const { limit } = folder({
      '/m/main.go': text,
      '/m/internal/options/o.go': 'package options\n\nconst QPS = 20\n\nfunc Burst() int { return 10 * 8 }\n',
    });
    const found = await limit();
    expect(found?.effective).toMatchObject({ qps: 40, burst: 80 });
    for (const fix of found?.fixes ?? [])
      expect(
        applyEdits(
          text,
          fix.edits.filter((e) => e.file === undefined),
        ),
        fix.id,
      ).toContain('options.');
  });

  const TYPED =
    'package options\n\nimport "flag"\n\ntype Options struct {\n\tQPS   float64\n\tBurst int\n}\n\nfunc New() *Options {\n\to := &Options{}\n\tflag.Float64Var(&o.QPS, "kube-api-qps", 15, "")\n\treturn o\n}\n';
  const FIELD = main('opts := options.New()', ...OWN, 'cfg.QPS = float32(opts.QPS)', 'cfg.Burst = 40');
  const files = { '/m/main.go': FIELD, '/m/internal/options/o.go': TYPED };

  it("is followed through a field by the language server, to the flag's default", async () => {
    const definitions = server(
      files,
      ['/m/internal/options/o.go', '\t^QPS   float64'],
      ['/m/main.go', 'opts.^QPS)'],
      ['/m/internal/options/o.go', '&o.^QPS'],
    );
    const { limit } = folder(files, definitions);
    const found = await limit();
    expect(found?.effective).toMatchObject({
      qps: 15,
      burst: 40,
      because: expect.stringContaining('the default of --kube-api-qps'),
    });
    const edits = found?.fixes.find((f) => f.id === 'qps-50')?.edits ?? [];
    expect(
      applyEdits(
        TYPED,
        edits.filter((e) => e.file === '/m/internal/options/o.go'),
      ),
    ).toBe(TYPED.replace('15', '50'));
  });

  it('is not known without one', async () => expect(await folder(files).effective()).toBeUndefined());

  it.each([
    ['here', 'opts.QPS = 3', 'opts.^QPS = 3'],
    ['here, by its address', 'fs.Float64Var(&opts.QPS, "qps", 3, "")', '&opts.^QPS'],
    ['here, in a literal', 'opts = &options.Options{QPS: 3}', '{^QPS: 3}'],
    ['here, counted up', 'opts.QPS++', 'opts.^QPS++'],
  ])('is not known when it is also written %s', async (_, line, marked) => {
    const written = { ...files, '/m/main.go': FIELD.replace('\tcfg.QPS', `\t${line}\n\tcfg.QPS`) };
    expect(
      await folder(
        written,
        server(
          written,
          ['/m/internal/options/o.go', '\t^QPS   float64'],
          ['/m/main.go', 'opts.^QPS)'],
          ['/m/main.go', marked],
        ),
      ).effective(),
    ).toBeUndefined();
  });

  it('is not known when a third package names it too', async () => {
    const third = {
      ...files,
      '/m/other.go': 'package other\n\nfunc f() { o.QPS = 1 }\n',
      '/m/x/x.go': 'package x\n\nfunc f() { o.QPS = 1 }\n',
    };
    expect(
      await folder(
        third,
        server(
          third,
          ['/m/internal/options/o.go', '\t^QPS   float64'],
          ['/m/main.go', 'opts.^QPS)'],
          ['/m/x/x.go', 'o.^QPS'],
        ),
      ).effective(),
    ).toBeUndefined();
  });

  it('may stand in the module cache, where nothing is changed', async () => {
    const texts = {
      '/m/main.go': main(...OWN, 'cfg.QPS = rest.DefaultQPS', 'cfg.Burst = 40'),
      '/gomodcache/k8s.io/client-go@v0.32.1/rest/config.go': 'package rest\n\nconst DefaultQPS float32 = 5.0\n',
    };
    const { limit } = folder(
      texts,
      server(
        texts,
        ['/gomodcache/k8s.io/client-go@v0.32.1/rest/config.go', '^DefaultQPS'],
        ['/m/main.go', 'rest.^DefaultQPS'],
      ),
    );
    const found = await limit();
    expect(found?.effective).toMatchObject({ qps: 5, burst: 40 });
    for (const edit of found?.fixes.flatMap((f) => f.edits) ?? []) expect(edit.file ?? '').not.toContain('gomodcache');
  });

  it('tells the number of workers', async () => {
    const controller =
      'package main\n\nimport (\n\tcorev1 "k8s.io/api/core/v1"\n\tctrl "sigs.k8s.io/controller-runtime"\n\t"sigs.k8s.io/controller-runtime/pkg/controller"\n\n\t"example.com/app/internal/options"\n)\n\nfunc setup(mgr ctrl.Manager, r *R) error {\n\treturn ctrl.NewControllerManagedBy(mgr).For(&corev1.Pod{}).WithOptions(controller.Options{MaxConcurrentReconciles: options.Workers}).Complete(r)\n}\n';
    const { analyzer } = folder({
      '/m/main.go': controller,
      '/m/internal/options/o.go': 'package options\n\nconst Workers = 7\n',
    });
    const { setUps } = await analyzer.file('/m/main.go');
    expect(
      setUps.find((s) => s.kind === 'controller')?.settings.find((s) => s.name === 'MaxConcurrentReconciles')?.value,
    ).toBe('7');
  });
});
