/** Where the contents of a page come from: the capture's own check, or the file. */
import { expect, it, vi } from 'vitest';
import type { FileUri } from '../../../../src/app/pages/panel';
import { ProfileDocument } from '../../../../src/app/pages/document';
import { openProfile } from '../../../../src/profile/open';

const DUMP = Buffer.from('goroutine 1 [running]:\nmain.main()\n\t/app/main.go:3 +0x1\n');
const URI = { path: '/captures/a.goroutines.txt' } as unknown as FileUri;

function open(alreadyOpen: () => ReturnType<typeof openProfile> | undefined) {
  const read = vi.fn(async () => new Uint8Array(DUMP));
  const document = new ProfileDocument<FileUri>(URI, undefined, {
    files: { read, watch: () => ({ dispose: () => undefined }) },
    open: async (bytes, options) => openProfile(await bytes, options),
    alreadyOpen: () => {
      const profile = alreadyOpen();
      return profile && Promise.resolve(profile);
    },
    maxBytes: () => 1e9,
    onDispose: () => undefined,
  });
  document.load();
  return { document, read };
}

it('reads nothing that is open already', async () => {
  const profile = openProfile(new Uint8Array(DUMP));
  const { document, read } = open(() => profile);
  await expect.poll(() => document.state).toEqual({ kind: 'open', profile });
  expect(read).not.toHaveBeenCalled();
});

it('reads the file where nothing is, and once it has changed', async () => {
  const profiles = [openProfile(new Uint8Array(DUMP))];
  const { document, read } = open(() => profiles.pop());
  await expect.poll(() => document.state.kind).toBe('open');
  document.load();
  await expect.poll(() => read.mock.calls.length).toBe(1);
  await expect.poll(() => document.state.kind).toBe('open');
  document.dispose();
});
