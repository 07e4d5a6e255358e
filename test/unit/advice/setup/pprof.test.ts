import { describe, expect, test } from 'vitest';
import { moduleOfVersions } from '../../../../src/advice/modules/index';
import { pprof } from '../../../../src/advice/rules/setup/pprof';
import { profileRates } from '../../../../src/advice/rules/setup/profileRates';
import { findingsOf, moduleWith } from '../harness';
import { gofmt } from './gofmt';
import { kubebuilder, OPTIONS, plain } from './programs';

const at = (version: string) =>
  moduleOfVersions({ 'sigs.k8s.io/controller-runtime': version, 'k8s.io/client-go': 'v0.32.1' });
const find = (texts: Readonly<Record<string, string>>, version = 'v0.20.4') => findingsOf(pprof, texts, at(version));
const MAIN = kubebuilder(OPTIONS);

describe('a manager from v0.15.0 on', () => {
  test.each(['v0.15.0', 'v0.20.4', 'v0.25.2'])("%s: the options' field", (version) => {
    const [finding, ...more] = find({ 'main.go': MAIN }, version);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      rule: 'pprof',
      severity: 'hint',
      at: 'ctrl.NewManager',
      message: `This manager serves no profiles: PprofBindAddress is not set (controller-runtime ${version}).`,
    });
    expect(finding?.fixes[0]).toMatchObject({
      id: 'local',
      preferred: true,
      title: 'Serve profiles on 127.0.0.1:6060, reached by port-forward only',
    });
    for (const [id, addr] of [
      ['local', '127.0.0.1:6060'],
      ['any', ':6060'],
    ] as const) {
      const fixed = finding?.fixed[id]?.['main.go'] ?? '';
      expect(fixed).toBe(
        MAIN.replace('"widgets.example.com",\n', `"widgets.example.com",\n\t\tPprofBindAddress:       "${addr}",\n`),
      );
      expect(gofmt(fixed)).toBe(fixed);
      expect(find({ 'main.go': fixed }, version)).toEqual([]);
    }
  });

  test('an empty literal, a variable, another file', () => {
    expect(find({ 'main.go': kubebuilder('ctrl.Options{}') })[0]?.fixed['any']?.['main.go']).toContain(
      'ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{PprofBindAddress: ":6060"})',
    );
    const variable = find({ 'main.go': kubebuilder('opts', { before: '\topts := ctrl.Options{Scheme: scheme}\n' }) })[0]
      ?.fixed['any']?.['main.go'];
    expect(variable).toContain('opts := ctrl.Options{Scheme: scheme, PprofBindAddress: ":6060"}');
    const declared = find({
      'main.go': kubebuilder('opts', { before: '\tvar opts ctrl.Options\n\topts.Scheme = scheme\n' }),
    })[0]?.fixed['any']?.['main.go'];
    expect(declared).toContain(
      '\topts.PprofBindAddress = ":6060"\n\t// All controllers share one manager.\n\tmgr, err :=',
    );
    const other = find({
      'main.go': kubebuilder('options()'),
      'options.go':
        'package main\n\nimport ctrl "sigs.k8s.io/controller-runtime"\n\nfunc options() ctrl.Options {\n\treturn ctrl.Options{\n\t\tScheme: scheme,\n\t}\n}\n',
    });
    expect(other.map((f) => f.in)).toEqual(['main.go']);
    expect(other[0]?.fixed['any']?.['options.go']).toContain(
      '\t\tScheme:           scheme,\n\t\tPprofBindAddress: ":6060",\n',
    );
  });

  test("a new flag in the program's own style", () => {
    const fixed = find({ 'main.go': MAIN })[0]?.fixed['flag']?.['main.go'] ?? '';
    expect(fixed).toMatch(
      /flag\.StringVar\(&pprofAddr, "pprof-bind-address", "127\.0\.0\.1:6060", "The address that serves profiles/,
    );
    expect(fixed).toContain('PprofBindAddress:       pprofAddr,');
    expect(gofmt(fixed)).toBe(fixed);
  });

  test.each([
    ['set', { 'main.go': kubebuilder('ctrl.Options{PprofBindAddress: addr}') }],
    ['switched off by hand', { 'main.go': kubebuilder('ctrl.Options{PprofBindAddress: ""}') }],
    [
      'set later',
      { 'main.go': kubebuilder('opts', { before: '\topts := ctrl.Options{}\n\topts.PprofBindAddress = addr\n' }) },
    ],
    ['served by the program itself', { 'main.go': MAIN, 'pprof.go': 'package main\n\nimport _ "net/http/pprof"\n' }],
    [
      'perhaps set where the options come from',
      { 'main.go': kubebuilder('lib.Options()', { imports: '\n\t"example.com/lib"' }) },
    ],
    [
      'perhaps set by whom the options are handed to',
      { 'main.go': kubebuilder('opts', { before: '\topts := ctrl.Options{}\n\tfill(&opts)\n' }) },
    ],
  ])('nothing where it is %s', (_, texts) => {
    expect(find(texts)).toEqual([]);
  });

  test('nothing is said of a version that is not known', () => {
    expect(findingsOf(pprof, { 'main.go': MAIN }, moduleWith({}))).toEqual([]);
    expect(find({ 'main.go': MAIN }, 'v0.15.0-alpha.0')).toEqual([]);
  });
});

describe('a manager below v0.15.0', () => {
  test("a runnable, with the program's own way of failing", () => {
    const [finding] = find({ 'main.go': MAIN }, 'v0.14.7');
    expect(finding?.message).toBe(
      'This manager serves no profiles, and controller-runtime v0.14.7 has no option for it (PprofBindAddress came with v0.15.0).',
    );
    const fixed = finding?.fixed['local'] ?? {};
    expect(fixed['main.go']).toContain(
      '\t\tos.Exit(1)\n\t}\n\tif err := mgr.Add(&pprofServer{addr: "127.0.0.1:6060"}); err != nil {\n\t\tsetupLog.Error(err, "unable to serve profiles")\n\t\tos.Exit(1)\n\t}\n\n\tif err := mgr.Start',
    );
    expect(fixed['pprof.go']).toMatch(/^\/\*\nCopyright[^]*package main\n\nimport \(\n\t"context"/);
    for (const text of Object.values(fixed)) expect(gofmt(text)).toBe(text);
    expect(find(fixed, 'v0.14.7')).toEqual([]);
  });

  test.each([
    ['return nil, fmt.Errorf("make manager: %w", err)', 'return nil, fmt.Errorf("unable to serve profiles: %w", err)'],
    ['return err', 'return err'],
    ['klog.Fatalf("no manager: %v", err)', 'klog.Fatalf("unable to serve profiles: %v", err)'],
    ['panic(err)', 'panic(err)'],
  ])('%s', (before, after) => {
    const text = MAIN.replace('setupLog.Error(err, "unable to start manager")\n\t\tos.Exit(1)', before);
    expect(find({ 'main.go': text }, 'v0.14.7')[0]?.fixed['any']?.['main.go']).toContain(
      `if err := mgr.Add(&pprofServer{addr: ":6060"}); err != nil {\n\t\t${after}\n\t}\n`,
    );
  });

  test('no fix where the error goes unseen, or a name is taken', () => {
    const ids = (texts: Record<string, string>) => find(texts, 'v0.14.7')[0]?.fixes.map((f) => f.id);
    expect(
      ids({
        'main.go': MAIN.replace(
          /\tif err != nil \{\n\t\tsetupLog.Error\(err, "unable to start manager"\)\n\t\tos.Exit\(1\)\n\t\}\n/,
          '',
        ),
      }),
    ).toEqual([]);
    expect(
      ids({ 'main.go': MAIN.replace('"unable to start manager"', '"unable to start manager", "name", "x"') }),
    ).toEqual([]);
    expect(ids({ 'main.go': MAIN, 'b.go': 'package main\n\ntype pprofServer struct{}\n' })).toEqual([]);
  });
});

describe('a program on client-go alone', () => {
  test('serves on a mux of its own', () => {
    const [finding] = find({ 'main.go': plain() });
    expect(finding).toMatchObject({
      severity: 'hint',
      at: 'main',
      message: 'This controller serves no profiles: nothing in the package imports net/http/pprof.',
    });
    const fixed = finding?.fixed['local'] ?? {};
    expect(fixed['main.go']).toContain(
      'func main() {\n\tgo servePprof("127.0.0.1:6060")\n\tcfg, err := rest.InClusterConfig()',
    );
    expect(fixed['pprof.go']).toContain('mux.HandleFunc("/debug/pprof/", pprof.Index)');
    for (const text of Object.values(fixed)) expect(gofmt(text)).toBe(text);
    expect(find(fixed)).toEqual([]);
  });

  test('nothing in a tool that only asks, and in a library', () => {
    expect(
      find({
        'main.go':
          'package main\n\nimport "k8s.io/client-go/rest"\n\nfunc main() {\n\tcfg, _ := rest.InClusterConfig()\n\t_ = cfg\n}\n',
      }),
    ).toEqual([]);
    expect(find({ 'main.go': plain().replace('package main', 'package lib') })).toEqual([]);
  });
});

describe('block and mutex profiles', () => {
  const rates = (texts: Readonly<Record<string, string>>) => findingsOf(profileRates, texts, at('v0.20.4'));
  const SERVED = kubebuilder('ctrl.Options{PprofBindAddress: ":6060"}');
  test("are switched on each by itself, and not by apimachinery's runtime", () => {
    const [finding, ...more] = rates({ 'main.go': SERVED });
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      severity: 'hint',
      at: '":6060"',
      message: 'Profiles are served, but those of block and mutex stay empty: their sampling is off by default.',
    });
    const block = finding?.fixed['block']?.['main.go'] ?? '';
    expect(block).toContain('\tgoruntime.SetBlockProfileRate(10_000)\n\t// All controllers share one manager.\n');
    expect(block).toContain('\t"flag"\n\t"os"\n\tgoruntime "runtime"\n');
    expect(gofmt(block)).toBe(block);
    const stop = finding?.fixes[0]?.edits.at(-1);
    expect(stop?.text.slice(stop.stops?.[0]?.start, stop.stops?.[0]?.end)).toBe('10_000');
    const [second] = rates({ 'main.go': block });
    expect(second?.message).toBe(
      'Profiles are served, but those of mutex stay empty: their sampling is off by default.',
    );
    expect(rates({ 'main.go': second?.fixed['mutex']?.['main.go'] ?? '' })).toEqual([]);
  });

  test('of a plain program', () => {
    const text = plain().replace('\t"context"\n', '\t"context"\n\t_ "net/http/pprof"\n');
    const fixed = rates({ 'main.go': text })[0]?.fixed['mutex']?.['main.go'] ?? '';
    expect(fixed).toContain('func main() {\n\truntime.SetMutexProfileFraction(10)\n');
    expect(gofmt(fixed)).toBe(fixed);
  });

  test.each([
    ['a manager below v0.15.0', MAIN, 'v0.14.7'],
    ['a plain program', plain(), 'v0.20.4'],
  ] as const)('of %s that serves them from a file of its own, as the fix has it', (_title, text, version) => {
    const served = find({ 'main.go': text }, version)[0]?.fixed['local'] ?? {};
    const [finding, ...more] = findingsOf(profileRates, served, at(version));
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      in: 'main.go',
      at: 'main',
      message: 'Profiles are served, but those of block and mutex stay empty: their sampling is off by default.',
    });
    const fixed = finding?.fixed['block']?.['main.go'] ?? '';
    expect(fixed).toMatch(/func main\(\) \{\n\t(go)?runtime\.SetBlockProfileRate\(10_000\)\n/);
    expect(gofmt(fixed)).toBe(fixed);
  });

  test('nothing without pprof, with pprof switched off, and in a program that is no controller', () => {
    expect(rates({ 'main.go': MAIN })).toEqual([]);
    expect(rates({ 'main.go': kubebuilder('ctrl.Options{PprofBindAddress: "0"}') })).toEqual([]);
  });
});
