/** What scripts/test.mjs passes to the end-to-end tests. To run them by hand: `npm test -- --only e2e`. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`${name} is not set. Run these tests by: npm test -- --only e2e`);
  return value;
}

/** The test cluster's admin kubeconfig. */
export const KUBECONFIG = required('KUBECONFIG_TEST');
/** The cluster's folder, with its other kubeconfigs and logs. */
export const CLUSTER_DIR = required('CLUSTER_DIR');
/** The packed extension, which is what runs. */
export const VSIX = required('VSIX');
export const CHROMIUM = required('CHROMIUM');
/** Folder for screenshots. */
export const SHOTS = process.env['SHOTS'] ?? path.resolve('test-results/shots');
fs.mkdirSync(SHOTS, { recursive: true });
/**
 * Where the VSIX is installed, once for all windows. Named by the hash of its bytes, so that it is always the latest
 * package.
 */
export const EXTENSIONS = path.join(
  SHOTS,
  '../extensions',
  createHash('sha256').update(fs.readFileSync(VSIX)).digest('hex').slice(0, 16),
);

// Remove installations of earlier VSIXes.
const installed = path.dirname(EXTENSIONS);
for (const other of fs.existsSync(installed) ? fs.readdirSync(installed) : [])
  if (other !== path.basename(EXTENSIONS)) fs.rmSync(path.join(installed, other), { recursive: true, force: true });

/** Source of the sample controllers: the workspace that their developer would have open. */
export const SAMPLES = path.resolve('test/cluster/controllers');
