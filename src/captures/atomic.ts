/** Atomic writes: a file is complete or doesn't exist. */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../base/problem';

const PREFIX = '.capture-';
const SUFFIX = '.tmp';

/** True for the name of a temporary file of ours, perhaps left by a process that was killed. */
export function isTemporary(name: string): boolean {
  return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
}

/** Only the user may read captures: stacks and labels may reveal what others should not see. */
export const PRIVATE = 0o600;
/** The usual mode of a new file, from which the process's umask is taken away. */
const USUAL = 0o666;

/** Writes a temporary file beside `near` and flushes it to the disk. The caller places or removes it. */
export async function writeTemporary(near: string, bytes: Uint8Array, mode = USUAL): Promise<string> {
  const temp = path.join(path.dirname(near), `${PREFIX}${randomBytes(8).toString('hex')}${SUFFIX}`);
  try {
    const handle = await fs.open(temp, 'wx', mode);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (e) {
    await fs.rm(temp, { force: true }).catch(() => undefined);
    throw e;
  }
  return temp;
}

/**
 * Writes a file so that nobody ever sees half of it: a temporary file in the same folder, flushed, then renamed over
 * `file`. Throws Problem `captures.diskFull` or `captures.write`; nothing is left behind then.
 */
export async function writeWhole(file: string, bytes: Uint8Array, mode = USUAL): Promise<void> {
  let temp: string | undefined;
  try {
    temp = await writeTemporary(file, bytes, mode);
    await fs.rename(temp, file);
  } catch (e) {
    if (temp !== undefined) await fs.rm(temp, { force: true }).catch(() => undefined);
    throw writeProblem(e, file);
  }
}

/** Gives a temporary file its name unless that is taken: true when done, false when another file has it. */
export async function placeNew(temp: string, file: string): Promise<boolean> {
  try {
    // A hard link fails when the name is taken, in one step; a rename would replace another window's capture.
    await fs.link(temp, file);
    await fs.rm(temp, { force: true });
    return true;
  } catch (e) {
    const code = codeOf(e);
    if (code === 'EEXIST') return false;
    if (
      code !== 'EPERM' &&
      code !== 'ENOTSUP' &&
      code !== 'ENOSYS' &&
      code !== 'EOPNOTSUPP' &&
      code !== 'EMLINK' &&
      code !== 'EINVAL'
    )
      throw e;
  }
  // No hard links here (exFAT, some network folders): look, then rename.
  if (
    await fs.access(file).then(
      () => true,
      () => false,
    )
  )
    return false;
  await fs.rename(temp, file);
  return true;
}

/** Says why a file could not be written, with a next step. */
export function writeProblem(e: unknown, file: string): Problem {
  if (e instanceof Problem) return e;
  const code = codeOf(e);
  const folder = path.dirname(file);
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new Problem('captures.diskFull', `The disk of ${folder} has no room for the capture; nothing was saved.`, {
      next: 'Make room there, or delete old captures, then capture again.',
      detail: String(e),
      cause: e,
    });
  }
  const why =
    code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
      ? 'this user may not write there'
      : code === 'ENOENT' || code === 'ENOTDIR'
        ? 'there is no such folder'
        : e instanceof Error
          ? e.message
          : String(e);
  return new Problem('captures.write', `${path.basename(file)} could not be written to ${folder}: ${why}.`, {
    next: 'Check the folder and try again.',
    detail: String(e),
    cause: e,
  });
}

/** Node's error code, '' when there is none. */
export function codeOf(e: unknown): string {
  const code = (e as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
