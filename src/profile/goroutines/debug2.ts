/**
 * `goroutine?debug=2`, which is also what a panic and SIGQUIT print: one goroutine after another, with its state. The
 * format is that of `goroutineheader`, `traceback2` and `printcreatedby1` in Go's runtime/traceback.go.
 *
 *     goroutine 18 [chan receive, 5 minutes, locked to thread]:
 *     main.worker(0xc000012345)
 *     	/app/main.go:12 +0x2d
 *     created by main.start in goroutine 1
 *     	/app/main.go:30 +0x5b
 */
import { type Frames, Lines } from './lines';
import { labels as readLabels } from './quoted';

export interface Goroutine {
  readonly id: number;
  readonly state: string;
  readonly minutes: number;
  readonly locked: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Frame numbers, leaf first. */
  stack: number[];
  createdBy: number | undefined;
  /** Id of the goroutine that started this one; undefined below Go 1.21, which doesn't write it. */
  creator: number | undefined;
  elided: boolean;
}

export interface Debug2 {
  readonly goroutines: readonly Goroutine[];
  readonly warnings: readonly string[];
}

/**
 * `goroutine 1 gp=0xc000002380 m=0 mp=0x5a5f20 [running]:`; the part in brackets may hold labels with brackets in them.
 */
const HEADER = /^goroutine (\d+)(?: gp=\S+ m=\S+(?: mp=\S+)?)? \[(.*)\]:$/;
/** Start of the first goroutine in a text that may have other lines before it. */
export const ANY_HEADER = /^goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[[^\r\n]*\]:\r?$/m;
const PLACE = /^\t(.*?:\d+)?(?: ?(?:\+0x|fp=|sp=|pc=).*)?$/;
const CREATED = /^created by (.*?)(?: in goroutine (\d+))?$/;
/** Go stops after 64 MiB of text: `writeGoroutineStacks` in runtime/pprof. */
const MOST = 64 * 2 ** 20;

export function readDebug2(text: string, frames: Frames): Debug2 {
  const lines = new Lines(text);
  const goroutines: Goroutine[] = [];
  let current: Goroutine | undefined;
  /** Name of the frame whose place comes on the next line. */
  let name: string | undefined;
  let created = false;
  const place = (p: string) => {
    if (!current || name === undefined) return;
    if (created) current.createdBy = frames.id(name, p);
    else current.stack.push(frames.id(name, p));
    name = undefined;
  };
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    if (line.startsWith('goroutine ')) {
      const m = HEADER.exec(line);
      if (m) {
        place('');
        current = header(Number(m[1]), m[2] as string);
        goroutines.push(current);
        created = false;
        continue;
      }
    }
    if (!current) continue;
    if (line === '') {
      place('');
      current = undefined;
      continue;
    }
    if (line.startsWith('\t')) {
      if (line.startsWith('\tgoroutine running on other thread')) continue;
      place(PLACE.exec(line)?.[1] ?? '');
      continue;
    }
    place('');
    if (line.startsWith('...')) {
      if (line.includes('frames elided')) current.elided = true;
      continue;
    }
    // What follows is the stacks of the goroutines that started this one (GODEBUG=tracebackancestors).
    if (line.startsWith('[originating from goroutine ')) {
      current = undefined;
      continue;
    }
    const c = CREATED.exec(line);
    if (c) {
      name = c[1] as string;
      created = true;
      if (c[2] !== undefined) current.creator = Number(c[2]);
      continue;
    }
    if (created) {
      current = undefined;
      continue;
    }
    name = line.endsWith(')') ? line.slice(0, line.lastIndexOf('(')) : line;
  }
  // At the end of a text that was cut off, a name without its place is dropped: it may be half a name.
  const cut = !text.endsWith('\n') || text.length >= MOST;
  if (!cut) place('');
  const warnings: string[] = [];
  if (text.length >= MOST)
    warnings.push(
      'Go stops writing goroutines after 64 MiB of text: there are more than the ones here. The binary form has ' +
        'all of them, without their states.',
    );
  else if (cut && goroutines.length > 0 && name !== undefined)
    warnings.push('The dump ends in the middle of a goroutine: it was cut off.');
  return { goroutines, warnings };
}

function header(id: number, inside: string): Goroutine {
  let text = inside;
  let labels: Record<string, string> = {};
  const at = text.indexOf(' labels:{');
  if (at >= 0) {
    const read = readLabels(text, at + 8);
    labels = read.value;
    text = text.slice(0, at) + text.slice(read.end);
  }
  const [state = '', ...rest] = text.split(', ');
  let minutes = 0;
  let locked = false;
  for (const r of rest) {
    const m = /^(\d+) minutes?$/.exec(r);
    if (m) minutes = Number(m[1]);
    else if (r === 'locked to thread') locked = true;
  }
  return {
    id,
    state: state.replace(' (scan)', ''),
    minutes,
    locked,
    labels,
    stack: [],
    createdBy: undefined,
    creator: undefined,
    elided: false,
  };
}
