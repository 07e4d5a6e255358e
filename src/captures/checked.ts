/**
 * The profile that a capture's check has read, kept for whoever opens the file next: so it is read once, by one thread,
 * and not again from the disk.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import type { OpenProfile } from '../profile/types';

/**
 * A page follows its capture at once. A profile that nobody wanted for this long, ms, is closed: its columns are
 * memory.
 */
const KEEP_MS = 30_000;

interface Kept {
  readonly file: string;
  /** Of the file as it was saved: another one of the same name is read. */
  readonly stamp: Promise<string>;
  readonly profile: OpenProfile;
  readonly timer: NodeJS.Timeout;
}

/** Keeps one, the last. */
export class CheckedProfiles {
  #kept: Kept | undefined;
  #disposed = false;

  /**
   * Takes over a profile that was read from the bytes now in `file`; resolves when it knows the file to compare with.
   */
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
   * Hands over what is kept of this file, as long as the file is what it was; undefined otherwise, at once where
   * nothing is.
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

  /** Closes what is kept, and what comes later. */
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

/** Tells a file that was written anew from the one before; '' for one that is gone. */
async function stampOf(file: string): Promise<string> {
  return fs.stat(file, { bigint: true }).then(
    ({ ino, size, mtimeNs }) => `${ino} ${size} ${mtimeNs}`,
    () => '',
  );
}
