// Where the test cluster stores its files: none of them are in the checkout.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder test/cluster. */
export const here = fileURLToPath(new URL('..', import.meta.url));

/** @type {{ kubernetes: string, etcd: string, kwok: string, prometheus: string, go: string }} */
export const versions = JSON.parse(readFileSync(join(here, 'versions.json'), 'utf8'));

/** The cache folder: CONTROLLER_TUNER_CACHE, or controller-tuner in XDG_CACHE_HOME or ~/.cache. */
export function cacheDir() {
  const own = process.env.CONTROLLER_TUNER_CACHE;
  if (own) return own;
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'controller-tuner');
}

/** The run folder that `npm start`, the command line and tests share by default. */
export function defaultRunDir() {
  return join(cacheDir(), 'run', 'default');
}

/**
 * A short hash of texts and of the contents of files and folders, the same in every checkout.
 * @param {readonly string[]} texts
 * @param {readonly string[]} paths files, or folders taken whole
 */
export function hashOf(texts, paths = []) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  const files = paths.flatMap((path) =>
    statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true })
          .map((name) => join(path, String(name)))
          .filter((file) => statSync(file).isFile())
      : [path],
  );
  for (const file of files.sort())
    hash.update(relative(here, file).replaceAll('\\', '/')).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex').slice(0, 12);
}
