import { describe, expect, it } from 'vitest';
import { coreResources, emptyStores } from '../../../src/kube/inventory/resources';

const T = Date.UTC(2026, 10, 20, 10);
const lease = (renewedAt: number, holder = 'w-0'): object => ({
  metadata: { name: 'l', namespace: 'web' },
  spec: { holderIdentity: holder, leaseDurationSeconds: 15, renewTime: new Date(renewedAt).toISOString() },
});

describe('leases that are followed', () => {
  function followed(): { keep: (obj: object, at: number) => boolean | undefined; kept: () => unknown } {
    const stores = emptyStores();
    let now = T;
    const leases = coreResources(stores, () => now).find((r) => r.name === 'leases')!;
    return {
      keep: (obj, at) => {
        now = at;
        return leases.keep(obj)?.changed;
      },
      kept: () => stores.leases.get('web/l'),
    };
  }

  it("keep when a renewal arrived by this machine's clock, and that it was one", () => {
    const { keep, kept } = followed();
    keep(lease(T - 600_000), T);
    expect(kept()).toMatchObject({ renewedAt: T - 600_000, heardAt: T });
    expect(kept()).not.toHaveProperty('renewing');
    expect(keep(lease(T - 600_000), T + 1000)).toBe(false);
    expect(kept()).toMatchObject({ heardAt: T });
    keep(lease(T - 598_000), T + 2000);
    expect(kept()).toMatchObject({ heardAt: T + 2000, renewing: true });
    keep(lease(T - 598_000), T + 9000);
    expect(kept()).toMatchObject({ heardAt: T + 2000, renewing: true });
  });

  it('tell the first renewal of one that looked old, and not the ones after it, whatever the clocks say', () => {
    const { keep } = followed();
    expect(keep(lease(T - 600_000), T)).toBe(true);
    expect(keep(lease(T - 598_000), T + 2000)).toBe(true);
    expect(keep(lease(T - 596_000), T + 4000)).toBe(false);
    expect(keep(lease(T - 540_000), T + 60_000)).toBe(true);
    expect(keep(lease(T - 538_000, 'w-1'), T + 62_000)).toBe(true);
  });
});
