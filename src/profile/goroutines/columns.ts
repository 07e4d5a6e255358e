/**
 * Converts goroutine groups to columns and back, so that a dump can be drawn and searched like a profile, and a binary
 * goroutine profile can be listed.
 */
import { NONE, type Columns, type Label } from '../columns';
import type { Model } from '../model';
import type { GoroutineDump, GoroutineGroup, StackFrame } from '../types';
import { workersOf } from './workers/workers';

/**
 * One sample per group, with the number of its goroutines as its value. A location is a frame; a function is a name
 * with a file.
 */
export function toColumns(dump: GoroutineDump): Columns {
  const { groups } = dump;
  const depth = groups.reduce((n, g) => n + g.stack.length, 0);
  const stackAt = new Uint32Array(groups.length + 1);
  const stack = new Uint32Array(depth);
  const locs = new Map<string, number>();
  const fns = new Map<string, number>();
  const fnName: string[] = [];
  const fnFile: string[] = [];
  const lineFn: number[] = [];
  const lineNo: number[] = [];
  // Frames are shared objects within a dump, so most are found without making a key.
  const known = new Map<StackFrame, number>();
  const location = (f: StackFrame): number => {
    const key = `${f.name}\n${f.file}\n${f.line}`;
    let l = locs.get(key);
    if (l === undefined) {
      const name = `${f.name}\n${f.file}`;
      let fn = fns.get(name);
      if (fn === undefined) {
        fns.set(name, (fn = fnName.length));
        fnName.push(f.name);
        fnFile.push(f.file);
      }
      lineFn.push(fn);
      l = lineNo.push(f.line) - 1;
      locs.set(key, l);
    }
    known.set(f, l);
    return l;
  };
  let at = 0;
  let deepest = 0;
  groups.forEach((g, i) => {
    for (const f of g.stack) stack[at++] = known.get(f) ?? location(f);
    stackAt[i + 1] = at;
    deepest = Math.max(deepest, g.stack.length);
  });
  const n = lineFn.length;
  return {
    sampleTypes: [{ type: 'goroutine', unit: 'count' }],
    defaultSampleType: 0,
    samples: groups.length,
    values: [Float64Array.from(groups, (g) => g.count)],
    frameAt: stackAt,
    frames: stack,
    lineAt: Uint32Array.from({ length: n + 1 }, (_, i) => i),
    lineFn: Uint32Array.from(lineFn),
    lineNo: Float64Array.from(lineNo),
    locAddress: new BigUint64Array(n),
    locMapping: new Uint32Array(n).fill(NONE),
    locFolded: new Uint8Array(n),
    fnKnown: fnName.length,
    fnName,
    fnSystemName: fnName,
    fnFile,
    fnStart: new Float64Array(fnName.length),
    mappings: [],
    labels: (i) => Object.entries(groups[i]?.labels ?? {}).map(([key, value]) => ({ key, value, unit: '' })),
    labelKeys: [...new Set(groups.flatMap((g) => Object.keys(g.labels)))].sort(),
    timeNanos: 0n,
    durationNanos: 0,
    period: 1,
    periodType: { type: 'goroutine', unit: 'count' },
    comments: [],
    docUrl: '',
    maxDepth: deepest,
    warnings: dump.warnings,
  };
}

/** Whether a profile counts goroutines: `goroutine/count`, and `goroutineleak/count` of newer releases. */
export function countsGoroutines(columns: Columns): boolean {
  return goroutineType(columns) >= 0;
}

function goroutineType(columns: Columns): number {
  return columns.sampleTypes.findIndex((t) => /^goroutine(leak)?$/.test(t.type) && t.unit === 'count');
}

/** The groups of a binary goroutine profile. It has no states, waits or creators. */
export function fromProfile(model: Model): GoroutineDump {
  const c = model.columns;
  const values = c.values[Math.max(0, goroutineType(c))] as Float64Array;
  const frames: StackFrame[] = [];
  for (let k = 0; k < c.lineFn.length; k++) {
    const fn = c.lineFn[k] as number;
    frames.push({ name: c.fnName[fn] ?? '', file: c.fnFile[fn] ?? '', line: c.lineNo[k] as number });
  }
  const groups: GoroutineGroup[] = [];
  let total = 0;
  for (let i = 0; i < c.samples; i++) {
    const stack: StackFrame[] = [];
    for (let j = c.frameAt[i] as number; j < (c.frameAt[i + 1] as number); j++)
      stack.push(frames[c.frames[j] as number] as StackFrame);
    const count = values[i] as number;
    total += count;
    groups.push({
      count,
      state: '',
      minutes: 0,
      lockedToThread: 0,
      labels: labelText(c.labels(i)),
      createdBy: undefined,
      stack,
      elided: false,
      ids: [],
      creators: [],
    });
  }
  groups.sort((a, b) => b.count - a.count);
  return { total, groups, warnings: c.warnings, workers: workersOf(groups) };
}

function labelText(labels: readonly Label[]): Record<string, string> {
  const out = new Map<string, string>();
  for (const { key, value, unit } of labels) {
    const text = typeof value === 'string' ? value : unit === '' ? String(value) : `${value} ${unit}`;
    const before = out.get(key);
    out.set(key, before === undefined ? text : `${before}, ${text}`);
  }
  return Object.fromEntries(out);
}
