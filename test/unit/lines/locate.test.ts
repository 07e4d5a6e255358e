import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Locator, type LocateEnv, type ProfileFile } from '../../../src/lines/locate';
import { modulesOf } from '../../../src/lines/modules';

const FIXTURES = path.join(__dirname, '../../fixtures');
const source = (file: string): string => readFileSync(path.join(FIXTURES, 'make/paths', file), 'utf8');

/** Frames of one build, as make/paths/make.sh noted them. */
function built(name: string): readonly ProfileFile[] {
  const files = new Map<string, { names: string[]; lines: number[] }>();
  const section = readFileSync(path.join(FIXTURES, 'paths.txt'), 'utf8')
    .split(/^== /m)
    .find((s) => s.startsWith(`${name}\n`));
  for (const frame of section?.trim().split('\n').slice(1) ?? []) {
    const [fn = '', file = '', line = ''] = frame.split('\t');
    const of = files.get(file) ?? { names: [], lines: [] };
    files.set(file, of);
    of.names.push(fn);
    of.lines.push(Number(line));
  }
  expect(files.size).toBeGreaterThan(5);
  return [...files].map(([file, of]) => ({ file, ...of }));
}

/** Where the sources of make/paths lie on a machine that has them open. */
const APP = ['internal/jobs/jobs.go', 'internal/jobs/jobs_test.go', 'internal/frames/frames.go', 'cmd/manager/main.go'];
const STD = {
  '/opt/go/src/slices/sort.go': 'package slices\nfunc SortFunc[S ~[]E, E any](x S) {}',
  '/opt/go/src/slices/zsortanyfunc.go': 'package slices\nfunc insertionSortCmpFunc[E any]() {}',
  '/opt/go/src/runtime/proc.go': 'package runtime\nfunc main() {}',
  '/opt/go/src/runtime/asm_amd64.s': 'TEXT runtime·goexit(SB)',
  '/opt/go/src/testing/testing.go': 'package testing\nfunc tRunner() {}',
};
const machine = (...more: string[]): Record<string, string> => ({
  ...Object.fromEntries(APP.map((f) => [`/ws/app/${f}`, source(`app/${f}`)])),
  '/ws/lib/lib.go': source('lib/lib.go'),
  '/ws/fork/fork.go': source('fork/fork.go'),
  ...STD,
  '/cache/example.com/!upper/dep@v1.0.0/dep.go': source('dep/dep.go'),
  '/cache/example.com/!upper/dep@v1.1.0/dep.go': source('dep/dep.go'),
  ...Object.fromEntries(
    more.map((f) => [
      f,
      source(f.replace('/ws/app/vendor/example.com/', '').replace('Upper/dep', 'dep').replace('old/', 'dep/')),
    ]),
  ),
});

/** A machine with these files; asks are noted so that needless ones show. */
function env(files: Readonly<Record<string, string>>, over: Partial<LocateEnv> = {}): LocateEnv & { asked: string[] } {
  const asked: string[] = [];
  const goMods = ['/ws/app', '/ws/lib', '/ws/fork'].map((dir) => ({ dir, text: source(`${dir.slice(4)}/go.mod`) }));
  return {
    asked,
    folders: ['/ws/app'],
    ...modulesOf(goMods.slice(0, 1)),
    rules: [],
    modCaches: () => {
      asked.push('modCaches');
      return Promise.resolve(['/cache']);
    },
    goroots: () => {
      asked.push('goroots');
      return Promise.resolve(['/opt/go']);
    },
    gopaths: () => ['/gopath/src'],
    read: (f) => Promise.resolve(files[f]),
    named: (name) => {
      asked.push('named');
      return Promise.resolve(Object.keys(files).filter((f) => f.startsWith('/ws/') && f.endsWith(`/${name}`)));
    },
    ...over,
  };
}

const where = async (locator: Locator, file: string): Promise<string> => {
  const found = await locator.locate(file);
  return 'file' in found ? found.file : `? ${found.refused.map((r) => `${r.file}: ${r.why}`).join('; ')}`;
};

describe('files of real builds', () => {
  const inWorkspace = {
    'jobs.go': '/ws/app/internal/jobs/jobs.go',
    'frames.go': '/ws/app/internal/frames/frames.go',
    'main.go': '/ws/app/cmd/manager/main.go',
    'jobs_test.go': '/ws/app/internal/jobs/jobs_test.go',
  };
  const std = {
    'sort.go': '/opt/go/src/slices/sort.go',
    'zsortanyfunc.go': '/opt/go/src/slices/zsortanyfunc.go',
    'proc.go': '/opt/go/src/runtime/proc.go',
    'asm_amd64.s': '/opt/go/src/runtime/asm_amd64.s',
    'testing.go': '/opt/go/src/testing/testing.go',
  };
  const replaced = { 'lib.go': '/ws/lib/lib.go', 'fork.go': '/ws/fork/fork.go' };
  /** dep.go is one file for two import paths: by the file's path in the profile. */
  const dep = {
    'dep@v1.0.0/dep.go': '/cache/example.com/!upper/dep@v1.0.0/dep.go',
    'dep@v1.1.0/dep.go': '/cache/example.com/!upper/dep@v1.1.0/dep.go',
    'old@v0.5.0/dep.go': '/cache/example.com/!upper/dep@v1.1.0/dep.go',
  };
  const vendor = ['lib/lib.go', 'fork/fork.go', 'Upper/dep/dep.go', 'old/dep.go'];
  const vendored = {
    'lib.go': '/ws/app/vendor/example.com/lib/lib.go',
    'fork.go': '/ws/app/vendor/example.com/fork/fork.go',
    'Upper/dep/dep.go': '/ws/app/vendor/example.com/Upper/dep/dep.go',
    'old/dep.go': '/ws/app/vendor/example.com/old/dep.go',
  };

  it.each<[string, Record<string, string>, string[]]>([
    ['plain', { ...inWorkspace, ...std, ...replaced, ...dep }, []],
    ['trimpath', { ...inWorkspace, ...std, ...replaced, ...dep }, []],
    ['image', { ...inWorkspace, ...std, ...replaced, ...dep }, []],
    ['image-src', { ...inWorkspace, ...std, ...replaced, ...dep }, []],
    ['test', { ...inWorkspace, ...std, ...replaced, ...dep }, []],
    ['vendor', { ...inWorkspace, ...std, ...vendored }, vendor],
    // Which of both was built is not told: where one writes comes first.
    ['vendor-trimpath', { ...inWorkspace, ...std, ...replaced, ...dep }, vendor],
    ['vendor-image', { ...inWorkspace, ...std, ...vendored }, vendor],
    ['work', { ...inWorkspace, ...std, ...replaced, ...dep }, []],
    ['work-trimpath', { ...inWorkspace, ...std, ...replaced, ...dep }, []],
    ['gopath', { ...inWorkspace, ...std, ...replaced }, []],
    ['gopath-trimpath', { ...inWorkspace, ...std, ...replaced }, []],
  ])('%s', async (name, wanted, more) => {
    const files = built(name);
    const locator = new Locator(env(machine(...more.map((f) => `/ws/app/vendor/example.com/${f}`))), files);
    for (const { file, names } of files) {
      const [, want] = Object.entries(wanted).find(([tail]) => file === tail || file.endsWith(`/${tail}`)) ?? [];
      // Built of GOPATH, which this machine doesn't have: neither of dep.go's import paths leads anywhere.
      if (want === undefined) expect(`${await where(locator, file)} ${file}`).toMatch(/^\? .*\/dep\.go$/);
      else expect(await where(locator, file), `${file} of ${names.join(', ')}`).toBe(want);
    }
  });

  it('a frame alone, as a click on one gives it, where the other frames are not known', async () => {
    for (const name of ['plain', 'trimpath', 'image']) {
      for (const { file, names, lines } of built(name).filter((f) => /jobs\.go|main\.go|frames\.go/.test(f.file))) {
        const found = await new Locator(env(machine()), []).locate(file, { name: names[0] ?? '', line: lines[0] ?? 0 });
        expect('file' in found && found.file, `${name} ${file}`).toBe(
          inWorkspace[path.basename(file) as keyof typeof inWorkspace],
        );
      }
    }
  });
});

describe('never a wrong file', () => {
  const files = machine();
  const image = (over: Partial<ProfileFile> & { file: string }): ProfileFile => ({
    names: ['main.main'],
    lines: [12],
    ...over,
  });

  it('a main of another module that was built in the same folder', async () => {
    const other = [
      image({ file: '/workspace/internal/controller/x.go', names: ['example.org/other/internal/controller.F'] }),
      image({ file: '/workspace/cmd/manager/main.go' }),
    ];
    expect(await where(new Locator(env(files), other), '/workspace/cmd/manager/main.go')).toMatch(/^\?/);
    // The same where the workspace lies in that very folder, as in a dev container.
    const here = Object.fromEntries(Object.entries(files).map(([f, t]) => [f.replace('/ws/app', '/workspace'), t]));
    const open = env(here, {
      folders: ['/workspace'],
      modules: [{ path: 'example.com/app', dir: '/workspace' }],
      named: () => Promise.resolve(['/workspace/cmd/manager/main.go']),
    });
    expect(await where(new Locator(open, other), '/workspace/cmd/manager/main.go')).toMatch(
      /are of example\.org\/other/,
    );
    expect(await where(new Locator(open, built('image')), '/workspace/cmd/manager/main.go')).toBe(
      '/workspace/cmd/manager/main.go',
    );
  });

  it('a package of the same folder names in another module', async () => {
    const other = { names: ['example.org/other/internal/jobs.Run'], lines: [38] };
    expect(
      await where(
        new Locator(env(files), [{ file: '/build/internal/jobs/jobs.go', ...other }]),
        '/build/internal/jobs/jobs.go',
      ),
    ).toBe('? ');
    expect(
      await where(
        new Locator(env(files), [{ file: '/ws/app/internal/jobs/jobs.go', ...other }]),
        '/ws/app/internal/jobs/jobs.go',
      ),
    ).toMatch(/its package is example\.com\/app\/internal\/jobs, not example\.org\/other\/internal\/jobs/);
  });

  it('a file of the same name that lies where a closure was inlined to', async () => {
    const trap = { ...files, '/ws/app/internal/jobs/lib.go': 'package jobs\n\nfunc Else() {}\n' };
    expect(await where(new Locator(env(trap), built('trimpath')), 'example.com/lib@v1.2.3/lib.go')).toBe(
      '/ws/lib/lib.go',
    );
    expect(
      await where(
        new Locator(env(trap, { modules: [{ path: 'example.com/app', dir: '/ws/app' }] }), built('plain')),
        '/home/me/src/lib/lib.go',
      ),
    ).not.toContain('/internal/jobs/lib.go');
  });

  it('another version of a module than the one that was built', async () => {
    const { '/cache/example.com/!upper/dep@v1.0.0/dep.go': _, ...without } = files;
    expect(
      await where(
        new Locator(env(without), built('plain')),
        '/home/me/go/pkg/mod/example.com/!upper/dep@v1.0.0/dep.go',
      ),
    ).toBe('? ');
    const vendor = {
      ...without,
      '/ws/app/vendor/modules.txt': '# example.com/Upper/dep v1.2.0\n## explicit\nexample.com/Upper/dep\n',
      '/ws/app/vendor/example.com/Upper/dep/dep.go': source('dep/dep.go'),
    };
    expect(await where(new Locator(env(vendor), built('trimpath')), 'example.com/Upper/dep@v1.0.0/dep.go')).toBe('? ');
    vendor['/ws/app/vendor/modules.txt'] = '# example.com/Upper/dep v1.0.0\n## explicit\nexample.com/Upper/dep\n';
    expect(await where(new Locator(env(vendor), built('trimpath')), 'example.com/Upper/dep@v1.0.0/dep.go')).toBe(
      '/ws/app/vendor/example.com/Upper/dep/dep.go',
    );
  });

  it('one of two files that fit equally, and says so', async () => {
    const two = { ...files, '/ws/app/tools/cmd/manager/main.go': files['/ws/app/cmd/manager/main.go'] ?? '' };
    expect(await where(new Locator(env(two), []), '/elsewhere/main.go')).toBe('? ');
    const found = await new Locator(env(two), []).locate('/elsewhere/manager/main.go', { name: 'main.main', line: 12 });
    expect(found).toMatchObject({
      refused: [{ file: '/ws/app/cmd/manager/main.go', why: '/ws/app/tools/cmd/manager/main.go fits as well' }],
    });
    // Two checkouts of one module.
    const twins = env(
      { ...files, '/ws/second/internal/jobs/jobs.go': source('app/internal/jobs/jobs.go') },
      {
        modules: [
          { path: 'example.com/app', dir: '/ws/app' },
          { path: 'example.com/app', dir: '/ws/second' },
        ],
      },
    );
    expect(await where(new Locator(twins, built('image')), '/workspace/internal/jobs/jobs.go')).toMatch(/fits as well/);
  });

  it('a guess whose function is elsewhere', async () => {
    const guess = new Locator(env(files), []);
    expect(await guess.locate('/elsewhere/manager/main.go', { name: 'main.main', line: 400 })).toMatchObject({
      refused: [{ why: 'it declares no main near the line' }],
    });
    expect(await guess.locate('/elsewhere/manager/main.go', { name: 'main.start', line: 12 })).toMatchObject({
      refused: [{ why: 'it declares no start near the line' }],
    });
    expect(await guess.locate('/elsewhere/manager/main.go', { name: 'main.main', line: 14 })).toMatchObject({
      file: '/ws/app/cmd/manager/main.go',
    });
  });

  it('a path that climbs or lies outside of all places', async () => {
    const disk = {
      '/etc/passwd': 'root',
      '/cache/a@v1.0.0/../../../etc/passwd': 'root',
      '/ws/app/../etc/passwd': 'root',
      '/home/me/src/app/x.go': 'package main\nfunc main() {}',
    };
    for (const file of [
      '/etc/passwd',
      '/x/pkg/mod/a@v1.0.0/../../../etc/passwd',
      '/ws/app/../etc/passwd',
      'example.com/app/../../etc/passwd',
      '/home/me/src/app/x.go',
    ]) {
      expect(await new Locator(env(disk), []).locate(file, { name: 'main.main', line: 2 }), file).not.toHaveProperty(
        'file',
      );
    }
  });

  it('frames without a file', async () => {
    for (const file of ['<autogenerated>', '', '_cgo_gotypes.go'])
      expect(await new Locator(env(files), []).locate(file, { name: 'x.F', line: 1 })).toEqual({
        looked: file.startsWith('_') ? ['/ws/app'] : [],
        refused: [],
      });
  });
});

describe('places', () => {
  it('the workspace is enough where it has the file: Go is not asked for', async () => {
    const e = env(machine());
    const locator = new Locator(e, built('image'));
    expect(await where(locator, '/workspace/internal/jobs/jobs.go')).toBe('/ws/app/internal/jobs/jobs.go');
    expect(e.asked).toEqual([]);
  });

  it('the same file is not looked for twice', async () => {
    let reads = 0;
    const e = env(machine());
    const locator = new Locator(
      {
        ...e,
        read: (f) => {
          reads++;
          return e.read(f);
        },
      },
      built('image'),
    );
    for (let i = 0; i < 3; i++) await locator.locate('/workspace/internal/jobs/jobs.go');
    expect(reads).toBe(1);
  });

  it('rules of the settings come first, the longest prefix before others', async () => {
    const rules = [
      { from: '/nobody', to: ['/ws'] },
      { from: '/nobody/knows', to: ['/ws/nothing', '/ws/app'] },
    ];
    expect(await where(new Locator(env(machine(), { rules }), []), '/nobody/knows/internal/jobs/jobs.go')).toBe(
      '/ws/app/internal/jobs/jobs.go',
    );
    expect(await where(new Locator(env(machine(), { rules }), []), '/nobody/lib/lib.go')).toBe('/ws/lib/lib.go');
    expect(await where(new Locator(env(machine(), { rules }), []), '/nobodyknows/x.go')).toBe('? ');
  });

  it('a toolchain of the module cache before the installed Go', async () => {
    const file = '/home/me/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.26.8.linux-amd64/src/runtime/proc.go';
    const frame = { name: 'runtime.main', line: 1 };
    expect(await new Locator(env(machine()), []).locate(file, frame)).toMatchObject({
      file: '/opt/go/src/runtime/proc.go',
    });
    const cached = '/cache/golang.org/toolchain@v0.0.1-go1.26.8.linux-amd64/src/runtime/proc.go';
    expect(
      await new Locator(env({ ...machine(), [cached]: 'package runtime\nfunc main() {}' }), []).locate(file, frame),
    ).toMatchObject({ file: cached });
  });

  it('GOPATH without modules', async () => {
    const disk = { '/gopath/src/github.com/x/y/z.go': 'package y\nfunc F() {}' };
    expect(
      await new Locator(env(disk), []).locate('/go/src/github.com/x/y/z.go', { name: 'github.com/x/y.F', line: 2 }),
    ).toMatchObject({ file: '/gopath/src/github.com/x/y/z.go' });
  });

  it('built on Windows', async () => {
    expect(
      await new Locator(env(machine()), []).locate('C:\\src\\app\\internal\\jobs\\jobs.go', {
        name: 'example.com/app/internal/jobs.Run',
        line: 38,
      }),
    ).toMatchObject({ file: '/ws/app/internal/jobs/jobs.go' });
  });

  it('a folder that is opened without its go.mod: by the tail of the path and the function', async () => {
    expect(
      await new Locator(env(machine(), { modules: [] }), []).locate('/build/internal/jobs/jobs.go', {
        name: 'example.com/app/internal/jobs.Run',
        line: 38,
      }),
    ).toMatchObject({ file: '/ws/app/internal/jobs/jobs.go' });
  });

  it('says where it looked', async () => {
    expect(
      await new Locator(env({}), []).locate('/go/pkg/mod/a.b/c@v1.0.0/d.go', { name: 'a.b/c.F', line: 1 }),
    ).toEqual({ looked: ['/ws/app', '/cache'], refused: [] });
    expect(
      await new Locator(env({}), []).locate('/usr/local/go/src/fmt/print.go', { name: 'fmt.Println', line: 1 }),
    ).toEqual({ looked: ['/ws/app', '/opt/go/src'], refused: [] });
  });

  it('a function that is gone from a file of its very package leaves the file what it is', async () => {
    expect(
      await new Locator(env(machine()), []).locate('/workspace/internal/jobs/jobs.go', {
        name: 'example.com/app/internal/jobs.Gone',
        line: 38,
      }),
    ).toMatchObject({ file: '/ws/app/internal/jobs/jobs.go' });
  });
});

describe('modules of a workspace', () => {
  it('are those of go.mod files, and what these replace by folders', () => {
    expect(
      modulesOf([
        { dir: '/ws/app', text: source('app/go.mod') },
        { dir: '/ws/lib', text: source('lib/go.mod') },
      ]),
    ).toEqual({
      modules: [
        { path: 'example.com/app', dir: '/ws/app' },
        { path: 'example.com/lib', dir: '/ws/lib' },
        { path: 'example.com/fork', dir: '/ws/fork', replaces: true },
      ],
      swapped: [{ from: 'example.com/old', version: 'v0.5.0', to: 'example.com/Upper/dep', toVersion: 'v1.1.0' }],
    });
  });
});
