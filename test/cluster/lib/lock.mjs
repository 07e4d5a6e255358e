import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isThere } from '../../../scripts/lib/children.mjs';

/**
 * Takes a lock file, waiting for its holder; takes over a lock whose holder has died.
 * @param {string} file
 * @param {{ log: (line: string) => void, what: string, signal?: AbortSignal }} options what = what the holder does
 * @returns {Promise<() => void>} releases the lock
 */
export async function takeLock(file, { log, what, signal }) {
  let told = false;
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    const holder = holderOf(file);
    if (holder !== undefined && !isThere(holder)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) log(`waiting for process ${holder ?? '?'}, which is ${what}`);
    told = true;
    await sleep(500, undefined, { signal });
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  return () => {
    process.off('exit', release);
    release();
  };
}

/** @param {string} file @returns {number | undefined} undefined while it is being written or is gone */
function holderOf(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
