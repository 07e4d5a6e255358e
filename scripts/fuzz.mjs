// `npm run fuzz`: opens any number of damaged profiles and goroutine dumps. The same seed always makes the same file.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { parseArgs } from 'node:util';
import { ensureInstalled, root } from './ensure.mjs';
import { ensureNode24 } from './node24.mjs';

const HELP = `Usage: npm run fuzz -- [options]

  --count N   files to damage and open, 100,000 by default
  --from N    the first seed, 1 by default; what is wrong with a seed is shown again by --from SEED --count 1
  --help

Each file must open or end with words for a person, within 2 s of CPU time and within four times its size and 200 MB of
memory. Files that do not are kept in test-results/fuzz; the exit status is then 1.`;

/** Files per process, and how long it may be silent, ms: a hundred files take a fraction of that. */
const [PART, SILENCE] = [5000, 60_000];

let options;
try {
  options = parseArgs({
    options: {
      count: { type: 'string', default: '100000' },
      from: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;
  for (const name of ['count', 'from'])
    if (!/^[1-9]\d{0,8}$/.test(options[name]))
      throw new Error(`--${name} takes a whole number above 0, not "${options[name]}".`);
} catch (e) {
  console.error(`${e.message}\n\n${HELP}`);
  process.exit(1);
}
if (options.help) {
  console.log(HELP);
  process.exit(0);
}

const kept = path.join(root, 'test-results/fuzz');
const total = { opened: 0, slowest: 0, peak: 0, wrong: 0 };

function wrong(seed, why, bytes) {
  total.wrong++;
  fs.mkdirSync(kept, { recursive: true });
  if (bytes !== undefined) fs.writeFileSync(path.join(kept, `${seed}.bin`), Buffer.from(bytes, 'base64'));
  console.error(`Seed ${seed}: ${why}`);
}

/** One process for a range of seeds. It reports its progress; a silent one is killed. */
function part(node, script, from, count) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [script, String(from), String(count)], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let last = { seed: from, done: 0, opened: 0, slowest: 0, peak: 0 };
    let hangs = false;
    const watch = () =>
      setTimeout(() => {
        hangs = true;
        child.kill('SIGKILL');
      }, SILENCE);
    let timer = watch();
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      clearTimeout(timer);
      timer = watch();
      last = JSON.parse(line);
      if (last.wrong !== undefined) wrong(last.seed, last.wrong, last.bytes);
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      total.opened += last.opened;
      total.slowest = Math.max(total.slowest, last.slowest);
      total.peak = Math.max(total.peak, last.peak);
      if (hangs) wrong(last.seed, `One of this and the hundred behind it took more than ${SILENCE / 1000} s.`);
      else if (code !== 0)
        wrong(
          last.seed,
          `The process ended over one of this and the hundred behind it: ${signal ?? `exit status ${code}`}.`,
        );
      resolve();
    });
  });
}

await ensureInstalled();
const node = await ensureNode24();
const { bundle } = await import('../test/bench/bundle.mjs');
await bundle('test/fuzz/main.ts', 'fuzz.mjs');
const [from, count] = [Number(options.from), Number(options.count)];
for (let done = 0; done < count; done += PART) {
  await part(node, path.join(root, 'dist/bench/fuzz.mjs'), from + done, Math.min(PART, count - done));
  const now = Math.min(count, done + PART);
  console.log(
    `${now} of ${count}: ${total.opened} opened, ${now - total.opened} refused, ${total.wrong} wrong; the ` +
      `slowest took ${total.slowest} ms, memory grew by ${Math.round(total.peak / 1e6)} MB at most`,
  );
}
process.exitCode = total.wrong > 0 ? 1 : 0;
