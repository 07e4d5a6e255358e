/** The command line against the test cluster: what scripts and people get to see. */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../lib/until';
import { asUpLeavesIt } from './loads';

const root = path.resolve(import.meta.dirname, '../..');
const kubeconfig = process.env['KUBECONFIG_TEST'] ?? '';
const beside = (name: string): string => path.join(path.dirname(kubeconfig), name);

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function inspect(...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [path.join(root, 'scripts/inspect.mjs'), ...args],
      { maxBuffer: 64 << 20 },
      (e, stdout, stderr) => {
        resolve({ status: e === null ? 0 : typeof e.code === 'number' ? e.code : -1, stdout, stderr });
      },
    );
  });
}

interface Listed {
  namespace: string;
  name: string;
  kind: string;
  context: string;
  reasons: string[];
  controllers: { name: string; workers: number }[];
  replicas: {
    pod: string;
    ready: boolean;
    leader: boolean;
    endpoints: { kind: string; port: number; scheme: string; how: string }[];
  }[];
}

describe.skipIf(kubeconfig === '')('inspect on the test cluster', () => {
  asUpLeavesIt(kubeconfig);
  let dir: string;
  beforeAll(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), 'inspect-kube-'));
  });
  afterAll(async () => {
    await fs.rm(dir, { recursive: true, force: true });
  });

  it('lists controllers with reasons, leaders, endpoints and what runs inside', async () => {
    // Nobody leads for a moment where the one that did was kept from renewing its lease.
    const list = await until(async () => {
      const { status, stdout } = await inspect('controllers', '--kubeconfig', kubeconfig, '--json');
      expect(status).toBe(0);
      const found = JSON.parse(stdout) as Listed[];
      return found.some((c) => c.name === 'widgets-controller' && c.replicas.some((r) => r.leader)) && found;
    }, 'a leader of widgets');
    const widgets = list.find((c) => c.name === 'widgets-controller');
    expect(Object.keys(widgets ?? {})).toEqual([
      'context',
      'namespace',
      'kind',
      'name',
      'reasons',
      'controllers',
      'replicas',
    ]);
    expect(widgets?.replicas.map((r) => r.leader)).toEqual([true, false]);
    expect(widgets?.replicas[0]?.endpoints).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'pprof', port: 6060, scheme: 'http' }),
        expect.objectContaining({ kind: 'metrics', port: 8080, scheme: 'http' }),
      ]),
    );
    expect(widgets?.controllers).toEqual([expect.objectContaining({ name: 'widget', workers: 1 })]);
    expect(widgets?.reasons.some((r) => r.includes('lease'))).toBe(true);
    const gadgets = list.find((c) => c.name === 'gadgets-controller-manager');
    expect(gadgets?.replicas[0]?.endpoints).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'pprof', port: 6060 }),
        expect.objectContaining({ kind: 'metrics', port: 8443, scheme: 'https' }),
      ]),
    );
    expect(list.some((c) => c.namespace === 'kube-system' && c.name.startsWith('kube-controller-manager'))).toBe(true);
  });

  it('shows a person of one namespace that namespace', async () => {
    const { status, stdout } = await inspect(
      'controllers',
      '--kubeconfig',
      beside('limited.kubeconfig'),
      '--stated',
      '--json',
    );
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as Listed[]).map((c) => c.namespace)).toEqual(['widgets-system']);
  });

  it('captures CPU through the tunnel, with the gadgets’ hot function in it', async () => {
    const file = path.join(dir, 'gadgets.pb.gz');
    const ran = await inspect(
      'capture',
      'cpu',
      '--kubeconfig',
      kubeconfig,
      '--workload',
      'gadgets-system/gadgets-controller-manager',
      '--seconds',
      '3',
      '-o',
      file,
      '--json',
    );
    expect(ran).toMatchObject({ status: 0 });
    const { stdout } = await inspect('profile', file, '--json');
    const { top } = JSON.parse(stdout) as { top: { name: string; cum: number }[] };
    expect(top.some((r) => /gadget/i.test(r.name) && r.cum > 0)).toBe(true);
  });

  it('captures goroutines of the throttled worker', async () => {
    const file = path.join(dir, 'widgets.goroutines.txt');
    expect(
      await inspect(
        'capture',
        'goroutine',
        '--kubeconfig',
        kubeconfig,
        '--workload',
        'widgets-system/widgets-controller',
        '-o',
        file,
      ),
    ).toMatchObject({ status: 0, stdout: '' });
    const { stdout } = await inspect('goroutines', file, '--json');
    const { groups } = JSON.parse(stdout) as { groups: { stack: { name: string }[] }[] };
    expect(groups.some((g) => g.stack.some((f) => f.name.includes('controller-runtime')))).toBe(true);
  });

  it('asks a secure endpoint with the token of a service account, and says so when there is none', async () => {
    const file = path.join(dir, 'kcm.pb.gz');
    const args = [
      'capture',
      'heap',
      '--kubeconfig',
      kubeconfig,
      '--workload',
      'kube-system/kube-controller-manager',
      '-o',
      file,
    ];
    expect(await inspect(...args)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/403[\s\S]*--service-account/) as string,
    });
    await expect(fs.access(file)).rejects.toThrow();
    expect(await inspect(...args, '--service-account', 'kube-system/metrics-reader')).toMatchObject({ status: 0 });
    expect((await inspect('profile', file, '--json')).stdout).toContain('inuse_space');
  });

  it.each([
    ['a context that is not there', ['controllers', '--context', 'nope'], /no context "nope".*tuner-test/],
    [
      'a workload that is not there',
      ['capture', 'cpu', '--workload', 'widgets-system/nope', '-o', 'x'],
      /widgets-controller/,
    ],
    [
      'a replica that is not there',
      ['capture', 'cpu', '--workload', 'widgets-system/widgets-controller', '--replica', 'nope', '-o', 'x'],
      /no replica nope/,
    ],
    [
      'a port that serves no pprof',
      ['capture', 'cpu', '--workload', 'widgets-system/widgets-controller', '--endpoint', ':8080', '-o', 'x'],
      /does not serve pprof/,
    ],
  ])('tells of %s', async (_title, args, message) => {
    expect(await inspect(...args, '--kubeconfig', kubeconfig)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(message) as string,
    });
  });

  it('tells of a kubeconfig that is missing or no kubeconfig', async () => {
    const broken = path.join(dir, 'broken');
    await fs.writeFile(broken, '{ not: [yaml');
    for (const file of [path.join(dir, 'none'), broken]) {
      const ran = await inspect('controllers', '--kubeconfig', file, '--json');
      expect(ran).toMatchObject({ status: 1, stdout: '' });
      expect(ran.stderr).toContain(file);
    }
    const { stderr } = await inspect('controllers', '--kubeconfig', path.join(dir, 'none'));
    expect(stderr, 'the option, not the setting of the editor').toMatch(/ with --kubeconfig, or in KUBECONFIG\.$/m);
  });
});
