/**
 * The texts beside the code say what is so: what they name is held to the manifest, the lint rules, the runner and the
 * files.
 */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/inspect/args';
import { long } from '../../../scripts/lib/long.mjs';
import { stages } from '../../../scripts/lib/stages.mjs';
import { pure, rooms } from '../../../eslint.config.mjs';

const root = path.resolve(import.meta.dirname, '../../..');
const text = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');
const TEXTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'test/cluster/README.md',
];

interface Setting {
  readonly default: unknown;
}
interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly keybindings: readonly { readonly command: string; readonly key: string; readonly mac?: string }[];
  };
}
const manifest = JSON.parse(text('package.json')) as Manifest;
const titles = new Set(manifest.contributes.commands.map((c) => c.title));

/** Cells of the rows of the table under a heading, or of the one whose head begins with `first`. */
function table(file: string, first: string): readonly (readonly string[])[] {
  const lines = text(file).split('\n');
  const head = lines.findIndex((l) => l.startsWith(`| ${first} |`));
  if (head < 0) throw new Error(`${file} has no table that begins with "${first}".`);
  const rows: string[][] = [];
  for (let i = head + 2; lines[i]?.startsWith('|'); i++)
    rows.push(
      lines[i]!.slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
  return rows;
}

/** Lines that stand as code: indented by four blanks. A comment after two blanks and `#` is left out. */
function commandLines(file: string): readonly string[] {
  return text(file)
    .split('\n')
    .filter((l) => /^ {4}\S/.test(l))
    .map((l) => l.trim().replace(/\s+#.*$/, ''));
}

const names = (cell: string): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

describe('README', () => {
  it('lists every setting with its default', () => {
    const { properties } = manifest.contributes.configuration;
    const worded = (v: unknown): string =>
      v === true ? 'on' : v === false ? 'off' : typeof v === 'object' ? 'none' : String(v);
    const told = table('README.md', 'setting').map(([name = '', value = '']) => [
      names(name)[0],
      value.replaceAll('`', ''),
    ]);
    const are = Object.entries(properties).map(([name, { default: d }]) => [name, worded(d)]);
    expect(told.sort()).toEqual(are.sort());
  });

  it('lists every dependency, and no other', () => {
    // The parser's grammar is bundled and needs nothing when it runs.
    const told = table('README.md', 'dependency').flatMap(([cell = '']) => names(cell));
    expect(told.sort()).toEqual([...Object.keys(manifest.dependencies), 'tree-sitter-go'].sort());
  });

  it('names only commands that there are, by their whole titles', () => {
    const told = [...text('README.md').matchAll(/\*Controller Tuner: ([^*]+)\*/g)].map(([, t = '']) =>
      t.replace(/\s+/g, ' '),
    );
    expect(told.length).toBeGreaterThan(10);
    expect(told.filter((t) => !titles.has(t))).toEqual([]);
  });

  it('names every command that the palette offers to somebody who has nothing chosen', () => {
    const flat = text('README.md').replace(/\s+/g, ' ');
    const asks = manifest.contributes.commands.map((c) => c.title).filter((t) => t.endsWith('…'));
    const own = ['Rename Capture…', 'Add Kubeconfig File…', 'Pin Endpoint…', 'Export Capture…', 'Compare Captures…'];
    expect(asks.filter((t) => !own.includes(t) && !flat.includes(`${t.replace('…', '')}`))).toEqual([]);
  });

  it('names the keys that are bound', () => {
    const flat = text('README.md');
    const worded = (key: string): string =>
      key
        .split('+')
        .map((k) => k[0]!.toUpperCase() + k.slice(1))
        .join('+');
    const bound = manifest.contributes.keybindings.map((k) => worded(k.key)).filter((k) => k.includes('+'));
    expect(bound.length).toBeGreaterThan(2);
    expect(bound.filter((k) => !flat.includes(`\`${k}\``))).toEqual([]);
    const told = [...flat.matchAll(/`((?:Ctrl|Alt|Shift|Cmd)\+[^`]+)`/g)].map(([, k = '']) => k);
    // The editor's own: the light bulb, and a pick that is looked at first.
    expect(told.filter((k) => !bound.includes(k) && !['Ctrl+.', 'Ctrl+Enter'].includes(k))).toEqual([]);
  });

  it('has commands for a terminal that the command line takes', () => {
    const lines = commandLines('README.md').filter((l) => l.startsWith('npm run -s inspect -- '));
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      const args = [...line.slice('npm run -s inspect -- '.length).matchAll(/'([^']*)'|(\S+)/g)].map(
        ([, quoted, plain]) => quoted ?? plain ?? '',
      );
      expect(() => parse(args), line).not.toThrow();
    }
  });
});

describe('ARCHITECTURE', () => {
  it('has the rooms of the lint rules, with what each may import', () => {
    const told = table('ARCHITECTURE.md', 'room').flatMap(([cell = '', , may = '']) => {
      const room = /^`src\/(\w+)`$/.exec(cell)?.[1];
      return room === undefined ? [] : [[room, mayImport(room, may)] as const];
    });
    expect(Object.fromEntries(told)).toEqual(
      Object.fromEntries(Object.entries(rooms).map(([room, may]) => [room, [...may].sort()])),
    );
  });

  it('names the pure rooms', () => {
    const [, told = ''] = /\*\*Pure\*\*[^:]*: ([^.]+)\./.exec(text('ARCHITECTURE.md').replace(/\s+/g, ' ')) ?? [];
    expect(
      told
        .split(', ')
        .map((r) => r.replace(/ .*/, ''))
        .sort(),
    ).toEqual([...pure].sort());
  });
});

/** "all but inspect" is written for many. */
function mayImport(room: string, cell: string): readonly string[] {
  if (cell === 'nothing') return [];
  const but = /^all but (.+)$/.exec(cell)?.[1]?.split(/, | and /);
  if (but)
    return Object.keys(rooms)
      .filter((r) => r !== room && !but.includes(r))
      .sort();
  return cell.split(', ').sort();
}

describe('CONTRIBUTING', () => {
  it('lists the stages of npm test', () => {
    const told = table('CONTRIBUTING.md', 'stage').map(([name]) => name);
    expect(told.sort()).toEqual(stages.map((s) => s.name).sort());
  });

  it('lists the parts of the long run', () => {
    const shared = ['cluster', 'package'];
    const parts = long({ looks: 1, profiles: 1, count: 1, times: 1 }).stages.map((s) => s.name);
    expect(
      table('CONTRIBUTING.md', 'part')
        .map(([name]) => name)
        .sort(),
    ).toEqual(parts.filter((name) => !shared.includes(name)).sort());
  });
});

describe.each(TEXTS)('%s', (file) => {
  const dir = path.dirname(file);
  const flat = text(file);

  it('has links and pictures whose targets exist', () => {
    const links = [...flat.matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => to).filter((to) => !/^https?:/.test(to));
    const broken = links.filter((to) => {
      const [target = '', anchor] = to.split('#');
      const there = target === '' ? file : path.join(dir, target);
      if (!fs.existsSync(path.join(root, there))) return true;
      return anchor !== undefined && !anchors(text(there)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names files and folders that exist', () => {
    const told = [...flat.matchAll(/`?((?:src|webview|test|scripts|media|\.github)\/[\w./-]*\w)/g)].map(
      ([, f = '']) => f,
    );
    const made = /^(test\/results)/;
    const missing = told.filter((f) => !made.test(f) && ![f, path.join(dir, f)].some(exists));
    expect([...new Set(missing)]).toEqual([]);
  });

  it('runs npm scripts that exist', () => {
    const told = [...flat.matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name = '']) => name);
    expect(told.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  it('closes what it sets in bold', () => {
    const prose = flat.replace(/`[^`\n]*`/g, '').split(/\n{2,}|\n- /);
    expect(prose.filter((p) => /\*\*/.test(p.replace(/\*\*[^\s*](?:[^*]*[^\s*])?\*\*/g, '')))).toEqual([]);
  });
});

/** A name may leave out `.ts`, and may be the beginning of several (`test/unit/<room>`). */
function exists(file: string): boolean {
  return ['', '.ts', '.mjs', '/'].some((end) => fs.existsSync(path.join(root, `${file}${end}`)));
}

/** As GitHub makes them of headings. */
function anchors(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
