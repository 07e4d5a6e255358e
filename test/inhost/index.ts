/** What the extension host loads and runs: mocha with the suites below, and a report of what it found. */
import * as fs from 'node:fs';
import Mocha from 'mocha';
import { SLOWNESS } from '../lib/until';
import { activation } from './activation';
import { editor } from './editor';
import { lines } from './lines';
import { notes } from './notes';
import { sourceHints } from './sources';
import { tree } from './tree';

interface Found {
  readonly title: string;
  readonly message: string;
}

/**
 * Called by the editor; rejects when a test failed, which ends the host with status 1. By hand, INHOST_ONLY: an
 * expression that the titles of those that are run match.
 */
export async function run(): Promise<void> {
  const only = process.env['INHOST_ONLY'];
  const mocha = new Mocha({
    ui: 'bdd',
    color: false,
    timeout: 180_000 * SLOWNESS,
    ...(only !== undefined && { grep: new RegExp(only) }),
  });
  // Order matters: activation is looked at before anything else has used the extension.
  for (const suite of [activation, editor, lines, sourceHints, tree]) suite(mocha.suite);
  const report = { passed: 0, failed: [] as Found[], skipped: [] as Found[], notes };
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => {
      resolve();
    });
    runner.on('pass', () => {
      report.passed += 1;
    });
    runner.on('fail', (test, error: Error) => {
      report.failed.push({ title: `inhost › ${test.fullTitle()}`, message: error.stack ?? String(error) });
    });
    runner.on('pending', (test) => {
      report.skipped.push({ title: `inhost › ${test.fullTitle()}`, message: "left out in the test's own code" });
    });
  });
  const file = process.env['INHOST_REPORT'];
  if (file === undefined) throw new Error('INHOST_REPORT is not set; run test/inhost/run.mjs.');
  fs.writeFileSync(file, JSON.stringify(report, null, 2));
  if (report.failed.length > 0) throw new Error(`${report.failed.length} failed`);
}
