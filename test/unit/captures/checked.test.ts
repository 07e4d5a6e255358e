/** A profile that was read for the check of a capture is handed to the page of that very file, and closed otherwise. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CheckedProfiles } from '../../../src/captures/checked';
import type { OpenProfile } from '../../../src/profile/types';

let dir: string;
let file: string;
let checked: CheckedProfiles;
beforeEach(async () => {
  dir = await fs.mkdtemp(path.join(os.tmpdir(), 'checked-'));
  file = path.join(dir, 'cpu.pb.gz');
  await fs.writeFile(file, 'a profile');
  // Long ago: a file that is written within the same tick of the clock may look the same.
  await fs.utimes(file, 1, 1);
  checked = new CheckedProfiles();
});
afterEach(async () => {
  vi.useRealTimers();
  checked.dispose();
  await fs.rm(dir, { recursive: true });
});

/** Stands for an open profile: only its end matters here. */
const profile = (): OpenProfile & { readonly dispose: ReturnType<typeof vi.fn> } =>
  ({ dispose: vi.fn() }) as unknown as OpenProfile & { readonly dispose: ReturnType<typeof vi.fn> };

describe('CheckedProfiles', () => {
  it('hands a profile over once, still open', async () => {
    const kept = profile();
    await checked.keep(file, kept);
    expect(await checked.take(path.join(dir, '.', 'cpu.pb.gz'))).toBe(kept);
    expect(checked.take(file)).toBeUndefined();
    checked.dispose();
    expect(kept.dispose).not.toHaveBeenCalled();
  });

  it('knows nothing of another file, and keeps what it has', async () => {
    const kept = profile();
    await checked.keep(file, kept);
    expect(checked.take(path.join(dir, 'heap.pb.gz'))).toBeUndefined();
    expect(await checked.take(file)).toBe(kept);
  });

  it.each([
    ['written anew', () => fs.writeFile(file, 'another')],
    ['replaced by one of the same length', () => fs.rm(file).then(() => fs.writeFile(file, 'a profilE'))],
    ['deleted', () => fs.rm(file)],
  ])('closes the profile of a file that was %s', async (_, change) => {
    const kept = profile();
    await checked.keep(file, kept);
    await change();
    expect(await checked.take(file)).toBeUndefined();
    expect(kept.dispose).toHaveBeenCalledOnce();
  });

  it('keeps the last one only', async () => {
    const [first, second] = [profile(), profile()];
    await checked.keep(file, first);
    await checked.keep(file, second);
    expect(first.dispose).toHaveBeenCalledOnce();
    expect(await checked.take(file)).toBe(second);
  });

  it('closes what nobody wanted for half a minute', () => {
    vi.useFakeTimers();
    const kept = profile();
    void checked.keep(file, kept);
    vi.advanceTimersByTime(29_000);
    expect(kept.dispose).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2_000);
    expect(kept.dispose).toHaveBeenCalledOnce();
    expect(checked.take(file)).toBeUndefined();
  });

  it('closes what it has, and what comes later, when it ends', () => {
    const [first, late] = [profile(), profile()];
    void checked.keep(file, first);
    checked.dispose();
    void checked.keep(file, late);
    expect(first.dispose).toHaveBeenCalledOnce();
    expect(late.dispose).toHaveBeenCalledOnce();
  });
});
