import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, PageServer } from './harness/browser';
import { TestHost } from './harness/host';
import { controllerProfile } from './harness/profiles';

describe.skipIf(noBrowser())('flame graph page', () => {
  let server: PageServer;
  beforeAll(async () => { server = await PageServer.start({ flame: 'webview/flame/main.ts' }); });
  afterAll(async () => { await server.stop(); });

  it('draws', async () => {
    for (const theme of ['dark', 'light', 'hc-dark', 'hc-light'] as const) {
      const page = await server.newPage({ theme });
      const host = await TestHost.open(page, `${server.origin}/flame`, controllerProfile());
      await page.waitForTimeout(200);
      await page.screenshot({ path: `/tmp/flame/${theme}.png` });
      expect(host.complaints).toEqual([]);
      await page.context().close();
    }
  });
});
