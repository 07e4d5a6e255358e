/**
 * What the hints promise of a mended program is what it does: programs at several releases are looked at and mended as
 * in the editor, built by Go, and run against the test cluster, where their requests, workers, metrics and profiles are
 * measured.
 */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judged, strain } from '../lib/machine';
import { SLOWNESS, until } from '../lib/until';
import { missing, MODULE, VERSIONS, Workspace, type Version } from './lib/workspace';
import { TestCluster } from './running/cluster';
import {
  build,
  freely,
  freePorts,
  mend,
  rate,
  ruled,
  Running,
  type Measured,
  type Mended,
  type Rate,
} from './running/program';
import { BY_HAND, CLIENTCMD, GET_CONFIG, plain, scaffold, type Origin } from './running/programs';

const kubeconfig = process.env['KUBECONFIG_TEST'] ?? '';
/**
 * Those at which something that is promised changes: pprof by an option, no limit by default, the limiter's metric
 * built in.
 */
const RELEASES = ['0.14', '0.15', '0.20', '0.21', '0.25'];
const versions = VERSIONS.filter((v) => v.minor !== undefined && RELEASES.includes(v.name));
/** More than any number of workers that is set here. */
const CONFIGMAPS = 10;
/** Requests a second: the largest limit that is set here. */
const LARGEST = 50;
/** Requests a second that only a program without a limit sends. */
const FREE = 1.5 * LARGEST;
/** Times that a program is run and measured at most. */
const RUNS = 3;
const ADDRESS = '127.0.0.1:6060';
const METRIC = 'rest_client_rate_limiter_duration_seconds';
/** ms: nothing of the release is in Go's cache, on two slow cores. */
const COLD = 900_000 * SLOWNESS;

/** "49.8 / 100": QPS and Burst; "214": requests a second without a limit. */
const words = (m: Measured): string =>
  typeof m === 'number' ? m.toFixed(0) : 'wrong' in m ? m.wrong : `${m.qps.toFixed(1)} / ${m.burst.toFixed(0)}`;

const wasRead = (m: Measured): boolean => typeof m === 'number' || !('wrong' in m);

describe.skipIf(kubeconfig === '' || missing !== undefined)('mended programs on the test cluster', () => {
  const namespace = `mended-${process.pid}`;
  let cluster: TestCluster;
  /** For people: what was claimed of each program beside what was measured. */
  const table: string[] = [];
  const note = (
    workspace: Workspace,
    name: string,
    args: readonly string[],
    claimed: Rate,
    measured: string,
    workers: number | '',
  ): void => {
    table.push(
      `| ${workspace.version.name} | ${name} ${args.join(' ')} | ${claimed.qps > 0 ? `${claimed.qps} / ${claimed.burst}` : 'no limit'} | ${measured.replaceAll('|', '/')} | ${workers} |`,
    );
  };

  beforeAll(async () => {
    cluster = new TestCluster(kubeconfig);
    await cluster.ask('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    for (let i = 0; i < CONFIGMAPS; i++)
      await cluster.ask('POST', `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name: `c${i}` } });
  });
  afterAll(async () => {
    await cluster.ask('DELETE', `/api/v1/namespaces/${namespace}`);
    const dir = path.resolve(import.meta.dirname, '../../test-results/source');
    fs.mkdirSync(dir, { recursive: true });
    fs.writeFileSync(
      path.join(dir, 'measured.md'),
      `| release | program | claimed QPS / Burst | measured | workers |\n| --- | --- | --- | --- | --- |\n${table.join('\n')}\n`,
    );
  });

  /** Runs a program while `look` measures it; its workers, which are counted before it is let loose. */
  const once = async <T extends { measured: Measured }>(
    workspace: Workspace,
    name: string,
    args: readonly string[],
    claimed: Rate,
    look: (running: Running) => Promise<T>,
  ): Promise<T & { workers: number }> => {
    const running = await Running.start(workspace, name, { kubeconfig, namespace, args });
    try {
      const workers = await running.workers();
      const found = await look(running);
      note(workspace, name, args, claimed, words(found.measured), workers);
      return { ...found, workers };
    } catch (e) {
      throw e instanceof Error ? new Error(`${name}: ${e.message}\n${running.output}`, { cause: e }) : e;
    } finally {
      await running.end();
    }
  };

  /**
   * Runs a program until what is measured is what is claimed, RUNS times at most: a busy machine tells reads late,
   * which moves a rate, while a limit that is wrong is wrong each time. The first run is beside the other programs',
   * those after it one at a time. Where the machine is starved even then, its rate is not judged, and the test says so.
   */
  const run = async <T extends { measured: Measured }>(
    workspace: Workspace,
    name: string,
    args: readonly string[],
    claimed: Rate,
    look: (running: Running) => Promise<T>,
  ): Promise<T & { workers: number }> => {
    for (let n = 1; ; n++) {
      const meanwhile = strain();
      const found = await (n === 1
        ? once(workspace, name, args, claimed, look)
        : alone(() => once(workspace, name, args, claimed, look)));
      const wrong = off(found.measured, claimed);
      if (wrong === undefined) return found;
      if (n > 1 && !judged(meanwhile(), `${name} at ${workspace.version.name}: ${wrong}`)) {
        note(workspace, name, args, claimed, `not judged: ${wrong}`, '');
        return found;
      }
      if (n === RUNS) throw new Error(`${name} ${args.join(' ')}: ${wrong}`);
      note(workspace, name, args, claimed, `again: ${wrong}`, '');
    }
  };

  let last: Promise<unknown> = Promise.resolve();
  const alone = <T>(f: () => Promise<T>): Promise<T> => {
    const mine = last.then(f);
    last = mine.catch(() => undefined);
    return mine;
  };

  /**
   * Why it is not as claimed: rate and burst within a tenth, the burst but for what the program itself asked before;
   * without a limit far above all of them.
   */
  const off = (measured: Measured, claimed: Rate): string | undefined => {
    if (typeof measured === 'object' && 'wrong' in measured) return measured.wrong;
    const right =
      typeof measured === 'number'
        ? claimed.qps < 0 && measured > FREE
        : claimed.qps > 0 &&
          Math.abs(measured.qps - claimed.qps) < claimed.qps * 0.1 &&
          Math.abs(measured.burst - claimed.burst) <= claimed.burst * 0.1 + 3;
    return right
      ? undefined
      : `${words(measured)} measured, ${claimed.qps > 0 ? words(claimed) : `more than ${FREE}`} claimed`;
  };

  const claimOf = (mended: Mended): Rate => {
    const { effective } = ruled(mended, 'client-limit');
    return { qps: effective?.qps ?? Number.NaN, burst: effective?.burst ?? Number.NaN };
  };

  const measure = (running: Running, claimed: Rate): Promise<Measured> =>
    claimed.qps > 0 ? rate(running, claimed) : freely(running, FREE);
  /** As it is claimed: limited so, or not at all. */
  const holds = async (
    workspace: Workspace,
    mended: Mended,
    args: readonly string[] = [],
    claimed = claimOf(mended),
  ): Promise<void> => {
    await run(workspace, mended.name, args, claimed, async (running) => ({
      measured: await measure(running, claimed),
    }));
  };

  const profiles = async (running: Running, port: number): Promise<string> => {
    await until(
      () =>
        running.get(port, '/debug/pprof/').then(
          () => true,
          () => false,
        ),
      'profiles',
    );
    const { status, text } = await running.get(port, '/debug/pprof/');
    expect(status).toBe(200);
    for (const name of ['allocs', 'block', 'goroutine', 'heap', 'mutex', 'threadcreate'])
      expect(text).toMatch(new RegExp(`<a href=['"]${name}\\?debug=1['"]>`));
    return text;
  };
  const samples = async (running: Running, port: number, profile: string): Promise<string[]> =>
    (await running.get(port, `/debug/pprof/${profile}?debug=1`)).text.split('\n').filter((l) => /^\d+ \d+ @/.test(l));
  /** Both profiles, sampled as they are, get something to show. */
  const sampled = async (running: Running, port: number): Promise<void> => {
    for (const profile of ['block', 'mutex'])
      await until(async () => (await samples(running, port, profile)).length > 0, `samples of ${profile}`);
  };

  describe.each(versions)('with controller-runtime $name', (version: Version) => {
    let workspace: Workspace;
    const minor = version.minor ?? 0;
    /** Below it, its own configuration has a limit to take away. */
    const limited = minor < 21;
    const programs = new Map<string, Mended>();
    const get = (name: string): Mended => programs.get(name) ?? { name, findings: [] };
    let port = 0;

    beforeAll(async () => {
      workspace = new Workspace(version, 'run');
      [port = 0] = await freePorts(1);
      const swap = { [ADDRESS]: `127.0.0.1:${port}` };
      const make = async (name: string, origin: Origin, ...fixes: string[]): Promise<void> => {
        // main's flags reach what main sets up: the controller, or from v0.15.0 on the manager's number for all of
        // them.
        const layout = name !== 'flags' ? 'beside' : minor < 15 ? 'main' : { package: `${MODULE}/${name}` };
        programs.set(name, await mend(workspace, name, scaffold(minor, origin, layout), fixes, swap));
      };
      await make('asis', GET_CONFIG);
      await make(
        'loose',
        GET_CONFIG,
        ...(limited ? ['client-limit/qps-none'] : []),
        'workers/workers-5',
        'pprof/local',
        'profile-rates/block',
        'profile-rates/mutex',
      );
      await make(
        'flags',
        limited ? GET_CONFIG : CLIENTCMD,
        'client-limit/qps-flag',
        'workers/flag',
        ...(minor >= 15 ? ['pprof/flag'] : []),
      );
      await make('read', CLIENTCMD);
      await make(
        'set',
        CLIENTCMD,
        'client-limit/qps-50',
        minor >= 25 ? 'limiter-metric/register' : 'limiter-metric/adapter',
      );
      await make('byhand', BY_HAND);
      await make('burst', BY_HAND, limited ? 'burst-below-qps/burst-70' : 'burst-missing/burst-70');
      if (!limited) await make('removed', BY_HAND, 'client-limit/limit-remove');
      await build(workspace, [...programs.keys()]);
    }, COLD);
    afterAll(() => {
      workspace.remove();
    });

    it.concurrent('what reads a kubeconfig is limited to 5 a second, as the hint says', async () => {
      expect(claimOf(get('read'))).toEqual({ qps: 5, burst: 10 });
      await holds(workspace, get('read'));
    });

    it.concurrent('values are what the client is held to, and its waits are on /metrics', async () => {
      const claimed = claimOf(get('set'));
      expect(claimed).toEqual({ qps: 50, burst: 100 });
      const found = await run(workspace, 'set', [], claimed, async (running) => ({
        measured: await rate(running, claimed),
        reads: running.tap.reads.length,
        metrics: await running.metrics(),
      }));
      const value = (of: string): number =>
        Number(
          new RegExp(
            `^${METRIC}_${of}\\{(?=[^}]*verb="GET")(?=[^}]*host="127\\.0\\.0\\.1:\\d+")[^}]*\\} (\\S+)$`,
            'm',
          ).exec(found.metrics)?.[1],
        );
      expect(value('count')).toBeGreaterThanOrEqual(found.reads);
      if (wasRead(found.measured)) expect(value('sum')).toBeGreaterThan(1);
      expect(found.metrics).toMatch(new RegExp(`^${METRIC}_bucket\\{[^}]*le="0.005"`, 'm'));
    });

    it.concurrent('only QPS set holds with the burst that the warning tells', async () => {
      const warned = ruled(get('byhand'), limited ? 'burst-below-qps' : 'burst-missing');
      expect(warned.effective).toMatchObject({ qps: 35, burst: limited ? 30 : 10 });
      await holds(workspace, get('byhand'));
    });

    it.concurrent('its fix gives the burst that it names', async () => {
      expect(claimOf(get('burst'))).toEqual({ qps: 35, burst: 70 });
      await holds(workspace, get('burst'));
    });

    it.concurrent('new flags change nothing by themselves', async () => {
      const claimed = limited ? { qps: 20, burst: 30 } : { qps: 5, burst: 10 };
      const found = await run(
        workspace,
        'flags',
        minor < 15 ? [] : ['--pprof-bind-address=0'],
        claimed,
        async (running) => ({ measured: await rate(running, claimed) }),
      );
      expect(found.workers).toBe(1);
    });

    it.concurrent('flags set the limit, the workers and the address of profiles', async () => {
      const [own = 0] = await freePorts(1);
      const claimed = { qps: 25, burst: 40 };
      const found = await run(
        workspace,
        'flags',
        [
          `--kube-api-qps=${claimed.qps}`,
          `--kube-api-burst=${claimed.burst}`,
          '--max-concurrent-reconciles=3',
          ...(minor < 15 ? [] : [`--pprof-bind-address=127.0.0.1:${own}`]),
        ],
        claimed,
        async (running) => {
          const measured = await rate(running, claimed);
          if (minor < 15) return { measured, empty: [] };
          await profiles(running, own);
          return {
            measured,
            empty: [...(await samples(running, own, 'block')), ...(await samples(running, own, 'mutex'))],
          };
        },
      );
      expect(found.workers).toBe(3);
      // What the hint about sampling says of a program that serves profiles and does no more.
      expect(found.empty).toEqual([]);
    });

    (limited ? it.concurrent : it)(
      'the scaffold is as the hints say: its limit, one worker, no limiter metric',
      async () => {
        const asis = get('asis');
        const claimed = claimOf(asis);
        expect(limited ? claimed : claimed.qps).toEqual(limited ? { qps: 20, burst: 30 } : -1);
        expect(ruled(asis, 'workers').message).toContain('reconciles one object at a time');
        const found = await run(workspace, 'asis', [], claimed, async (running) => ({
          measured: await measure(running, claimed),
          metrics: await running.metrics(),
        }));
        expect(found.workers).toBe(1);
        expect(found.metrics).not.toContain(METRIC);
        expect(found.metrics).toMatch(/^controller_runtime_max_concurrent_reconciles\{controller="configmap"\} 1$/m);
      },
    );

    it('without a limit requests go as fast as they can, five workers work, and profiles have samples', async () => {
      const loose = get('loose');
      const claimed = claimOf(loose);
      expect(claimed.qps).toBe(-1);
      const found = await run(workspace, 'loose', [], claimed, async (running) => {
        const measured = await freely(running, FREE);
        await profiles(running, port);
        await sampled(running, port);
        return { measured, metrics: await running.metrics() };
      });
      expect(found.workers).toBe(5);
      expect(found.metrics).toMatch(/^controller_runtime_max_concurrent_reconciles\{controller="configmap"\} 5$/m);
    });

    if (!limited)
      it('a limit that is taken out is gone', async () => {
        await holds(workspace, get('removed'));
      });
  });

  describe.each(VERSIONS.filter((v) => v.minor === undefined))('on $name alone', (version) => {
    let workspace: Workspace;
    const programs = new Map<string, Mended>();
    const get = (name: string): Mended => programs.get(name) ?? { name, findings: [] };
    let port = 0;

    beforeAll(async () => {
      workspace = new Workspace(version, 'run');
      [port = 0] = await freePorts(1);
      const swap = { [ADDRESS]: `127.0.0.1:${port}` };
      const make = async (name: string, files: Readonly<Record<string, string>>, ...fixes: string[]): Promise<void> => {
        programs.set(name, await mend(workspace, name, files, fixes, swap));
      };
      await make('asis', plain('prometheus'));
      await make('set', plain('prometheus'), 'client-limit/qps-50', 'workers/workers-5', 'limiter-metric/adapter');
      await make('served', plain('legacyregistry'), 'client-limit/qps-50', 'limiter-metric/restclient');
      await make('flags', plain('prometheus'), 'client-limit/qps-flag');
      await make(
        'loose',
        plain('prometheus'),
        'client-limit/qps-none',
        'workers/workers-5',
        'pprof/local',
        'profile-rates/block',
        'profile-rates/mutex',
      );
      await make('refused', plain('prometheus', { qps: 35 }));
      await make('burst', plain('prometheus', { qps: 35 }), 'burst-missing/burst-70');
      await build(workspace, [...programs.keys()]);
    }, COLD);
    afterAll(() => {
      workspace.remove();
    });

    it.concurrent('is limited to 5 a second with two workers, as the hints say', async () => {
      const asis = get('asis');
      const claimed = claimOf(asis);
      expect(claimed).toEqual({ qps: 5, burst: 10 });
      expect(ruled(asis, 'workers').message).toContain('2 workers take from the queue');
      const found = await run(workspace, 'asis', [], claimed, async (running) => ({
        measured: await rate(running, claimed),
        metrics: await running.metrics(),
      }));
      expect(found.workers).toBe(2);
      expect(found.metrics).not.toContain(METRIC);
    });

    it.concurrent.each(['set', 'served'])(
      'values are what the client is held to, and its waits are on /metrics (%s)',
      async (name) => {
        const claimed = claimOf(get(name));
        expect(claimed).toEqual({ qps: 50, burst: 100 });
        const found = await run(workspace, name, [], claimed, async (running) => ({
          measured: await rate(running, claimed),
          reads: running.tap.reads.length,
          metrics: await running.metrics(),
        }));
        expect(found.workers).toBe(name === 'set' ? 5 : 2);
        const value = (of: string): number =>
          Number(
            new RegExp(
              `^${METRIC}_${of}\\{(?=[^}]*verb="GET")(?=[^}]*host="127\\.0\\.0\\.1:\\d+")[^}]*\\} (\\S+)$`,
              'm',
            ).exec(found.metrics)?.[1],
          );
        expect(value('count')).toBeGreaterThanOrEqual(found.reads);
        if (wasRead(found.measured)) expect(value('sum')).toBeGreaterThan(1);
      },
    );

    it.concurrent.each([
      [[], { qps: 5, burst: 10 }],
      [['--kube-api-qps=25', '--kube-api-burst=40'], { qps: 25, burst: 40 }],
    ] as const)('is limited by its new flags %j', async (args, claimed) => {
      await holds(workspace, get('flags'), args, claimed);
    });

    it.concurrent('only QPS set is refused, as the warning says', async () => {
      expect(ruled(get('refused'), 'burst-missing').message).toContain('kubernetes.NewForConfig returns an error');
      const running = await Running.start(workspace, 'refused', { kubeconfig, namespace });
      try {
        await until(() => running.code !== null, 'its end');
        expect(running.output).toContain('burst is required to be greater than 0');
      } finally {
        await running.end();
      }
    });

    it.concurrent('its fix makes it start, with the burst that it names', async () => {
      expect(claimOf(get('burst'))).toEqual({ qps: 35, burst: 70 });
      await holds(workspace, get('burst'));
    });

    it('without a limit requests go as fast as they can, five workers work, and profiles have samples', async () => {
      const claimed = claimOf(get('loose'));
      expect(claimed.qps).toBe(-1);
      const found = await run(workspace, 'loose', [], claimed, async (running) => {
        const measured = await freely(running, FREE);
        await profiles(running, port);
        await sampled(running, port);
        return { measured };
      });
      expect(found.workers).toBe(5);
    });
  });
});
