/** The table of facts by version, and what is read of a module's sources, agree with the sources that Go fetches. */
import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factsOf, textsOf } from '../../src/advice/modules/facts';
import { FIELDS } from '../../src/advice/modules/table';
import type { Facts, ModuleVersion } from '../../src/advice/modules/types';
import { realFiles } from './lib/claims';
import { missing, VERSIONS, Workspace } from './lib/workspace';

const RUNTIME = 'sigs.k8s.io/controller-runtime';
const CLIENT = 'k8s.io/client-go';

describe.skipIf(missing !== undefined).each(VERSIONS)('modules of $name', (version) => {
  const workspace = new Workspace(version, 'facts');
  afterAll(() => {
    workspace.remove();
  });

  /** A module as it lies in Go's cache: `/…/client-go@v0.34.0`. */
  async function fetched(name: string): Promise<ModuleVersion> {
    const dir = await workspace.source(name);
    return { path: name, version: dir.slice(dir.lastIndexOf('@') + 1), dir, replaced: undefined };
  }

  it('client-go', async () => {
    const here = await fetched(CLIENT);
    const fact = factsOf(undefined, here, undefined, await textsOf(here, realFiles())).clientGo;
    expect(fact?.value).toEqual(factsOf(undefined, { ...here, dir: undefined }).clientGo?.value);
    expect(fs.readFileSync(fact?.cite?.file ?? '', 'utf8').split('\n')[(fact?.cite?.line ?? 0) - 1]).toContain(
      'DefaultQPS',
    );
  });

  if (version.minor !== undefined)
    describe('controller-runtime', () => {
      let [read, known]: [Facts | undefined, Facts | undefined] = [undefined, undefined];
      beforeAll(async () => {
        const here = await fetched(RUNTIME);
        read = factsOf(here, undefined, await textsOf(here, realFiles()));
        known = factsOf({ ...here, dir: undefined }, undefined);
      });

      it.each(['getConfig', 'maxConcurrentReconciles', 'usePriorityQueue', 'registersRestMetrics'] as const)(
        '%s',
        (key) => {
          const fact = read?.[key];
          expect(fact?.value).toEqual(known?.[key]?.value);
          expect(fact?.cite?.line).toBeGreaterThan(0);
          const line = fs.readFileSync(fact?.cite?.file ?? '', 'utf8').split('\n')[(fact?.cite?.line ?? 0) - 1];
          if (key === 'getConfig') expect(line).toContain(`cfg.QPS = ${read?.getConfig?.value.qps}`);
        },
      );

      it.each(Object.entries(FIELDS))('fields of %s', (struct, text) => {
        for (const item of text.split(', ')) {
          const field = item.split(' ')[0] ?? '';
          const claimed = known?.has(struct, field);
          if (claimed !== undefined) expect(read?.has(struct, field) ?? false, `${struct}.${field}`).toBe(claimed);
        }
      });
    });
});
