/**
 * Keeps the profile that a capture's check has read, for the page that opens the file next. So one thread reads it
 * once, and it is not read again from the disk.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import type { OpenProfile } from '../profile/types';

/**
 * A page opens right after its capture. A profile that no page has taken for this long, ms, is closed to free the
 * memory of its columns.
 */
const KEEP_MS = 30_000;

interface Kept {
  readonly file: string;
  /** Of the file as it was saved: when another file has taken its name, that one is read instead. */
  readonly stamp: Promise<string>;
  readonly profile: OpenProfile;
  readonly timer: NodeJS.Timeout;
}

/** Keeps only the last one. */
export class CheckedProfiles {
  #kept: Kept | undefined;
  #disposed = false;

  /** Takes over a profile that was read from the bytes now in `file`; resolves once the file's stamp is known. */
  async keep(file: string, profile: OpenProfile): Promise<void> {
    this.#close();
    if (this.#disposed) {
      profile.dispose();
      return;
    }
    const stamp = stampOf(file);
    const timer = setTimeout(() => {
      this.#close();
    }, KEEP_MS);
    timer.unref();
    this.#kept = { file: path.resolve(file), stamp, profile, timer };
    await stamp;
  }

  /**
   * Hands over the profile kept for this file. Returns undefined when there is none; resolves to undefined when the
   * file has changed since.
   */
  take(file: string): Promise<OpenProfile | undefined> | undefined {
    const kept = this.#kept;
    if (kept?.file !== path.resolve(file)) return undefined;
    clearTimeout(kept.timer);
    this.#kept = undefined;
    return Promise.all([kept.stamp, stampOf(file)]).then(([then, now]) => {
      if (then !== '' && then === now) return kept.profile;
      kept.profile.dispose();
      return undefined;
    });
  }

  /** Closes the kept profile, and any that is passed to `keep` later. */
  dispose(): void {
    this.#disposed = true;
    this.#close();
  }

  #close(): void {
    if (!this.#kept) return;
    clearTimeout(this.#kept.timer);
    this.#kept.profile.dispose();
    this.#kept = undefined;
  }
}

/** Changes when the file is written anew; '' for a file that is gone. */
async function stampOf(file: string): Promise<string> {
  return fs.stat(file, { bigint: true }).then(
    ({ ino, size, mtimeNs }) => `${ino} ${size} ${mtimeNs}`,
    () => '',
  );
}
