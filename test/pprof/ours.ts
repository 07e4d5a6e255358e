/** The same questions to our own code, and what differs from pprof's answers. */
import { openProfile } from '../../src/profile/open';
import type { Granularity, OpenProfile, Part } from '../../src/profile/types';
import { parseDot, parsePeek, parseTags, parseTop, type Peeked, type PrintedTag } from './parse';
import type { Settings, Wanted } from './tool';

/** A question that both are asked. */
export interface Case {
  readonly sampleType: number;
  readonly part: Part;
  readonly command: 'top' | 'top -cum' | 'peek' | 'tags' | 'dot' | 'proto';
}

/** How pprof is asked. `unit`: in which values come whole; 'minimum' for counts, which have none. */
export function asked({ sampleType, part, command }: Case, unit: string): Wanted {
  const options: Record<string, string | undefined> = {
    sample_index: String(sampleType),
    unit,
    focus: part.focus,
    ignore: part.ignore,
    hide: part.hide,
    show: part.show,
    show_from: part.showFrom,
    tagfocus: part.tagFocus?.[0],
    tagignore: part.tagIgnore?.[0],
    tagroot: part.tagRoot?.join(','),
    tagleaf: part.tagLeaf?.join(','),
    granularity: part.granularity,
    noinlines: part.noInlines === true ? 'true' : undefined,
    sort: command === 'top -cum' ? 'cum' : undefined,
    ...(command === 'dot' && { trim: 'true', nodecount: '-1' }),
  };
  const settings = Object.fromEntries(
    Object.entries(options).filter(([, v]) => v !== undefined && v !== ''),
  ) as Settings;
  return { settings, command: command === 'peek' ? 'peek .' : command === 'top -cum' ? 'top' : command };
}

/** What differs, in words; '' when nothing does. */
export async function differing(open: OpenProfile, c: Case, theirs: string | undefined): Promise<string> {
  const query = { sampleType: c.sampleType, part: c.part };
  switch (c.command) {
    case 'top':
    case 'top -cum':
      return top(open, c, theirs ?? '');
    case 'peek': {
      const { entries, frames } = await open.peek({ ...query, match: '.' });
      const text = printer(frames, c.part.granularity);
      const row = ({ id, flat, cum, callers, callees }: (typeof entries)[number]) => ({
        text: text(id),
        flat,
        cum,
        callers: callers.map((e) => ({ text: text(e.id), value: e.value, inlined: e.inlined })),
        callees: callees.map((e) => ({ text: text(e.id), value: e.value, inlined: e.inlined })),
      });
      // Equal weights of both signs lie in pprof as its maps were walked.
      const some = (calls: Peeked['callers']) =>
        byText(open.summary.combined ? calls.filter((e) => e.value !== 0) : calls);
      const sorted = (list: readonly Peeked[]) =>
        changed(open, list).map((p) => ({ ...p, callers: some(p.callers), callees: some(p.callees) }));
      return diff(sorted(entries.map(row)), sorted(theirs === undefined ? [] : parsePeek(theirs)));
    }
    case 'tags': {
      const { tags } = await open.tags(query);
      const sorted = (list: readonly PrintedTag[]) =>
        list.filter((t) => t.key !== 'pprof::base').map((t) => ({ ...t, values: byText(t.values) }));
      return diff(
        sorted(
          tags.map(({ key, total, values }) => ({
            key,
            total,
            values: values.map((v) => [line(v.text), v.value] as const),
          })),
        ),
        sorted(parseTags(theirs ?? '')),
      );
    }
    case 'dot': {
      const { nodes, edges, frames } = await open.graph(query);
      const text = printer(frames, c.part.granularity);
      const ours = {
        nodes: nodes.map((n) => ({ text: text(n.id), cum: n.cum })),
        edges: edges.map((e) => ({
          from: text(e.from),
          to: text(e.to),
          value: e.value,
          residual: e.residual,
          inlined: e.inlined,
        })),
      };
      const told = parseDot(theirs ?? '');
      // Scores of the order are sums of logarithms over a map, in whatever order Go walks it.
      return diff(
        { nodes: byText(ours.nodes), edges: byText(ours.edges) },
        {
          nodes: byText(told.nodes),
          edges: byText(
            told.edges
              .filter((e) => e.from !== '' && e.to !== '')
              .map(({ from, to, value, residual, inlined }) => ({ from, to, value, residual, inlined })),
          ),
        },
      );
    }
    case 'proto': {
      const [a, b] = [await open.encode({ part: c.part }), new Uint8Array(Buffer.from(theirs ?? '', 'latin1'))].map(
        (bytes) => openProfile(bytes),
      );
      const whole = { sampleType: c.sampleType, part: { granularity: 'addresses' as const } };
      return `${diff(rows(await (a as OpenProfile).top(whole), 'addresses'), rows(await (b as OpenProfile).top(whole), 'addresses'))}${diff((a as OpenProfile).summary.samples, (b as OpenProfile).summary.samples)}`;
    }
  }
}

async function top(open: OpenProfile, c: Case, theirs: string): Promise<string> {
  const table = await open.top({ sampleType: c.sampleType, part: c.part });
  const told = parseTop(theirs);
  let list = changed(open, rows(table, c.part.granularity));
  // A person sorts the table; ties are by name in both.
  if (c.command === 'top -cum')
    list = [...list].sort(
      (x, y) =>
        Math.abs(y.cum) - Math.abs(x.cum) ||
        (x.text < y.text ? -1 : x.text > y.text ? 1 : 0) ||
        Math.abs(y.flat) - Math.abs(x.flat),
    );
  let sum = 0;
  const percents = list.map((r) => [
    percentage(r.flat, table.total),
    percentage((sum += r.flat), table.total),
    percentage(r.cum, table.total),
  ]);
  return diff(
    { total: table.total, rows: list.map((r, i) => ({ ...r, percents: percents[i] })) },
    {
      total: told.total,
      rows: told.rows.map(({ text, flat, cum, percents: p }) => ({
        text,
        flat,
        cum,
        percents: p.map((x) => String(Number(x))),
      })),
    },
  );
}

function rows(t: Awaited<ReturnType<OpenProfile['top']>>, granularity: Granularity = 'functions') {
  return t.names.map((name, i) => ({
    text: shown(name, t.files[i] ?? '', t.lines[i] ?? 0, granularity),
    flat: t.flat[i] ?? 0,
    cum: t.cum[i] ?? 0,
  }));
}

function printer(
  frames: readonly { readonly id: number; readonly name: string; readonly file: string; readonly line: number }[],
  granularity: Granularity = 'functions',
): (id: number) => string {
  const byId = new Map(frames.map((f) => [f.id, f]));
  return (id) => {
    const f = byId.get(id);
    return f ? shown(f.name, f.file, f.line, granularity) : `#${id}`;
  };
}

/** As pprof writes a function at this granularity. */
function shown(name: string, file: string, line: number, granularity: Granularity): string {
  const place =
    granularity === 'functions' || granularity === 'packages'
      ? ''
      : granularity === 'lines' || granularity === 'addresses'
        ? `${file}${line === 0 ? '' : `:${line}`}`
        : file;
  const text = place === '' || place === name ? name : name === '<unknown>' ? place : `${name} ${place}`;
  return Buffer.from(text).toString('latin1');
}

/** pprof's `Percentage` (internal/measurement), as a number's text. */
function percentage(value: number, total: number): string {
  const ratio = total === 0 ? 0 : Math.abs(value / total) * 100;
  if (ratio >= 99.95 && ratio <= 100.05) return '100';
  // Go rounds what lies halfway to the even digit, JavaScript up: with two digits behind the point odd eighths, with
  // three odd sixteenths.
  const [parts, digits] = ratio >= 0.1 ? [8, 100] : [16, 1000];
  if ((ratio * parts) % 2 === 1 && ratio >= 0.01) {
    const down = Math.floor(ratio * digits);
    return String((down + (down % 2)) / digits);
  }
  return String(Number(ratio >= 1 ? ratio.toFixed(2) : ratio.toPrecision(2)));
}

/** What a line of text shows of it. */
function line(text: string): string {
  return Buffer.from(text.split('\n')[0] ?? '').toString('latin1');
}

/** A difference tells of functions that did not change, which pprof leaves out. */
function changed<T extends { readonly flat: number; readonly cum: number }>(
  open: OpenProfile,
  list: readonly T[],
): readonly T[] {
  return open.summary.combined ? list.filter((r) => r.flat !== 0 || r.cum !== 0) : list;
}

function byText(list: readonly unknown[]): string[] {
  return list.map((x) => JSON.stringify(x)).sort();
}

/** The first thing in which two answers differ. */
function diff(ours: unknown, theirs: unknown): string {
  const [a, b] = [ours, theirs].map((v) => JSON.stringify(v, null, 1).split('\n')) as [string[], string[]];
  const at = a.findIndex((line, i) => line !== b[i]);
  if (at < 0 && a.length === b.length) return '';
  const from = at < 0 ? a.length : at;
  return `ours: ${a.slice(Math.max(0, from - 6), from + 5).join(' ')}\npprof: ${b.slice(Math.max(0, from - 6), from + 5).join(' ')}\n`;
}
