/**
 * The process that `npm run fuzz` gives a range of seeds: one line of JSON for each that is wrong, and one for each
 * thousand.
 */
import path from 'node:path';
import { check } from './check';
import { mutated } from './mutate';
import { Random } from './random';
import { seeds } from './seeds';

/** Beside four times the file: the most that memory may grow by at any time, bytes. */
const MEMORY = 200e6;

export interface Told {
  readonly seed: number;
  readonly done: number;
  readonly opened: number;
  readonly slowest: number;
  readonly peak: number;
  readonly wrong?: string;
  readonly bytes?: string;
}

async function main(from: number, count: number): Promise<void> {
  const files = seeds(path.resolve('test/fixtures'));
  const peak = (): number => process.resourceUsage().maxRSS * 1024;
  // What the code and the files themselves take is there before it counts.
  for (const file of files) await check(file);
  const before = peak();
  let [opened, slowest] = [0, 0];
  const tell = (told: Partial<Told> & { seed: number; done: number }): void => {
    process.stdout.write(
      `${JSON.stringify({ opened, slowest: Math.round(slowest), peak: peak() - before, ...told })}\n`,
    );
  };
  for (let i = 0; i < count; i++) {
    const seed = from + i;
    const bytes = mutated(files, new Random(seed));
    // Ahead of the look: a process that hangs or dies has said over what.
    if (i % 100 === 0) tell({ seed, done: i });
    const found = await check(bytes);
    if (found.opened) opened++;
    slowest = Math.max(slowest, found.took);
    const grown = peak() - before;
    const wrong =
      found.wrong ?? (grown > MEMORY + 4 * bytes.length ? `Memory grew by ${(grown / 1e6).toFixed(0)} MB.` : undefined);
    if (wrong !== undefined) tell({ seed, done: i, wrong, bytes: Buffer.from(bytes).toString('base64') });
    // The peak never falls: whoever comes next would be blamed.
    if (grown > MEMORY) break;
  }
  tell({ seed: from + count, done: count });
}

const [from = 1, count = 1000] = process.argv.slice(2).map(Number);
void main(from, count);
