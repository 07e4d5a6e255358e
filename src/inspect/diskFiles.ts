/** The analyzer's access to sources on this machine. Paths are absolute, with '/'. */
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { Problem } from '../base/problem';
import { codeOf } from '../captures/atomic';
import { MAX_LENGTH } from '../advice/maxLength';
import type { Files } from '../advice/types';

/** Error codes for a path that is not a file. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);
const BOM = '\uFEFF';
/**
 * A text of this many bytes has more than MAX_LENGTH code units, whatever its characters: a unit takes at most 3 bytes.
 */
const ENOUGH = 3 * MAX_LENGTH + 4;

export function ours(file: string): string {
  return path.resolve(file).split(path.sep).join('/');
}

export class DiskFiles implements Files {
  readonly moduleCaches: readonly string[];

  /** `env`: uses GOMODCACHE and GOPATH as the go command does. */
  constructor(env: Readonly<Record<string, string | undefined>> = process.env, home = os.homedir()) {
    const paths = (env['GOPATH'] ?? '').split(path.delimiter).filter((p) => p !== '');
    this.moduleCaches = env['GOMODCACHE']
      ? [ours(env['GOMODCACHE'])]
      : (paths.length > 0 ? paths : [path.join(home, 'go')]).map((p) => ours(path.join(p, 'pkg', 'mod')));
  }

  /** Without a byte order mark, as in an editor. Undefined when there is no such file. */
  async read(file: string): Promise<string | undefined> {
    try {
      const handle = await fs.open(file);
      try {
        const { size } = await handle.stat();
        const bytes =
          size > ENOUGH ? (await handle.read(Buffer.alloc(ENOUGH), 0, ENOUGH, 0)).buffer : await handle.readFile();
        return bytes.toString('utf8').replace(/^\uFEFF/, '');
      } finally {
        await handle.close();
      }
    } catch (e) {
      if (ABSENT.has(codeOf(e) ?? '')) return undefined;
      throw new Problem('source.read', `${file} could not be read: ${e instanceof Error ? e.message : String(e)}.`, {
        next: 'Check its permissions.',
        cause: e,
      });
    }
  }

  /** Links to folders are not followed: they may form a cycle. */
  async list(dir: string): Promise<readonly string[]> {
    try {
      return (await fs.readdir(dir === '' ? '/' : dir, { withFileTypes: true })).flatMap((e) =>
        e.isDirectory() ? [`${e.name}/`] : e.isFile() || e.isSymbolicLink() ? [e.name] : [],
      );
    } catch (e) {
      if (ABSENT.has(codeOf(e) ?? '') || codeOf(e) === 'EACCES') return [];
      throw new Problem('source.read', `${dir} could not be read: ${e instanceof Error ? e.message : String(e)}.`, {
        next: 'Check its permissions.',
        cause: e,
      });
    }
  }

  absolute(osPath: string): string {
    return ours(osPath);
  }
}

/**
 * Creates the file, or overwrites it in place, so that links and permissions stay. Throws Problem `source.encoding` for
 * a file that is not UTF-8, whose invalid bytes would be lost.
 */
export async function writeText(file: string, before: string | undefined, text: string): Promise<void> {
  if (before === undefined) {
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(file, text, { flag: 'wx' });
    return;
  }
  const bytes = await fs.readFile(file);
  const mark = bytes.toString('utf8').startsWith(BOM) ? BOM : '';
  if (!Buffer.from(mark + before).equals(bytes))
    throw new Problem('source.encoding', `${file} was not written: it is not UTF-8, or it changed meanwhile.`, {
      next: 'Save it as UTF-8 and try again.',
    });
  await fs.writeFile(file, mark + text);
}
