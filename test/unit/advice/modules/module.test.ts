import { describe, expect, test } from 'vitest';
import { moduleOf, moduleOfVersions } from '../../../../src/advice/modules/index';
import type { Files } from '../../../../src/advice/types';
import { memoryFiles } from '../harness';

const RUNTIME = 'sigs.k8s.io/controller-runtime';
const CLIENT = 'k8s.io/client-go';
const CONFIG = (qps: string): string =>
  `package config\n\nfunc GetConfigWithContext(context string) (*rest.Config, error) {\n\tif cfg.QPS == 0.0 {\n\t\tcfg.QPS = ${qps}\n\t}\n\treturn cfg, nil\n}\n`;
const MOD = `module example.com/app\n\ngo 1.24\n\nrequire (\n\t${CLIENT} v0.32.1\n\t${RUNTIME} v0.20.4\n\tk8s.io/component-base v0.32.1 // indirect\n)\n`;
const of = (texts: Record<string, string>, file = '/m/cmd/main.go') => moduleOf(file, memoryFiles(texts));

describe('a module', () => {
  test('of the go.mod above, with what its versions tell', async () => {
    const m = await of({ '/m/go.mod': MOD });
    expect([m.path, m.dir, m.go, m.vendored, m.broken]).toEqual(['example.com/app', '/m', '1.24', undefined, []]);
    expect(m.version(RUNTIME)).toEqual({ path: RUNTIME, version: 'v0.20.4', dir: undefined, replaced: undefined });
    expect(m.version('k8s.io/component-base')).toMatchObject({ indirect: true });
    expect(m.version('k8s.io/none')).toBeUndefined();
    expect(m.facts.getConfig).toEqual({ value: { qps: 20, burst: 30 }, source: 'controller-runtime v0.20.4' });
    expect(m.facts.clientGo).toEqual({ value: { qps: 5, burst: 10 }, source: 'k8s.io/client-go v0.32.1' });
    expect(m.facts.has('manager.Options', 'PprofBindAddress')).toBe(true);
    expect(m.facts.has('ctrl.Options', 'PprofBindAddress')).toBe(true);
  });

  test('without any go.mod nothing is known', async () => {
    const m = await of({ '/m/cmd/main.go': 'package main\n' });
    expect([m.path, m.dir, m.version(RUNTIME), m.facts.getConfig]).toEqual(['', '', undefined, undefined]);
  });

  test('the nearest go.mod counts', async () => {
    expect((await of({ '/m/go.mod': MOD, '/m/cmd/go.mod': 'module example.com/inner\n' })).path).toBe(
      'example.com/inner',
    );
    expect((await of({ '/m/go.mod': MOD, '/m/cmd/go.mod': 'module example.com/inner\n' }, '/m/main.go')).path).toBe(
      'example.com/app',
    );
  });

  test('works on paths of other file systems', async () => {
    const m = await of({ 'vscode-vfs://github/a/b/go.mod': MOD }, 'vscode-vfs://github/a/b/pkg/x/main.go');
    expect([m.dir, m.version(RUNTIME)?.version]).toEqual(['vscode-vfs://github/a/b', 'v0.20.4']);
  });

  test('the module cache is read, with the line that says it', async () => {
    const dir = `/gomodcache/${RUNTIME}@v0.20.4`;
    const m = await of({
      '/m/go.mod': MOD,
      [`${dir}/go.mod`]: '',
      [`${dir}/pkg/client/config/config.go`]: CONFIG('42.0'),
    });
    expect(m.version(RUNTIME)?.dir).toBe(dir);
    expect(m.facts.getConfig).toEqual({
      value: { qps: 42, burst: undefined },
      source: 'controller-runtime v0.20.4',
      cite: {
        file: `${dir}/pkg/client/config/config.go`,
        line: 5,
        text: `${RUNTIME}@v0.20.4/pkg/client/config/config.go:5`,
      },
    });
    // What was not read is known by version.
    expect(m.facts.usePriorityQueue?.value).toBe('off');
  });

  test("the module cache's files are read once, a replaced folder's each time", async () => {
    const reads: string[] = [];
    const counted = (texts: Record<string, string>): Files => {
      const files = memoryFiles(texts);
      return {
        ...files,
        read: (p, s) => {
          reads.push(p);
          return files.read(p, s);
        },
      };
    };
    const dir = `/gomodcache/${RUNTIME}@v0.20.4`;
    const files = counted({
      '/m/go.mod': MOD,
      [`${dir}/go.mod`]: '',
      [`${dir}/pkg/client/config/config.go`]: CONFIG('42.0'),
    });
    await moduleOf('/m/main.go', files);
    const first = reads.length;
    await moduleOf('/m/main.go', files);
    expect(reads.slice(first).filter((p) => p.startsWith(`${dir}/pkg`))).toEqual([]);
    expect(first).toBeLessThan(30);
  });
});

describe('replace', () => {
  test('by another version, with upper case in the module cache', async () => {
    const dir = '/gomodcache/github.com/!my!org/controller-runtime@v0.20.5-0.20250101000000-0123456789ab';
    const m = await of({
      '/m/go.mod': `${MOD}replace ${RUNTIME} => github.com/MyOrg/controller-runtime v0.20.5-0.20250101000000-0123456789ab\n`,
      [`${dir}/go.mod`]: '',
      [`${dir}/pkg/client/config/config.go`]: CONFIG('7'),
    });
    expect(m.version(RUNTIME)).toEqual({
      path: RUNTIME,
      version: 'v0.20.5-0.20250101000000-0123456789ab',
      dir,
      replaced: 'github.com/MyOrg/controller-runtime v0.20.5-0.20250101000000-0123456789ab',
    });
    expect(m.facts.getConfig?.value.qps).toBe(7);
    expect(m.facts.getConfig?.cite?.text).toBe(
      'github.com/MyOrg/controller-runtime@v0.20.5-0.20250101000000-0123456789ab/pkg/client/config/config.go:5',
    );
    expect(m.facts.usePriorityQueue).toBeUndefined();
  });

  test('of one version only, and of all', async () => {
    expect(
      (await of({ '/m/go.mod': `${MOD}replace ${RUNTIME} v0.20.4 => ${RUNTIME} v0.21.0\n` })).facts.getConfig?.value
        .qps,
    ).toBe(-1);
    expect(
      (await of({ '/m/go.mod': `${MOD}replace ${RUNTIME} v0.20.3 => ${RUNTIME} v0.21.0\n` })).facts.getConfig?.value
        .qps,
    ).toBe(20);
    expect(
      (await of({ '/m/go.mod': `${MOD}replace (\n\t${RUNTIME} => ${RUNTIME} v0.21.0\n)\n` })).facts.getConfig?.value
        .qps,
    ).toBe(-1);
  });

  test('by a folder, relative, absolute or of Windows; to nowhere it is unknown', async () => {
    const fork = (dir: string) => ({ [`${dir}/go.mod`]: '', [`${dir}/pkg/client/config/config.go`]: CONFIG('9') });
    for (const [to, dir] of [
      ['../fork', '/fork'],
      ['./third/cr', '/m/third/cr'],
      ['/abs/fork', '/abs/fork'],
      ['..\\fork', '/fork'],
    ] as const) {
      const m = await of({ '/m/go.mod': `${MOD}replace ${RUNTIME} => ${to}\n`, ...fork(dir) });
      expect(m.version(RUNTIME), to).toEqual({ path: RUNTIME, version: undefined, dir, replaced: to });
      expect(m.facts.getConfig?.value.qps).toBe(9);
      expect(m.facts.getConfig?.source).toBe(`controller-runtime replaced by ${to}`);
    }
    for (const to of ['../nowhere', 'C:\\src\\fork', 'D:/src/fork']) {
      const m = await of({ '/m/go.mod': `${MOD}replace ${RUNTIME} => ${to}\n` });
      expect(m.version(RUNTIME), to).toEqual({ path: RUNTIME, version: undefined, dir: undefined, replaced: to });
      expect([m.facts.getConfig, m.facts.has('manager.Options', 'PprofBindAddress')]).toEqual([undefined, undefined]);
    }
  });

  test('cycles are not followed', async () => {
    const m = await of({
      '/m/go.mod': `${MOD}replace ${RUNTIME} => ../fork\n`,
      '/fork/go.mod': `module ${RUNTIME}\n\nreplace ${RUNTIME} => ../m\n`,
    });
    expect(m.version(RUNTIME)?.dir).toBe('/fork');
    const self = await of({ '/m/go.mod': `${MOD}replace ${RUNTIME} => ${RUNTIME} v0.20.4\n` });
    expect(self.facts.getConfig?.value.qps).toBe(20);
  });
});

describe('go.work', () => {
  const work = { '/m/go.mod': MOD, '/lib/go.mod': `module example.com/lib\n\nrequire ${RUNTIME} v0.21.0\n` };
  test('the highest version of the modules used counts', async () => {
    expect(
      (await of({ ...work, '/go.work': 'go 1.24\n\nuse (\n\t./m\n\t./lib\n)\n' })).facts.getConfig?.value.qps,
    ).toBe(-1);
    expect((await of({ ...work, '/go.work': 'go 1.24\n\nuse ./lib\n' })).facts.getConfig?.value.qps).toBe(20);
  });
  test('its replacements come first, its modules stand in for required ones', async () => {
    const texts = {
      ...work,
      '/m/go.mod': `${MOD}replace ${RUNTIME} => ${RUNTIME} v0.22.0\n`,
      '/go.work': `use ./m\nuse ./lib\nreplace ${RUNTIME} => ${RUNTIME} v0.19.0\n`,
    };
    expect((await of(texts)).version(RUNTIME)?.version).toBe('v0.19.0');
    const own = await of({
      '/m/go.mod': MOD,
      '/cr/go.mod': `module ${RUNTIME}\n`,
      '/cr/pkg/client/config/config.go': CONFIG('3'),
      '/go.work': 'use ./m\nuse ./cr\n',
    });
    expect(own.version(RUNTIME)).toMatchObject({ version: undefined, dir: '/cr' });
    expect(own.facts.getConfig?.value.qps).toBe(3);
  });
  test('a member that is not there is left out', async () => {
    expect(
      (await of({ '/m/go.mod': MOD, '/go.work': 'use ./m\nuse ./gone\nuse C:\\x\n' })).version(RUNTIME)?.version,
    ).toBe('v0.20.4');
  });
});

describe('vendor', () => {
  const txt = `# ${CLIENT} v0.33.0\n## explicit; go 1.24\n${CLIENT}/rest\n${CLIENT}/tools/metrics\n# ${RUNTIME} v0.21.0 => ../fork dir\n## explicit\n${RUNTIME}/pkg/client/config\n# a.io/x v1.0.0 => b.io/y v2.0.0\na.io/x\n# ${RUNTIME} => ../fork dir\n`;
  test('its versions and packages count', async () => {
    const m = await of({
      '/m/go.mod': MOD,
      '/m/vendor/modules.txt': txt,
      [`/m/vendor/${CLIENT}/rest/config.go`]:
        'package rest\n\nconst (\n\tDefaultQPS   float32 = 6.0\n\tDefaultBurst int     = 12\n)\n',
      [`/m/vendor/${RUNTIME}/pkg/client/config/config.go`]: CONFIG('11'),
    });
    expect(m.version(CLIENT)).toEqual({
      path: CLIENT,
      version: 'v0.33.0',
      dir: `/m/vendor/${CLIENT}`,
      replaced: undefined,
    });
    expect(m.facts.clientGo).toMatchObject({ value: { qps: 6, burst: 12 }, cite: { line: 4 } });
    expect(m.version(RUNTIME)).toMatchObject({ version: undefined, replaced: '../fork dir' });
    expect(m.facts.getConfig?.value.qps).toBe(11);
    expect(m.version('a.io/x')).toMatchObject({ version: 'v2.0.0', replaced: 'b.io/y v2.0.0' });
    expect([...(m.vendored ?? [])]).toContain(`${CLIENT}/tools/metrics`);
  });
  test('was not used before Go 1.14', async () => {
    expect(
      (await of({ '/m/go.mod': MOD.replace('go 1.24', 'go 1.13'), '/m/vendor/modules.txt': txt })).version(CLIENT)
        ?.version,
    ).toBe('v0.32.1');
  });
});

describe('trouble', () => {
  test("files that can't be read are as if they were not there", async () => {
    const files: Files = {
      read: (p) => (p === '/m/go.mod' ? Promise.resolve(MOD) : Promise.reject(new Error('EACCES'))),
      list: () => Promise.reject(new Error('EACCES')),
      absolute: (p) => p,
      moduleCaches: ['/gomodcache'],
    };
    expect((await moduleOf('/m/main.go', files)).facts.getConfig?.value.qps).toBe(20);
  });
  test('an abort ends it at once', async () => {
    await expect(moduleOf('/m/main.go', memoryFiles({ '/m/go.mod': MOD }), AbortSignal.abort())).rejects.toThrow(
      expect.objectContaining({ name: 'AbortError' }) as Error,
    );
  });
  test('what is broken is told with its place, the rest holds', async () => {
    const m = await of({ '/m/go.mod': `${MOD}<<<<<<< HEAD\n` });
    expect(m.broken).toEqual([{ file: '/m/go.mod', line: 10, text: '<<<<<<< HEAD' }]);
    expect(m.facts.getConfig?.value.qps).toBe(20);
  });
  test('a module by versions alone', () => {
    expect(moduleOfVersions({ [RUNTIME]: 'v0.25.2' }).facts.registersRestMetrics?.value).toBe(true);
  });
});
