import { expect, it } from 'vitest';
import { attach } from '../../../../src/app/commands/attach';
import { Locals } from '../../../../src/app/locals';
import type { Parts } from '../../../../src/app/parts';
import { forgetful } from '../../cluster/helpers';
import { closedPort, serveHttp } from '../../target/servers';
import { fakeEditor } from '../editor';

function parts(): { editor: ReturnType<typeof fakeEditor>; locals: Locals; revealed: string[]; parts: Parts } {
  const editor = fakeEditor();
  const locals = new Locals(forgetful());
  const revealed: string[] = [];
  const view = { showLocal: (url: string) => Promise.resolve(void revealed.push(url)) };
  return { editor, locals, revealed, parts: { editor, locals, view } as unknown as Parts };
}

it('attaches to what answers, keeps its address and shows it', async () => {
  const port = await serveHttp((_req, res) => {
    res.setHeader('Content-Type', 'text/html');
    res.end('<html><head><title>/debug/pprof/</title></head><body>Types of profiles available:</body></html>');
  });
  const p = parts();
  p.editor.answers.push(`127.0.0.1:${port}`);
  const url = await attach(p.parts, undefined);
  expect(url).toBe(`http://127.0.0.1:${port}`);
  expect(p.locals.urls).toEqual([url]);
  expect(p.revealed).toEqual([url]);
  expect(p.editor.store.get('controllerTuner.lastUrl')).toBe(url);
});

it('attaches to what does not answer only when the user says so, and asks again to change the address', async () => {
  const port = await closedPort();
  const p = parts();
  p.editor.answers.push(`127.0.0.1:${port}`);
  p.editor.buttons.push('Change Address…', 'Attach Anyway');
  const url = await attach(p.parts, `127.0.0.1:${port}`);
  expect(p.editor.shown.filter((s) => s.startsWith('Attach to a local'))).toHaveLength(1);
  expect(p.locals.urls).toEqual([url]);

  await expect(attach(p.parts, `127.0.0.1:${port}`)).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
});
