/** Runs the cases that were asked for, prints their rows, and ends whatever was started. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onInterrupt } from '../../scripts/lib/children.mjs';
import { activation } from './cases/activation';
import { capture } from './cases/capture';
import { charts } from './cases/charts';
import { draw } from './cases/draw';
import { hour } from './cases/hour';
import { looks } from './cases/looks';
import { metrics } from './cases/metrics';
import { open } from './cases/open';
import { source } from './cases/source';
import { ticks } from './cases/ticks';
import { tree } from './cases/tree';
import { vsix } from './cases/vsix';
import { Bench, type BenchOptions } from './lib/bench';
import { failedJson, header, isOk, line, toJson, type JsonCase } from './lib/table';
import { Missing, type Case } from './types';

/**
 * Source first: the process has then loaded and kept nothing else. Capture and looks before tree: all use the test
 * cluster, and the tree's cases fill it.
 */
const CASES: readonly Case[] = [
  source,
  vsix,
  activation,
  metrics,
  hour,
  ticks,
  charts,
  open,
  draw,
  capture,
  looks,
  tree,
];

/** The exit status: 1 when a row is not ok or a case could not run. */
export async function main(
  options: BenchOptions & { readonly only: readonly string[]; readonly json: string | undefined },
): Promise<number> {
  const unknown = options.only.filter((n) => CASES.every((c) => c.name !== n));
  if (unknown.length > 0) {
    console.error(`There is no case "${unknown.join('", "')}". Cases: ${CASES.map((c) => c.name).join(', ')}.`);
    return 1;
  }
  // npm runs scripts in the project's folder; the person stood elsewhere.
  const jsonFile =
    options.json === undefined ? undefined : path.resolve(process.env['INIT_CWD'] ?? process.cwd(), options.json);
  const bench = new Bench(options);
  onInterrupt(async () => {
    console.error('Ending what was started…');
    await bench.dispose();
  });
  process.once('uncaughtException', (e) => {
    console.error(e);
    void bench.dispose().finally(() => {
      process.exit(1);
    });
  });
  const found: JsonCase[] = [];
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${os.cpus()[0]?.model ?? 'unknown processor'} × ${os.availableParallelism()}, ${(os.totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}, ${load()}${options.quick ? ', --quick: not figures to keep' : ''}\n\n${header}`,
  );
  try {
    for (const one of CASES.filter((c) => options.only.length === 0 || options.only.includes(c.name))) {
      try {
        await one.run(bench, (row) => {
          found.push(toJson(row));
          console.log(line(row));
          if (!isOk(row)) console.error(`  ${row.name}: missed, ${load()}`);
        });
      } catch (e) {
        if (bench.ended.aborted) break;
        found.push(failedJson(one.name));
        console.log(
          `${one.name}: COULD NOT RUN. ${e instanceof Missing ? e.message : e instanceof Error ? e.stack : String(e)}`,
        );
      }
    }
  } finally {
    await bench.dispose();
  }
  if (jsonFile !== undefined) {
    fs.mkdirSync(path.dirname(jsonFile), { recursive: true });
    fs.writeFileSync(jsonFile, `${JSON.stringify({ cases: found }, null, 2)}\n`);
  }
  const bad = found.filter((c) => !c.ok);
  console.log(`\n${found.length - bad.length} ok, ${bad.length} not; ${load()}`);
  return bad.length > 0 || found.length === 0 ? 1 : 0;
}

/** More than a runnable process for each core means that something else is measured as well. */
function load(): string {
  const [minute = 0] = os.loadavg();
  const busy = minute > os.availableParallelism() * 1.5 ? ' — busy: times are not to be trusted' : '';
  return `load ${minute.toFixed(1)}${busy}`;
}
